"""The forecast from covariates as training tasks: hazards from events, then the interval's width.

Legend: N people, D covariates, K conditions, T years, H horizons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.contracts.cohort import Event
from edge_runtime.domain import FloatArray
from edge_runtime.forecast.covariates import NAMES
from training.drawn.population.oracle import HORIZONS_YEARS
from training.errors import RecipeError
from training.forecast.controls import Control
from training.forecast.forgetting import (
    age_and_sex,
    level_and_spread,
    remembered,
    shown,
    without,
    without_signs,
)
from training.forecast.likelihood import negative_log_likelihood
from training.forecast.networks import (
    LEAST_DEVIATION,
    HazardNetwork,
    WidthNetwork,
    incidence,
    log_minus_log,
)
from training.forecast.people import People
from training.recipe import Recipe

LOW, HIGH = 0.05, 0.95
"""Shares of truths below the two ends of the 90 % interval."""
HORIZON_PLACES = [h - 1 for h in HORIZONS_YEARS]
LOST = 0.3
MOST_CHANGE = 3.0
"""Furthest that a residual on the log scale counts; beyond, an oracle near 0 says little."""


@dataclass(frozen=True, kw_only=True)
class ForecastRecipe(Recipe):
    """How the forecast from covariates is trained."""

    drawn_seed: int
    train_people: int
    tune_people: int
    oracle_people: int
    """Of the tuning people, how many have their oracle drawn: the interval is fitted on them."""

    oracle_futures: int
    width: int
    """Of the small networks' hidden layers."""

    interval_steps: int
    knows: Literal["covariates", "photographs", "signs"] = "covariates"
    """`photographs` knows signs of the eye as they are read in photographs besides; `signs` the
    true ones: the ceiling, which never ships."""
    control: Control = "none"
    """Of a run that must learn nothing from the eyes; it never ships."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.oracle_people > self.tune_people:
            raise RecipeError("oracle_people are among the tune_people")
        if self.knows not in ("covariates", "photographs", "signs"):
            raise RecipeError(f"knows must be covariates, photographs or signs, got {self.knows!r}")
        if self.control not in get_args(Control):
            raise RecipeError(f"control must be one of {get_args(Control)}, got {self.control!r}")


def inputs_of(people: People, knows: str) -> tuple[FloatArray, FloatArray]:
    """Return values and whether known, (N, D); the signs of the eye follow covariates, if known."""
    if knows == "covariates":
        return people.value_ND, people.known_ND
    ones = np.ones_like(people.sign_NS)
    return (
        np.concatenate([people.value_ND, people.sign_NS], axis=1),
        np.concatenate([people.known_ND, ones], axis=1),
    )


class HazardTask:
    """Learns hazards from the events of `train`, is scored by the likelihood of those of `tune`."""

    def __init__(self, recipe: ForecastRecipe, train: People, tune: People) -> None:
        self.recipe = recipe
        self._value, self._known = inputs_of(train, recipe.knows)
        self._outcome = train
        torch.manual_seed(recipe.seed)
        network = HazardNetwork(recipe.width, self._value.shape[1])
        mean, spread = level_and_spread(self._value, self._known, LEAST_DEVIATION)
        network.mean_D.copy_(torch.from_numpy(mean))
        network.deviation_D.copy_(torch.from_numpy(spread))
        _begin_at_crude_rates(network, train)
        self.network: nn.Module = network
        self._of_condition_K = _condition_weights(train)
        self._tune = tune
        self._tune_views = tune_views(*inputs_of(tune, recipe.knows))

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's people: a pure function of (seed, step)."""
        chosen = turn(step, self.recipe.batch_size, len(self._value), self.recipe.seed)
        rng = np.random.default_rng([self.recipe.seed, 2, step])
        known = remembered(self._known[chosen], rng)
        value = shown(self._value[chosen], known)
        # Logarithms of rates need more digits than bfloat16 has.
        with torch.autocast(device.type, enabled=False):
            loss_K = _loss(self.network, value, known, self._outcome.take(chosen), device)
            weight_K = torch.from_numpy(self._of_condition_K).to(device)
            return (loss_K * weight_K).sum() / len(chosen)

    @torch.no_grad()
    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return log likelihoods of tuning people, a person, for each view of them."""
        found = {}
        for name, (value, known) in self._tune_views.items():
            loss_K = _loss(network, value, known, self._tune, device).cpu().numpy()
            found[name] = -float((loss_K * self._of_condition_K).sum()) / len(self._tune)
        return {**found, "score": float(np.mean(list(found.values())))}


class WidthTask:
    """Learns how far the oracle lies from a forecast, on tuning people, by quantile regression."""

    def __init__(
        self, recipe: ForecastRecipe, hazards: HazardNetwork, people: People, judged: People
    ) -> None:
        self.recipe = replace(recipe, total_steps=recipe.interval_steps)
        self._hazards = hazards.eval().requires_grad_(False)
        self._value, self._known = inputs_of(people, recipe.knows)
        self._oracle = people.oracle_NKH
        torch.manual_seed(recipe.seed + 1)
        network = WidthNetwork(recipe.width, self._value.shape[1])
        network.mean_D.copy_(hazards.mean_D)
        network.deviation_D.copy_(hazards.deviation_D)
        self.network: nn.Module = network
        self._judged = judged
        self._views = tune_views(*inputs_of(judged, recipe.knows))

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the quantile loss of this step's people: a pure function of (seed, step)."""
        size = min(self.recipe.batch_size // 2, len(self._value))
        chosen = turn(step, size, len(self._value), self.recipe.seed + 1)
        rng = np.random.default_rng([self.recipe.seed, 3, step])
        known = remembered(self._known[chosen], rng)
        value = shown(self._value[chosen], known)
        with torch.autocast(device.type, enabled=False):
            return self._loss(self.network, value, known, self._oracle[chosen], device)

    @torch.no_grad()
    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return minus the quantile loss on the people held back from it."""
        found = {
            name: -float(self._loss(network, *view, self._judged.oracle_NKH, device))
            for name, view in self._views.items()
        }
        return {**found, "score": float(np.mean(list(found.values())))}

    def _loss(
        self,
        network: nn.Module,
        value: FloatArray,
        known: FloatArray,
        oracle_NKH: FloatArray,
        device: torch.device,
    ) -> Tensor:
        value_ND, known_ND = (torch.from_numpy(a).to(device) for a in (value, known))
        hazards = self._hazards.to(device)
        with torch.no_grad():
            chance_NKT = incidence(*hazards(value_ND, known_ND))[2]
        below, above = network(value_ND, known_ND, chance_NKT)
        truth = torch.from_numpy(np.nan_to_num(oracle_NKH)).to(device)
        there = torch.from_numpy(~np.isnan(oracle_NKH)).to(device)
        forecast = log_minus_log(chance_NKT[..., HORIZON_PLACES])
        off = (log_minus_log(truth) - forecast).clamp(-MOST_CHANGE, MOST_CHANGE)
        loss = pinball(off - below[..., HORIZON_PLACES], LOW)
        loss = loss + pinball(off - above[..., HORIZON_PLACES], HIGH)
        # Each condition counts alike, however few are at risk of it.
        of_condition_K = (loss * there).sum(dim=(0, 2)) / there.sum(dim=(0, 2)).clamp(min=1)
        return of_condition_K.mean()


def pinball(left: Tensor, share: float) -> Tensor:
    """Return the quantile loss of what is left over; least where `share` of it lies below 0."""
    return torch.maximum(share * left, (share - 1.0) * left)


def tune_views(
    value_ND: FloatArray, known_ND: FloatArray
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return people as written, with a share of it lost, and by age and sex alone.

    Where signs of the eye are known, each of these without them, and then with them.
    """
    views = {
        "as_written": known_ND,
        "some_lost": without(known_ND, LOST, seed=0),
        "age_sex": age_and_sex(known_ND),
    }
    if known_ND.shape[1] > len(NAMES):
        seen = {f"{name}_and_eyes": known for name, known in views.items()}
        views = {name: without_signs(known) for name, known in views.items()} | seen
    return {name: (shown(value_ND, known), known) for name, known in views.items()}


def turn(step: int, size: int, count: int, seed: int) -> np.ndarray:
    """Return whose turn it is: each person once an epoch, in a new order each time."""
    places = np.arange(step * size, (step + 1) * size)
    epochs = places // count
    found = np.empty(size, np.intp)
    for epoch in np.unique(epochs):
        order = np.random.default_rng([seed, 1, int(epoch)]).permutation(count)
        here = epochs == epoch
        found[here] = order[places[here] % count]
    return found


def _loss(
    network: nn.Module, value: FloatArray, known: FloatArray, of: People, device: torch.device
) -> Tensor:
    value_ND, known_ND = (torch.from_numpy(a).to(device) for a in (value, known))
    log_rate, log_death = network(value_ND, known_ND)
    years, event = (torch.from_numpy(a).to(device) for a in (of.years_NK, of.event_NK))
    weight = torch.from_numpy(of.at_risk_NK.astype(np.float32)).to(device)
    return negative_log_likelihood(log_rate, log_death, years, event, weight)


def _begin_at_crude_rates(network: HazardNetwork, people: People) -> None:
    """Set each rate's level to events over time at risk, so that training starts near."""
    time_K = (people.years_NK * people.at_risk_NK).sum(axis=0)
    rates = [
        ((people.event_NK == int(kind)) & people.at_risk_NK).sum(axis=0) + 0.5
        for kind in (Event.EVENT, Event.DEATH_FIRST)
    ]
    level_R = np.log(np.concatenate([rate / np.maximum(time_K, 1.0) for rate in rates]))
    network.level_R.data.copy_(torch.from_numpy(level_R.astype(np.float32)))


def _condition_weights(people: People) -> FloatArray:
    """Return a weight a condition, so that rare ones are heard beside the frequent, mean 1."""
    events_K = ((people.event_NK == int(Event.EVENT)) & people.at_risk_NK).sum(axis=0)
    weight_K = 1.0 / np.sqrt(np.maximum(events_K, 1))
    return np.asarray(weight_K / weight_K.mean(), np.float32)

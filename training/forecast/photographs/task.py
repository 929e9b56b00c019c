"""The forecast from photographs as a training task: events first, what the body shows beside them.

The forecast from covariates stays as it is: photographs add to the logarithm of its event rates.

Legend: N photographs, P people, D covariates, K conditions, L labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_runtime.domain import FloatArray
from edge_runtime.forecast.covariates import NAMES
from training.ahead import Ahead
from training.errors import RecipeError
from training.forecast.controls import controlled
from training.forecast.forgetting import remembered, shown
from training.forecast.likelihood import negative_log_likelihood
from training.forecast.networks import HazardNetwork, standardised
from training.forecast.people import People
from training.forecast.photographs.batches import Pictures, pictures_of
from training.forecast.photographs.network import PhotographNetwork
from training.forecast.photographs.seen import SeenPeople, events_of
from training.forecast.task import turn
from training.recipe import Recipe, check_multiple

CODES = [place for place, name in enumerate(NAMES) if name == "sex" or name.startswith("has_")]
NUMBERS = [place for place in range(len(NAMES)) if place not in CODES]
JUDGED_TOGETHER = 8


@dataclass(frozen=True, kw_only=True)
class PhotographRecipe(Recipe):
    """How the forecast from photographs is trained; a batch is of people, not of photographs."""

    start: str
    """`imagenet` or `random`."""
    width: int
    """Of the small network that adds."""
    beside: float
    """Weight of what the body and the graders say, beside the events."""
    control: Literal["none", "shuffled"] = "none"
    """`shuffled` deals outcomes anew among people of one sex and age: nothing may be learned."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 16)
        if self.start not in ("imagenet", "random"):
            raise RecipeError(f"start must be imagenet or random, got {self.start!r}")
        if self.control not in ("none", "shuffled"):
            raise RecipeError(f"control must be none or shuffled, got {self.control!r}")


@dataclass(frozen=True)
class Batch:
    """One step's people: what is known, what was hidden, what then happened, and pictures."""

    value_PD: FloatArray
    known_PD: FloatArray
    people: People
    weight_P: FloatArray
    pictures: Pictures


class PhotographTask:
    """Learns what photographs add from `train`, is scored on `tune` by the likelihood gained."""

    def __init__(
        self, recipe: PhotographRecipe, base: HazardNetwork, train: SeenPeople, tune: SeenPeople
    ) -> None:
        self.recipe, self._base = recipe, base.eval().requires_grad_(False)
        self._train = replace(train, people=controlled(train.people, recipe.control))
        self._tune = tune
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = PhotographNetwork(recipe.start, recipe.width)
        events = np.array(list(events_of(train.people).values()), np.float64)
        self._of_condition_K = np.asarray(1.0 / np.sqrt(np.maximum(events, 1.0)), np.float32)
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        chosen = turn(step, self.recipe.batch_size, len(self._train), self.recipe.seed)
        rng = np.random.default_rng([self.recipe.seed, 2, step])
        people = self._train.people.take(chosen)
        known = remembered(people.known_ND, rng)
        pictures = pictures_of(
            [self._train.eyes[i] for i in chosen], self.recipe.image_size_px, rng
        )
        return Batch(
            shown(people.value_ND, known), known, people, self._train.weight_N[chosen], pictures
        )

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's people: a pure function of (seed, step)."""
        batch = self._batches.at(step)
        added_PK, body, spread, labels = self._run(self.network, batch, device)
        with torch.autocast(device.type, enabled=False):
            with_K = self._likelihood(batch, added_PK.float(), device)
            weight_K = torch.from_numpy(self._of_condition_K).to(device)
            events = (with_K * weight_K).sum() / weight_K.sum() / float(batch.weight_P.sum())
            beside = self._beside(batch, body.float(), spread.float(), labels.float())
            return events * len(NAMES) + self.recipe.beside * beside

    @torch.no_grad()
    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return the log likelihood gained a hundred people, and how well the body is told."""
        gained, told, people = 0.0, [], float(self._tune.weight_N.sum())
        weight_K = torch.from_numpy(self._of_condition_K).to(device)
        for start in range(0, len(self._tune), JUDGED_TOGETHER):
            batch = self._tune_batch(start)
            added_PK, body, spread, labels = self._run(network, batch, device)
            without_K = self._likelihood(batch, torch.zeros_like(added_PK), device)
            with_K = self._likelihood(batch, added_PK, device)
            gained += float(((without_K - with_K) * weight_K).sum() / weight_K.sum())
            told.append(float(self._beside(batch, body, spread, labels)))
        return {
            "likelihood_gained": 100.0 * gained / people,
            "body": -float(np.mean(told)),
            "score": 100.0 * gained / people - self.recipe.beside * float(np.mean(told)),
        }

    def _tune_batch(self, start: int) -> Batch:
        chosen = np.arange(start, min(start + JUDGED_TOGETHER, len(self._tune)))
        people = self._tune.people.take(chosen)
        known = people.known_ND * (np.arange(len(NAMES)) < 2)
        pictures = pictures_of(
            [self._tune.eyes[i] for i in chosen], self.recipe.image_size_px, None
        )
        return Batch(
            shown(people.value_ND, known),
            known.astype(np.float32),
            people,
            self._tune.weight_N[chosen],
            pictures,
        )

    def _run(
        self, network: nn.Module, batch: Batch, device: torch.device
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        value, known, share = (
            torch.from_numpy(a).to(device)
            for a in (batch.value_PD, batch.known_PD, batch.pictures.share_PN)
        )
        base = self._base.to(device)
        seen = standardised(value, known, base.mean_D, base.deviation_D)
        image = torch.from_numpy(batch.pictures.image_NHWC).to(device)
        found: tuple[Tensor, Tensor, Tensor, Tensor] = network(image, share, seen)
        return found

    def _likelihood(self, batch: Batch, added_PK: Tensor, device: torch.device) -> Tensor:
        value, known, years, event = (
            torch.from_numpy(a).to(device)
            for a in (
                batch.value_PD, batch.known_PD, batch.people.years_NK, batch.people.event_NK,
            )
        )  # fmt: skip
        with torch.no_grad():
            log_rate, log_death = self._base.to(device)(value, known)
        at_risk = batch.people.at_risk_NK * batch.weight_P[:, None]
        weight = torch.from_numpy(at_risk.astype(np.float32)).to(device)
        return negative_log_likelihood(
            log_rate + added_PK[..., None], log_death, years, event, weight
        )

    def _beside(self, batch: Batch, body: Tensor, spread: Tensor, labels: Tensor) -> Tensor:
        """Return the loss of what each photograph tells of its person and its eye."""
        device, owner = body.device, batch.pictures.person_N
        value, known = (
            torch.from_numpy(a[owner]).to(device)
            for a in (batch.people.value_ND, batch.people.known_ND)
        )
        score = (value - self._base.mean_D) / self._base.deviation_D
        numbers = ((score - body) ** 2 * torch.exp(-2.0 * spread) / 2.0 + spread)[:, NUMBERS]
        codes = functional.binary_cross_entropy_with_logits(
            body, value.clamp(0, 1), reduction="none"
        )
        of_body = _mean(numbers, known[:, NUMBERS]) + _mean(codes[:, CODES], known[:, CODES])
        truth = torch.from_numpy(batch.pictures.label_NL).to(device)
        graded = functional.binary_cross_entropy_with_logits(
            labels, torch.nan_to_num(truth), reduction="none"
        )
        return of_body + _mean(graded, (~torch.isnan(truth)).float())


def _mean(loss: Tensor, known: Tensor) -> Tensor:
    """Return the mean over what is known; each column counts alike."""
    of_column = (loss * known).sum(dim=0) / known.sum(dim=0).clamp(min=1.0)
    return of_column.mean()

"""A person's forecasts from the bundle's model: covariates to hazards to the list of exam.json.

Legend: N people, D covariates (and after them S signs, where the model knows signs), K conditions,
T years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.exam import Forecast, ForecastCondition, Missing
from edge_runtime.domain import FloatArray, Person, Tensors
from edge_runtime.errors import BundleUnsupported
from edge_runtime.forecast.conditions import standing
from edge_runtime.forecast.covariates import AGE, NAMES, Known, known_of
from edge_runtime.forecast.signs import SIGN_NAMES, SeenSigns, signs_of
from edge_runtime.forecast.steps import Curves, Step, StepName, Withheld, forecasts
from edge_runtime.forecast.survival import Hazards, cumulative_incidence, moved
from edge_runtime.models import LoadedModel

UNKNOWN = Withheld(
    Missing.AGE_OR_SEX_UNKNOWN, "Age and sex are needed for this forecast, and one is not known."
)
UNGRADABLE = Withheld(Missing.UNGRADABLE, "No photograph is good enough to forecast from.")
STRANGE = Withheld(
    Missing.OUT_OF_DISTRIBUTION, "The photographs are unlike all those that this was learned from."
)
WEIGHED_YEARS = 5
"""At this horizon it is weighed how far each sign moves a forecast."""

Spans = Mapping[str, Sequence[tuple[float, float]]]


@dataclass(frozen=True)
class PersonForecasts:
    """A forecast for each condition and horizon, and what in the photographs moved them.

    `weight_KS` is by how much the logarithm of a condition's cumulative hazard changes when one
    sign is forgotten, 0 or more; None where the photographs' step gives no numbers.
    """

    forecasts: list[Forecast]
    weight_KS: FloatArray | None = None


class Forecaster:
    """Forecasts with one bundle. Safe to call from several threads."""

    def __init__(self, manifest: BundleManifest, models: Mapping[str, LoadedModel]) -> None:
        """Raises BundleUnsupported for a forecast model of other covariates or without horizons."""
        self._model = models["forecast"]
        conditions = tuple(c.value for c in ForecastCondition)
        labels = tuple(self._model.entry.labels)
        self._knows_signs = labels == (*NAMES, *SIGN_NAMES, *conditions)
        if not self._knows_signs and labels != (*NAMES, *conditions):
            raise BundleUnsupported(f"forecast has labels {self._model.entry.labels}")
        if self._knows_signs and "signs" not in models:
            raise BundleUnsupported("this forecast knows signs, and no model reads them")
        if not manifest.horizons_years or manifest.learned_spans is None:
            raise BundleUnsupported("a forecast model has its horizons and what it learned from")
        self._horizons_years = manifest.horizons_years
        self._spans: Spans = manifest.learned_spans

    def forecasts(self, person: Person, seen: Sequence[SeenSigns] = ()) -> PersonForecasts:
        """Return a person's forecasts; `seen` are the signs of the gradable photographs.

        Raises InvalidField for a covariate out of range, InferenceError.
        """
        known = known_of(person)
        standings = {condition: standing(condition, person) for condition in ForecastCondition}
        steps, weight_KS = self._steps(known), None
        if self._knows_signs:
            withheld, sign_S = self._withheld(known, seen), signs_of(seen)
            if withheld is None and sign_S is not None:
                steps["photographs"], weight_KS = self._with_signs(known, sign_S)
            else:
                steps["photographs"] = withheld or UNGRADABLE
        return PersonForecasts(forecasts(standings, steps, self._horizons_years), weight_KS)

    def _withheld(self, known: Known, seen: Sequence[SeenSigns]) -> Withheld | None:
        """Return why the photographs' step gives no numbers, None where it gives them."""
        beyond = self._beyond(known)
        if beyond:
            return Withheld(Missing.OUT_OF_DISTRIBUTION, next(iter(beyond.values())))
        if not seen:
            return UNGRADABLE
        return STRANGE if all(photograph.strange for photograph in seen) else None

    def _steps(self, known: Known) -> dict[StepName, Step]:
        if not known.has_age_and_sex:
            return {"age_sex": UNKNOWN, "covariates": UNKNOWN}
        beyond = self._beyond(known)
        if AGE in beyond:
            withheld = Withheld(Missing.OUT_OF_DISTRIBUTION, beyond[AGE])
            return {"age_sex": withheld, "covariates": withheld}
        age_sex, covariates = self._curves(known.age_and_sex(), known)
        if beyond:
            reason = Withheld(Missing.OUT_OF_DISTRIBUTION, next(iter(beyond.values())))
            return {"age_sex": age_sex, "covariates": reason}
        return {"age_sex": age_sex, "covariates": covariates}

    def _beyond(self, known: Known) -> dict[str, str]:
        """Return, by covariate, a sentence for each value beyond all that was learned from."""
        found: dict[str, str] = {}
        for name, value, is_known in zip(NAMES, known.value_D, known.known_D, strict=True):
            spans = self._spans.get(name, ())
            if is_known and spans and not any(low <= value <= high for low, high in spans):
                told = " or ".join(f"{low:g} to {high:g}" for low, high in spans)
                found[name] = f"This was learned from people with {name} of {told} alone."
        return found

    def _curves(self, *people: Known) -> list[Curves]:
        """Return the curves of what is known more or less of one person, in one run."""
        nothing = np.zeros(len(SIGN_NAMES) if self._knows_signs else 0, np.float32)
        incidence, low, high = self._run(
            [np.concatenate([known.value_D, nothing]) for known in people],
            [np.concatenate([known.known_D, nothing]) for known in people],
        )
        return [
            Curves(
                incidence_KT=incidence[n],
                low_KT=low[n],
                high_KT=high[n],
                evidence=self._model.entry.evidence,
                adds=n == 0 or known.has_more,
            )
            for n, known in enumerate(people)
        ]

    def _with_signs(self, known: Known, sign_S: FloatArray) -> tuple[Curves, FloatArray]:
        """Return the curves that know the signs, and each sign's weight, (K, S), in one run."""
        value_D = np.concatenate([known.value_D, sign_S])
        all_known_D = np.concatenate([known.known_D, np.ones_like(sign_S)])
        place_D = np.arange(len(all_known_D))
        forgotten = [all_known_D * (place_D != sign) for sign in place_D[len(NAMES) :]]
        rows = [all_known_D, *forgotten]
        incidence, low, high = self._run([value_D * row for row in rows], rows)
        chance_NK = np.clip(incidence[:, :, WEIGHED_YEARS - 1], 1e-9, 1.0 - 1e-9)
        hazard_NK = np.log(-np.log1p(-chance_NK))
        weight_KS = np.abs(hazard_NK[0] - hazard_NK[1:]).T
        curves = Curves(incidence[0], low[0], high[0], self._model.entry.evidence)
        return curves, np.asarray(weight_KS, np.float32)

    def _run(
        self, value: Sequence[FloatArray], known: Sequence[FloatArray]
    ) -> tuple[Hazards, Hazards, Hazards]:
        inputs = {
            "covariate_ND": np.stack(value).astype(np.float32),
            "known_ND": np.stack(known).astype(np.float32),
        }
        return curves_of(self._model.run(inputs))


def curves_of(outputs: Tensors) -> tuple[Hazards, Hazards, Hazards]:
    """Return cumulative incidence and the ends of its interval, (N, K, T), of a graph's outputs."""
    incidence = cumulative_incidence(outputs["hazard_NKT"], outputs["death_hazard_NKT"])
    below, above = outputs["below_NKT"], outputs["above_NKT"]
    return incidence, moved(incidence, below), moved(incidence, above)

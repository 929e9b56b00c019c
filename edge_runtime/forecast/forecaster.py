"""A person's forecasts from the bundle's model: covariates to hazards to the list of exam.json.

Legend: N people, D covariates, K conditions, T years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.exam import Forecast, ForecastCondition, Missing
from edge_runtime.domain import Person, Tensors
from edge_runtime.errors import BundleUnsupported
from edge_runtime.forecast.conditions import standing
from edge_runtime.forecast.covariates import AGE, NAMES, Known, known_of
from edge_runtime.forecast.steps import Curves, Step, StepName, Withheld, forecasts
from edge_runtime.forecast.survival import Hazards, cumulative_incidence, moved
from edge_runtime.models import LoadedModel

UNKNOWN = Withheld(
    Missing.AGE_OR_SEX_UNKNOWN, "Age and sex are needed for this forecast, and one is not known."
)

Spans = Mapping[str, Sequence[tuple[float, float]]]


class Forecaster:
    """Forecasts with one bundle. Safe to call from several threads."""

    def __init__(self, manifest: BundleManifest, models: Mapping[str, LoadedModel]) -> None:
        """Raises BundleUnsupported for a forecast model of other covariates or without horizons."""
        self._model = models["forecast"]
        if tuple(self._model.entry.labels) != (*NAMES, *(c.value for c in ForecastCondition)):
            raise BundleUnsupported(f"forecast has labels {self._model.entry.labels}")
        if not manifest.horizons_years or manifest.learned_spans is None:
            raise BundleUnsupported("a forecast model has its horizons and what it learned from")
        self._horizons_years = manifest.horizons_years
        self._spans: Spans = manifest.learned_spans

    def forecasts(self, person: Person) -> list[Forecast]:
        """Return a forecast for each condition and horizon.

        Raises InvalidField for a covariate out of range, InferenceError.
        """
        known = known_of(person)
        standings = {condition: standing(condition, person) for condition in ForecastCondition}
        return forecasts(standings, self._steps(known), self._horizons_years)

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
        covariate_ND = np.stack([known.value_D for known in people])
        known_ND = np.stack([known.known_D for known in people])
        outputs = self._model.run({"covariate_ND": covariate_ND, "known_ND": known_ND})
        incidence, low, high = curves_of(outputs)
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


def curves_of(outputs: Tensors) -> tuple[Hazards, Hazards, Hazards]:
    """Return cumulative incidence and the ends of its interval, (N, K, T), of a graph's outputs."""
    incidence = cumulative_incidence(outputs["hazard_NKT"], outputs["death_hazard_NKT"])
    below, above = outputs["below_NKT"], outputs["above_NKT"]
    return incidence, moved(incidence, below), moved(incidence, above)

"""The forecasts of one exam, step by step, as exam.json states them.

Legend: K conditions, T years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from edge_runtime.contracts.exam import (
    Forecast,
    ForecastCondition,
    ForecastStep,
    ForecastSteps,
    Missing,
)
from edge_runtime.domain import Evidence
from edge_runtime.forecast.conditions import Standing
from edge_runtime.forecast.survival import Hazards, at_horizons

StepName = Literal["age_sex", "covariates", "photographs"]
STEPS: Final[tuple[StepName, ...]] = ("age_sex", "covariates", "photographs")
"""From the one that knows least to the one that knows most."""
MOST_WITHHELD = 1024
"""Records of forecasts that are not there, by condition, horizon and reason, that are kept."""


@dataclass(frozen=True)
class Curves:
    """Cumulative incidence of every condition by the end of each year, (K, T), and its interval.

    `adds` is False of a step that knows nothing more than the one before it.
    """

    incidence_KT: Hazards
    low_KT: Hazards
    high_KT: Hazards
    evidence: Evidence
    adds: bool = True


@dataclass(frozen=True)
class Withheld:
    """Why a step gives no numbers."""

    missing: Missing
    sentence: str


Step = Curves | Withheld


def forecasts(
    standings: Mapping[ForecastCondition, Standing],
    steps: Mapping[StepName, Step],
    horizons_years: Sequence[float],
) -> list[Forecast]:
    """Return one forecast a condition and horizon, by condition, then by horizon.

    `steps` has age_sex and covariates, and photographs where the bundle can forecast from them.
    The step shown is the last that adds something; without any the whole forecast is withheld.
    """
    found: list[Forecast] = []
    for place, condition in enumerate(ForecastCondition):
        at_risk = standings[condition]
        if at_risk.missing is not None:
            reason = Withheld(at_risk.missing, at_risk.sentence)
            found += _none(condition, reason, horizons_years)
            continue
        shown = _shown(steps)
        if shown is None:
            found += _none(condition, _first_reason(steps), horizons_years)
            continue
        found += _given(condition, place, at_risk.sentence, shown, steps, horizons_years)
    return found


def _shown(steps: Mapping[StepName, Step]) -> StepName | None:
    given = [name for name in STEPS if isinstance(steps.get(name), Curves)]
    adding = [name for name in given if getattr(steps[name], "adds", False)]
    return adding[-1] if adding else None


def _first_reason(steps: Mapping[StepName, Step]) -> Withheld:
    withheld = [step for step in steps.values() if isinstance(step, Withheld)]
    if not withheld:
        raise ValueError("no step adds anything, and none says why")
    return withheld[0]


def _none(
    condition: ForecastCondition, reason: Withheld, horizons_years: Sequence[float]
) -> Iterator[Forecast]:
    for horizon_years in horizons_years:
        yield _withheld(condition, reason, horizon_years)


@lru_cache(maxsize=MOST_WITHHELD)
def _withheld(condition: ForecastCondition, reason: Withheld, horizon_years: float) -> Forecast:
    """Return the forecast that there is not: the same frozen record for everybody."""
    return Forecast(
        condition=condition,
        horizon_years=horizon_years,
        missing_because=reason.missing,
        sentence=reason.sentence,
    )


def _given(
    condition: ForecastCondition,
    place: int,
    holds_for: str,
    shown: StepName,
    steps: Mapping[StepName, Step],
    horizons_years: Sequence[float],
) -> Iterator[Forecast]:
    told = {name: _told(step, place, horizons_years) for name, step in steps.items()}
    for number, horizon_years in enumerate(horizons_years):
        here = {name: each[number] for name, each in told.items()}
        chosen = here[shown]
        yield Forecast(
            condition=condition,
            horizon_years=horizon_years,
            cumulative_incidence=chosen.value,
            interval_90=chosen.interval_90,
            steps=ForecastSteps(
                age_sex=here["age_sex"],
                covariates=here["covariates"],
                photographs=here.get("photographs"),
            ),
            step=shown,
            evidence=chosen.evidence,
            sentence=holds_for or None,
        )


def _told(step: Step, place: int, horizons_years: Sequence[float]) -> list[ForecastStep]:
    """Return one step of one condition at each horizon."""
    if isinstance(step, Withheld):
        reason = ForecastStep(missing_because=step.missing, sentence=step.sentence)
        return [reason] * len(horizons_years)
    parts = (step.incidence_KT, step.low_KT, step.high_KT)
    chances = [np.clip(at_horizons(part[place], horizons_years), 0.0, 1.0) for part in parts]
    return [
        ForecastStep(
            value=float(value), interval_90=(float(low), float(high)), evidence=step.evidence
        )
        for value, low, high in zip(*chances, strict=True)
    ]

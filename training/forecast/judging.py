"""What a forecast's graph is worth on drawn people it never saw, age and sex alone beside it.

Every figure says for which condition, horizon, age band and for how much knowledge it holds. The
baseline beside a figure of covariates is the same model told age and sex alone.

Legend: N people, D covariates, K conditions, T years, H horizons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import BoolArray, Evidence, FloatArray, Tensors
from edge_runtime.forecast.forecaster import curves_of
from edge_runtime.forecast.survival import Hazards
from training.bootstrap import interval_of
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.drawn.population.person import SET
from training.forecast.people import People
from training.forecast.scores import (
    aalen_johansen,
    coverage,
    e90,
    expected_c,
    interval_score,
    oracle_over_forecast,
)
from training.forecast.task import inputs_of, tune_views

Run = Callable[[Tensors], Tensors]
"""Runs the forecast's graph."""

MAIN_HORIZON_YEARS = 5
JUDGED_HORIZONS_YEARS = (1, 5, 10)
LEAST_PEOPLE, LEAST_INCIDENCE = 300, 0.005
"""A cell with fewer people or a lower mean oracle is not judged for calibration."""
AGE_BANDS_YEARS = ((6, 18), (40, 50), (50, 60), (60, 70), (70, 81))
AGE_SEX = "age and sex alone"
KNOWN = {
    "as_written": "covariates as the clinic wrote them",
    "some_lost": "covariates, 30 % of them lost",
    "age_sex": AGE_SEX,
}
EYES = "_and_eyes"
KNOWN |= {f"{name}{EYES}": f"{known}, and photographs" for name, known in KNOWN.items()}


@dataclass(frozen=True)
class Seen:
    """Forecasts of one view of the people, at the oracle's horizons, (N, K, H) each."""

    chance: Hazards
    low: Hazards
    high: Hazards


def judged_forecast(
    run: Run, people: People, knows: str = "covariates", photographs: int = 0
) -> list[Metric]:
    """Return every figure of a forecast's graph on people with their oracle.

    Of a graph that knows signs, `people` have those that were read in their `photographs`; where
    they have none, it is judged by what else it knows.
    """
    views = seen_views(run, people, knows)
    if not photographs:
        views = {name: seen for name, seen in views.items() if not name.endswith(EYES)}
    metrics: list[Metric] = []
    for place, condition in enumerate(CONDITIONS):
        at_risk = ~np.isnan(people.oracle_NKH[:, place, 0])
        if at_risk.sum() >= LEAST_PEOPLE:
            metrics += _of_condition(people, views, place, condition, at_risk, photographs)
    return metrics


def seen_views(run: Run, people: People, knows: str) -> dict[str, Seen]:
    """Return the forecasts of each view of the people, by its name."""
    views = tune_views(*inputs_of(people, knows))
    return {name: _seen(run, *view) for name, view in views.items()}


def _seen(run: Run, value_ND: FloatArray, known_ND: FloatArray) -> Seen:
    curves = curves_of(run({"covariate_ND": value_ND, "known_ND": known_ND}))
    places = [years - 1 for years in HORIZONS_YEARS]
    chance, low, high = (curve[..., places] for curve in curves)
    return Seen(chance, low, high)


def _of_condition(
    people: People,
    views: Mapping[str, Seen],
    place: int,
    condition: str,
    at_risk: BoolArray,
    photographs: int,
) -> Iterator[Metric]:
    for name, seen in views.items():
        for h, years in enumerate(HORIZONS_YEARS):
            if years not in JUDGED_HORIZONS_YEARS:
                continue
            pictures = photographs if name.endswith(EYES) else 0
            cell = _Cell(people, place, h, years, condition, KNOWN[name], pictures)
            alone = views["age_sex"]
            if years == MAIN_HORIZON_YEARS:
                yield from _of_worth(cell, seen, alone, at_risk)
            yield from _of_calibration(cell, seen, at_risk, "all")
            for low, high in AGE_BANDS_YEARS:
                age_N = people.value_ND[:, 0]
                band = at_risk & (age_N >= low) & (age_N < high)
                yield from _of_calibration(cell, seen, band, f"{low} to {high - 1}")


@dataclass(frozen=True)
class _Cell:
    """One condition at one horizon, for one view of the people."""

    people: People
    place: int
    h: int
    years: int
    condition: str
    known: str
    photographs: int

    def oracle(self, who: BoolArray) -> FloatArray:
        return np.asarray(self.people.oracle_NKH[who, self.place, self.h])

    def of(self, curve: Hazards, who: BoolArray) -> Hazards:
        return np.asarray(curve[who, self.place, self.h])

    def metric(
        self,
        name: str,
        columns: tuple[np.ndarray, ...],
        statistic: Callable[..., float],
        band: str = "all",
        baseline: tuple[float, str] | None = None,
    ) -> Metric:
        value = statistic(*columns)
        return Metric(
            name=name,
            value=value,
            interval_95=interval_of(statistic, columns),
            set=SET,
            role=Role.TEST,
            split="test",
            subgroup={
                "condition": self.condition,
                "horizon_years": str(self.years),
                "known": self.known,
                "age_years": band,
            },
            people=len(columns[0]),
            photographs=self.photographs,
            baseline=baseline[0] if baseline else None,
            baseline_name=baseline[1] if baseline else None,
            evidence=Evidence.DRAWN,
        )


def _of_worth(cell: _Cell, seen: Seen, alone: Seen, who: BoolArray) -> Iterator[Metric]:
    oracle, chance = cell.oracle(who), cell.of(seen.chance, who)
    by_age = expected_c(cell.of(alone.chance, who), oracle)
    yield cell.metric("expected_c", (chance, oracle), expected_c, baseline=(by_age, AGE_SEX))
    low, high = cell.of(seen.low, who), cell.of(seen.high, who)
    yield cell.metric("interval_coverage", (low, high, oracle), coverage, baseline=(0.9, "aim"))
    score = interval_score(cell.of(alone.low, who), cell.of(alone.high, who), oracle)
    yield cell.metric(
        "interval_score", (low, high, oracle), interval_score, baseline=(score, AGE_SEX)
    )


def _of_calibration(cell: _Cell, seen: Seen, who: BoolArray, band: str) -> Iterator[Metric]:
    oracle = cell.oracle(who)
    if len(oracle) < LEAST_PEOPLE or oracle.mean() < LEAST_INCIDENCE:
        return
    chance = cell.of(seen.chance, who)
    yield cell.metric(
        "oracle_over_forecast", (chance, oracle), oracle_over_forecast, band, (1.0, "aim")
    )
    years = cell.people.years_NK[who, cell.place]
    event = cell.people.event_NK[who, cell.place]

    def observed(chance: np.ndarray, years: np.ndarray, event: np.ndarray) -> float:
        return aalen_johansen(years, event, cell.years) / float(chance.mean())

    yield cell.metric("observed_over_expected", (chance, years, event), observed, band)
    yield cell.metric("e90", (chance, oracle), e90, band, (_everybody_alike(oracle), "one for all"))


def _everybody_alike(oracle: FloatArray) -> float:
    """Return E90 of a forecast that gives everybody the mean: how much there is to tell apart."""
    off = np.abs(oracle - oracle.mean())
    return float(np.quantile(off, 0.9) / oracle.mean())

"""What photographs add to forecasts beside what the true signs add, against the oracle.

Legend: N people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import BoolArray, Evidence
from training.bootstrap import interval_of
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.drawn.population.person import SET
from training.forecast.judging import EYES, KNOWN, LEAST_PEOPLE, MAIN_HORIZON_YEARS, Seen
from training.forecast.people import People
from training.forecast.scores import expected_c

VIEWS = ("age_sex", "some_lost")
"""What is known beside the photographs."""
MAIN = HORIZONS_YEARS.index(MAIN_HORIZON_YEARS)

Views = Mapping[str, Seen]
"""Forecasts of the same people by what is known of them."""


@dataclass(frozen=True)
class Told:
    """The same people's forecasts by photographs, by true signs, and by what must add nothing."""

    photographs: Views
    true_signs: Views
    nothing: Mapping[str, Views]
    """By name of the figure's end."""


def gains(people: People, told: Told, photographs: int) -> list[Metric]:
    """Return, by condition and by what else is known, at five years and with intervals.

    `agreement_with_true_signs`: the squared correlation of what photographs add to the logarithm
    of the cumulative incidence with what true signs add; `gain_of_...`: what is added to the
    expected C.
    """
    found: list[Metric] = []
    for place, condition in enumerate(CONDITIONS):
        who = ~np.isnan(people.oracle_NKH[:, place, MAIN])
        if who.sum() >= LEAST_PEOPLE:
            for name in VIEWS:
                cell = _Cell(condition, place, name, who, photographs)
                found += _of_cell(cell, people.oracle_NKH[who, place, MAIN], told)
    return found


@dataclass(frozen=True)
class _Cell:
    condition: str
    place: int
    view: str
    who: BoolArray
    photographs: int

    def pair(self, views: Views) -> tuple[np.ndarray, np.ndarray]:
        """Return the people's chances without and with the eyes."""
        without, with_eyes = (
            np.asarray(views[f"{self.view}{suffix}"].chance[self.who, self.place, MAIN])
            for suffix in ("", EYES)
        )
        return without, with_eyes

    def metric(
        self, name: str, statistic: Callable[..., float], columns: tuple[np.ndarray, ...]
    ) -> Metric:
        return Metric(
            name=name,
            value=statistic(*columns),
            interval_95=interval_of(statistic, columns),
            set=SET,
            role=Role.TEST,
            split="test",
            subgroup={
                "condition": self.condition,
                "horizon_years": str(MAIN_HORIZON_YEARS),
                "known": KNOWN[f"{self.view}{EYES}"],
                "age_years": "all",
            },
            people=int(self.who.sum()),
            photographs=self.photographs,
            baseline=0.0,
            baseline_name="no photographs",
            evidence=Evidence.DRAWN,
        )


def _of_cell(cell: _Cell, oracle: np.ndarray, told: Told) -> Iterator[Metric]:
    ours, best = cell.pair(told.photographs), cell.pair(told.true_signs)
    yield cell.metric("agreement_with_true_signs", agreement, (*ours, *best))
    yield cell.metric("gain_of_photographs", gain, (*ours, oracle))
    yield cell.metric("gain_of_true_signs", gain, (*best, oracle))
    for name, views in told.nothing.items():
        yield cell.metric(f"gain_of_{name}", gain, (*cell.pair(views), oracle))


def agreement(without: np.ndarray, ours: np.ndarray, least: np.ndarray, best: np.ndarray) -> float:
    """Return the squared correlation of log(ours / without) with log(best / least); 0 of none."""
    added, wanted = _log(ours) - _log(without), _log(best) - _log(least)
    if added.std() == 0.0 or wanted.std() == 0.0:
        return 0.0
    return float(np.corrcoef(added, wanted)[0, 1] ** 2)


def gain(without: np.ndarray, ours: np.ndarray, oracle: np.ndarray) -> float:
    """Return by how much the expected C is higher with what was added."""
    return expected_c(ours, oracle) - expected_c(without, oracle)


def _log(chance: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(np.clip(chance, 1e-7, 1.0)))

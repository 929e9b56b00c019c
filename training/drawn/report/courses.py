"""What came to the cohort's people, death competing, beside what their true states foretold.

Aalen-Johansen (lifelines) of those at risk at their first visit, who are those that the oracle
speaks of. A person who leaves the time at risk without an event (nothing is left to worsen) stays
counted as free of it until last seen, for the oracle counts so too.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from edge_runtime.contracts.cohort import Event, OutcomeRow
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.drawn.report.record import AtHorizon, Course

Floats = npt.NDArray[np.float64]
MOST_POINTS = 160
_SEED = 0
"""lifelines parts tied times at random."""


@dataclass(frozen=True)
class Curve:
    """Cumulative incidence from 0 on: a step at each time, with its 95 % interval."""

    years: Floats
    incidence: Floats
    low: Floats
    high: Floats

    def at(self, years: float) -> int:
        """Return the index of the last step at or before a moment."""
        return int(np.searchsorted(self.years, years, side="right")) - 1


def courses(outcomes: Iterable[OutcomeRow], first_visits: pd.DataFrame) -> list[Course]:
    """Return the course of every condition that somebody is at risk of at the first visit."""
    rows = list(outcomes)
    last, died = _last_seen(rows)
    found = []
    for name in CONDITIONS:
        chances = {h: first_visits[f"oracle_{name}_{h}y"].dropna() for h in HORIZONS_YEARS}
        ours = [r for r in rows if _counts(r, name, chances[HORIZONS_YEARS[0]].index)]
        if ours:
            people = [row.person_id for row in ours]
            expected = {h: float(chance.loc[people].mean()) for h, chance in chances.items()}
            found.append(_course(name, [_followed(r, last, died) for r in ours], expected))
    return found


def _counts(row: OutcomeRow, name: str, at_risk: pd.Index[str]) -> bool:
    first = row.entry_years == 0 and not row.prevalent and row.exit_years > 0
    return row.condition.value == name and first and row.person_id in at_risk


def _last_seen(rows: Sequence[OutcomeRow]) -> tuple[dict[str, float], set[str]]:
    last: dict[str, float] = {}
    for row in rows:
        last[row.person_id] = max(row.exit_years, last.get(row.person_id, 0.0))
    return last, {row.person_id for row in rows if row.event is Event.DEATH_FIRST}


def _followed(row: OutcomeRow, last: Mapping[str, float], died: set[str]) -> tuple[float, Event]:
    end = last[row.person_id]
    if row.event is not Event.CENSORED or row.exit_years >= end:
        return row.exit_years, row.event
    return end, Event.DEATH_FIRST if row.person_id in died else Event.CENSORED


def _course(
    name: str, followed: Sequence[tuple[float, Event]], expected: Mapping[int, float]
) -> Course:
    years = np.array([moment for moment, _ in followed])
    event = np.array([int(how) for _, how in followed])
    curve = aalen_johansen(years, event)
    every = np.unique(np.linspace(0, len(curve.years) - 1, MOST_POINTS).round().astype(int))
    lines = {key: np.round(values[every], 5).tolist() for key, values in vars(curve).items()}
    horizons = [_horizon(h, curve, years, expected[h]) for h in expected]
    return Course(
        condition=name, people=len(years), events=int((event == Event.EVENT).sum()),
        deaths_first=int((event == Event.DEATH_FIRST).sum()), horizons=horizons, **lines,
    )  # fmt: skip


def _horizon(horizon: int, curve: Curve, years: Floats, oracle: float) -> AtHorizon:
    followed = int((years >= horizon).sum())
    if not followed:
        return AtHorizon(years=horizon, still_followed=0, oracle=oracle)
    at = curve.at(horizon)
    return AtHorizon(
        years=horizon, still_followed=followed, oracle=oracle,
        estimate=float(curve.incidence[at]),
        interval_95=(float(curve.low[at]), float(curve.high[at])),
    )  # fmt: skip


def aalen_johansen(years: Floats, event: npt.NDArray[np.int_]) -> Curve:
    """Return cumulative incidence of event 1 where 2, death, competes and 0 is censored.

    Without any event 1 the line lies at 0, its interval with it.
    """
    if not (event == Event.EVENT).any():
        flat = np.zeros(2)
        return Curve(np.array([0.0, years.max()]), flat, flat, flat)
    from lifelines import AalenJohansenFitter  # type: ignore[import-untyped,unused-ignore]

    fitter = AalenJohansenFitter(seed=_SEED)
    with warnings.catch_warnings():
        # Of tied times, parted by _SEED, and of an interval where nothing has happened yet.
        warnings.simplefilter("ignore")
        fitter.fit(years, event, event_of_interest=int(Event.EVENT))
    line = fitter.cumulative_density_.iloc[:, 0]
    bounds = fitter.confidence_interval_.to_numpy(dtype=np.float64)
    known = np.nan_to_num(bounds, nan=0.0).clip(0.0, 1.0)
    moments = line.index.to_numpy(dtype=np.float64)
    return Curve(moments, line.to_numpy(dtype=np.float64), known[:, 0], known[:, 1])

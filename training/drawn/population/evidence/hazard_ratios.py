"""The hazard ratios put in, found again by a start-stop Cox fit on true states (lifelines).

Time is age and sexes are strata, so the baseline, a function of age and sex, drops out. Rows are
quarters of a year in which hazards stand still. Quarters without an event are thinned at random
and carry the weight that undoes it; for rare events nothing is lost by that.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.drawn.population.bodies import Bodies
from training.drawn.population.evidence.reading import Indices, effect_names, table
from training.drawn.population.lanes import STEP_YEARS
from training.drawn.population.parameters import CAUSES, DEATH, Parameters

MOST_EVENTS = 1000
ROWS = 120_000
"""Rows kept a cause, so that each risk set of a quarter year of age and a sex holds a hundred."""


@dataclass(frozen=True)
class RecoveredRatio:
    """One hazard ratio, per its own unit: put in, found, 95 % interval and z of the difference."""

    condition: str
    state: str
    put_in: float
    found: float
    low: float
    high: float
    z: float
    events: int

    @property
    def covered(self) -> bool:
        """Return whether the interval covers what was put in."""
        return self.low <= self.put_in <= self.high


class StartStopRows:
    """Gathers counting-process rows block by block until each cause has events enough.

    `blocks` is how many will come: rows are thinned so that about `ROWS` of them remain.
    """

    def __init__(self, p: Parameters, blocks: int, most_events: int = MOST_EVENTS) -> None:
        self.p, self.blocks, self.most_events = p, blocks, most_events
        self.names = effect_names(p)
        self.rows: dict[str, list[pd.DataFrame]] = {name: [] for name in CAUSES}
        self.events = dict.fromkeys(CAUSES, 0)

    def add(self, bodies: Bodies) -> None:
        """Add one block to the causes that still lack events."""
        first = int(bodies.moment(0.0))
        steps = np.arange(first, len(bodies.grid_years) - 1)
        lived = bodies.states["dead"][:, steps] == 0
        for name in CAUSES:
            if self.events[name] < self.most_events:
                risk = lived if name == DEATH else lived & bodies.at_risk[name][:, steps]
                people, at = np.nonzero(risk)
                self._add(name, bodies, people, steps[at])

    def _add(self, name: str, bodies: Bodies, people: Indices, moments: Indices) -> None:
        if not len(people):
            return
        start = bodies.grid_years[moments].astype(np.float64)
        happens = bodies.death_years if name == DEATH else bodies.event_years[name]
        stop = np.minimum(start + STEP_YEARS, bodies.death_years[people])
        event = (happens[people] >= start) & (happens[people] < start + STEP_YEARS)
        stop = np.where(event, happens[people], stop)
        expected = float(bodies.hazards[name][people, moments].sum()) * STEP_YEARS
        blocks = min(self.blocks, self.most_events / max(expected, 0.1))
        share = min(1.0, ROWS / max(blocks, 1.0) / len(people))
        rng = np.random.default_rng([bodies.seed, bodies.block, CAUSES.index(name)])
        kept = (event | (rng.random(len(people)) < share)) & (stop > start)
        people, moments = people[kept], moments[kept]
        frame = pd.DataFrame(table(bodies, self.names[name], people, moments).astype(np.float64))
        frame.columns = pd.Index(self.names[name])
        entry = bodies.fixed["entry_age_years"][people].astype(np.float64)
        frame["start"], frame["stop"] = entry + start[kept], entry + stop[kept]
        frame["event"] = event[kept]
        frame["weight"] = np.where(event[kept], 1.0, 1.0 / share)
        frame["stratum"] = bodies.fixed["sex"][people]
        self.rows[name].append(frame)
        self.events[name] += int(event.sum())

    def fit(self, names: Iterable[str] = CAUSES) -> list[RecoveredRatio]:
        """Return every hazard ratio of these causes, put in and found."""
        return [row for name in names for row in self._fit(name)]

    def _fit(self, name: str) -> list[RecoveredRatio]:
        frame = pd.concat(self.rows[name], ignore_index=True)
        fitted = _lifelines(frame, self.names[name])
        found = []
        for effect in self.p.cause(name).effects:
            beta, error = (float(v) * effect.per for v in fitted[effect.state])
            true = float(np.log(effect.hazard_ratio))
            found.append(
                RecoveredRatio(
                    name, effect.state, effect.hazard_ratio, float(np.exp(beta)),
                    float(np.exp(beta - 1.96 * error)), float(np.exp(beta + 1.96 * error)),
                    (beta - true) / error, self.events[name],
                )
            )  # fmt: skip
        return found


def _lifelines(frame: pd.DataFrame, names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    from lifelines import CoxTimeVaryingFitter  # type: ignore[import-untyped,unused-ignore]
    from lifelines.exceptions import ConvergenceWarning  # type: ignore[import-untyped,unused-ignore]

    frame = frame.assign(id=np.arange(len(frame)))
    scale = frame[list(names)].std()
    frame[list(names)] = (frame[list(names)] - frame[list(names)].mean()) / scale
    fitter = CoxTimeVaryingFitter()
    with warnings.catch_warnings():
        # lifelines warns of pandas 4 and of weights that are no whole numbers; both are known.
        # A fit that did not converge is no figure.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", ConvergenceWarning)
        fitter.fit(
            frame, id_col="id", event_col="event", start_col="start", stop_col="stop",
            weights_col="weight", strata=["stratum"], show_progress=False,
        )  # fmt: skip
    return {
        name: (fitter.params_[name] / scale[name], fitter.standard_errors_[name] / scale[name])
        for name in names
    }


def recovered_hazard_ratios(
    blocks: Sequence[Bodies], p: Parameters, most_events: int = MOST_EVENTS
) -> list[RecoveredRatio]:
    """Return every hazard ratio of the population, put in and found from true states."""
    rows = StartStopRows(p, len(blocks), most_events)
    for bodies in blocks:
        rows.add(bodies)
    return rows.fit([name for name in CAUSES if rows.events[name] > 0])


def coverage(found: Iterable[RecoveredRatio]) -> tuple[float, float]:
    """Return the share of 95 % intervals that cover, and the largest |z|."""
    rows = list(found)
    covered: npt.NDArray[np.bool_] = np.asarray([row.covered for row in rows])
    return float(covered.mean()), max(abs(row.z) for row in rows)

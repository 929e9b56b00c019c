"""Drawn people without pictures: what a clinic knows at the first visit, and what then happened.

Outcomes are those of the outcomes table that users have: time at risk and how it ended. Hazards
are never read. `sign_NS`, the true signs of the retina, and `oracle_NKH` are for judging, and for
the run that shows the ceiling.

Legend: N people, D covariates, K conditions, S signs, H horizons.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Event
from edge_runtime.domain import BoolArray, FloatArray, Sex
from edge_runtime.forecast.covariates import NAMES
from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import draw_block
from training.drawn.population.oracle import expected
from training.drawn.population.parameters import CONDITIONS, Parameters

SIGNS = (
    "crae_mean_um",
    "crve_mean_um",
    "retinopathy",
    "nicking_present",
    "dr_severity_worst",
    "cdr_vertical_worst",
    "disc_haemorrhage_memory",
    "log_drusen_worst",
    "atrophy_worst_dd",
    "nerve_fibre_loss_mean",
)
"""The true signs that hazards of the drawn population depend on."""


@dataclass(frozen=True)
class People:
    """People at their first visit."""

    value_ND: FloatArray
    """Covariates in the order of edge_runtime.forecast.covariates.NAMES, 0 where not known."""
    known_ND: FloatArray
    at_risk_NK: BoolArray
    years_NK: FloatArray
    """Time at risk from the visit on."""
    event_NK: npt.NDArray[np.int8]
    """How it ended: `contracts.cohort.Event`."""
    sign_NS: FloatArray
    oracle_NKH: FloatArray
    """Expected cumulative incidence from the true state; NaN not at risk, H = 0 not computed."""

    def __len__(self) -> int:
        return len(self.value_ND)

    def take(self, chosen: npt.NDArray[np.intp] | BoolArray) -> People:
        """Return the people that an index or a mask names."""
        return People(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def save(self, path: Path) -> None:
        """Write them whole or not at all."""
        temporary = path.with_suffix(".tmp.npz")
        np.savez(temporary, **{f.name: getattr(self, f.name) for f in fields(self)})
        temporary.replace(path)


def load_people(path: Path) -> People:
    """Return the people of a file that `People.save` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        return People(**{name: kept[name] for name in kept.files})


def joined(parts: list[People]) -> People:
    """Return all people of several parts, in order."""
    return People(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(People)}
    )


def drawn_people(seed: int, block: int, parameters: Parameters, futures: int = 0) -> People:
    """Return the people of one block at their first visit; `futures` 0 computes no oracle."""
    bodies = draw_block(seed, block, parameters, visits=1)
    value_ND, known_ND = _covariates(bodies)
    at_risk, years, event = (
        np.stack(column, axis=1)
        for column in zip(*(_outcome(bodies, name) for name in CONDITIONS), strict=True)
    )
    now = int(bodies.moment(0.0))
    oracle = np.empty((len(bodies), len(CONDITIONS), 0), np.float32)
    if futures:
        oracle = expected(bodies, 0, futures).cumulative_incidence
    signs = [np.asarray(bodies.states[name][:, now], np.float32) for name in SIGNS]
    return People(value_ND, known_ND, at_risk, years, event, np.stack(signs, axis=1), oracle)


def _covariates(bodies: Bodies) -> tuple[FloatArray, FloatArray]:
    shape = len(bodies), len(NAMES)
    value_ND, known_ND = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for i in range(len(bodies)):
        said = bodies.person(i).covariates_at(0.0)
        for place, name in enumerate(NAMES):
            value = said[name]
            if value is not None:
                known_ND[i, place] = 1.0
                value_ND[i, place] = _number(value)
    return value_ND, known_ND


def _number(value: object) -> float:
    if isinstance(value, Sex):
        return float(value is Sex.M)
    if isinstance(value, bool | int | float):
        return float(value)
    raise TypeError(f"{value!r} is no number")


def _outcome(bodies: Bodies, name: str) -> tuple[BoolArray, FloatArray, npt.NDArray[np.int8]]:
    """Return who is at risk at the first visit, for how long, and how it ended, as the table."""
    now = int(bodies.moment(0.0))
    risk_NM = bodies.at_risk[name][:, now:]
    at_risk = risk_NM[:, 0] & ~bodies.prevalent[name]
    event_years, end = bodies.event_years[name], bodies.end_years
    last = risk_NM.shape[1] - 1 - np.argmax(risk_NM[:, ::-1], axis=1)
    lasting = (last == risk_NM.shape[1] - 1) | np.isfinite(event_years)
    after = np.minimum(now + last + 1, len(bodies.grid_years) - 1)
    leaves = np.where(lasting, np.float32(np.inf), bodies.grid_years[after])
    exit_years = np.minimum(np.minimum(end, event_years), leaves)
    died = (exit_years == end) & (bodies.death_years <= bodies.censored_years)
    event = np.where(died, int(Event.DEATH_FIRST), int(Event.CENSORED))
    event = np.where(event_years <= end, int(Event.EVENT), event)
    return at_risk, np.asarray(exit_years, np.float32), event.astype(np.int8)

"""Hazards a year: baseline(age, sex) x product of hazard_ratio ^ ((state - reference) / per)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.drawn.population.lanes import Array, Lanes
from training.drawn.population.parameters import CAUSES, DEATH, Parameters
from training.drawn.population.tables import Cause

BoolArray = npt.NDArray[np.bool_]
AGES_A_YEAR = 4
OLDEST_YEARS = 125
_MOST_LOG_HAZARD = 3.0
"""Keeps exponentials finite: twenty events a year."""


@dataclass(frozen=True)
class Baselines:
    """Logarithms of baseline hazards a year, by cause: (2, ages), women first, quarter years."""

    log_hazard: dict[str, Array]

    def at(self, cause: str, lanes: Lanes) -> Array:
        """Return every lane's log baseline hazard at its age and sex."""
        index = (lanes.moving["age_years"] * AGES_A_YEAR).astype(np.intp)
        index = np.clip(index, 0, OLDEST_YEARS * AGES_A_YEAR - 1)
        return np.asarray(self.log_hazard[cause][lanes.fixed["sex"].astype(np.intp), index])


def spread(ages: tuple[float, ...], knots: npt.NDArray[np.float64]) -> Array:
    """Return log hazards (2, quarter years) through knots (2, bands) at the middles of bands.

    Between two middles the logarithm is linear; beyond the first and the last it stays.
    """
    middles = (np.asarray(ages[1:]) + np.asarray(ages[:-1])) / 2.0
    grid = (np.arange(OLDEST_YEARS * AGES_A_YEAR) + 0.5) / AGES_A_YEAR
    return np.asarray([np.interp(grid, middles, np.log(row)) for row in knots], np.float32)


def log_relative(cause: Cause, lanes: Lanes) -> Array:
    """Return the logarithm of every lane's hazard over its baseline."""
    total = np.zeros(len(lanes), np.float32)
    for effect in cause.effects:
        slope = np.float32(np.log(effect.hazard_ratio) / effect.per)
        total += slope * (lanes.value(effect.state) - np.float32(effect.reference))
    return total


def exposed(name: str, lanes: Lanes, p: Parameters) -> BoolArray:
    """Return who can have the event now, first or again, as the cause's `at_risk` words it."""
    cause, age = p.cause(name), lanes.moving["age_years"]
    inside = (age >= cause.from_age) & (age < cause.until_age)
    if name == DEATH:
        return np.asarray(inside)
    if name == "dr_progression":
        has = (lanes.moving["type_2_diabetes"] > 0) & (lanes.moving["dr_grade"] < 4)
    elif name == "glaucoma_progression":
        has = (lanes.moving["glaucoma_status"] > 0) & (
            lanes.moving["rim_loss"] < p.retina.glaucoma.rim_lost_end
        )
    else:
        has = lanes.moving[name] == 0
    return np.asarray(inside & has)


def set_hazards(lanes: Lanes, p: Parameters, baselines: Baselines) -> None:
    """Set `hazard_CAUSE` (a year, 0 where not exposed) and `risk_CAUSE` of a first event."""
    m = lanes.moving
    for name in CAUSES:
        cause = p.cause(name)
        can = exposed(name, lanes, p)
        log_hazard = baselines.at(name, lanes) + log_relative(cause, lanes)
        m[f"hazard_{name}"] = np.where(
            can, np.exp(np.minimum(log_hazard, _MOST_LOG_HAZARD)), np.float32(0)
        )
        m[f"risk_{name}"] = np.asarray(can & (m.get(f"had_{name}", 0) == 0), np.float32)

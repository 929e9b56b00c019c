"""Reads named covariates of bodies at moments, for fits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.drawn.population.bodies import Bodies
from training.drawn.population.parameters import CAUSES, Parameters

Indices = npt.NDArray[np.intp]


def values(bodies: Bodies, name: str, people: Indices, moments: Indices) -> npt.NDArray[np.float32]:
    """Return a state or trait of each of `people` at each one's moment."""
    if name in bodies.fixed:
        return np.asarray(bodies.fixed[name][people])
    return np.asarray(bodies.states[name][people, moments])


def table(
    bodies: Bodies, names: Sequence[str], people: Indices, moments: Indices
) -> npt.NDArray[np.float32]:
    """Return covariates (rows, names)."""
    columns = [values(bodies, name, people, moments) for name in names]
    return np.stack(columns, axis=1) if columns else np.empty((len(people), 0), np.float32)


def effect_names(p: Parameters) -> dict[str, tuple[str, ...]]:
    """Return the states that move each cause's hazard."""
    return {name: tuple(e.state for e in p.cause(name).effects) for name in CAUSES}

"""Random numbers that belong to a name, not to the order of calls.

A lesion's numbers come from its own key, so that whichever lesions live at a visit can be drawn
without drawing those that do not. The mixer is splitmix64 (Steele, Lea and Flood 2014, OOPSLA).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.drawn.anatomy import rng_of
from training.drawn.eye_state import EyeTraits

Keys = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def keys_of(traits: EyeTraits, name: str, count: int) -> Keys:
    """Return keys (count,) of what bears this name in this eye; the first ones never change."""
    rng = rng_of(traits.seed, "lesions", traits.eye.value, name)
    first = rng.integers(0, 2**63, dtype=np.uint64)
    return children(np.array([first], np.uint64), np.arange(count))


def children(keys: Keys, number: Indices | int) -> Keys:
    """Return the keys of the `number`-th children of keys (broadcast together)."""
    steps = np.atleast_1d(number).astype(np.uint64) + np.uint64(1)
    return _mixed(keys + steps * GOLDEN)


def uniforms(keys: Keys, columns: int) -> Numbers:
    """Return `columns` numbers in [0, 1) for each key, (N, columns)."""
    return _unit(children(keys[:, None], np.arange(columns)[None]))


def normals(keys: Keys, columns: int) -> Numbers:
    """Return `columns` standard normal numbers for each key, (N, columns) (Box-Muller)."""
    u = uniforms(keys, 2 * columns)
    far = np.sqrt(-2 * np.log1p(-u[:, :columns]))
    return np.asarray(far * np.cos(2 * np.pi * u[:, columns:]))


def _mixed(z: Keys) -> Keys:
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return np.asarray(z ^ (z >> np.uint64(31)))


def _unit(z: Keys) -> Numbers:
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)

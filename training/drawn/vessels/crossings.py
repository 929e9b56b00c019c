"""Where arterioles and venules cross."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from edge_runtime.domain import BoolArray
from training.drawn.anatomy import Points
from training.drawn.vessels.tree import Crossings, VesselTree

ARTERIOLE_OVER_SHARE = 0.7
"""Share of crossings where the arteriole lies before the venule. Weinberg et al. (1990, Arch
Ophthalmol 108:1434-1437) and others found some 60 to 80 % in healthy eyes (from memory)."""
NEIGHBOURS = 4
"""Pieces of vessel nearest to another's middle that are asked whether they cross it."""
FROM_ROOT = 0.35
"""Crossings nearer than this to the disc's centre are a tangle that no one reads."""


def crossings_of(
    arterioles: VesselTree, venules: VesselTree, rng: np.random.Generator
) -> Crossings:
    """Return the crossings of two trees; which vessel lies over is drawn."""
    a, v = arterioles.pieces, venules.pieces
    a0, a1 = arterioles.xy[arterioles.parent[a]], arterioles.xy[a]
    v0, v1 = venules.xy[venules.parent[v]], venules.xy[v]
    longest = max(np.hypot(*(a1 - a0).T).max(), np.hypot(*(v1 - v0).T).max())
    away, near = cKDTree(0.5 * (v0 + v1)).query(
        0.5 * (a0 + a1), NEIGHBOURS, distance_upper_bound=longest
    )
    which, column = np.nonzero(np.isfinite(away))
    other = near[which, column]
    share, meet = _meeting(a0[which], a1[which], v0[other], v1[other])
    meet &= np.hypot(*a0[which].T) > FROM_ROOT
    which, other, share = which[meet], other[meet], share[meet]
    over = rng.uniform(0, 1, len(which)) < ARTERIOLE_OVER_SHARE
    places = a0[which] + share[:, None] * (a1[which] - a0[which])
    return Crossings(places, a[which], v[other], over)


def _meeting(a0: Points, a1: Points, v0: Points, v1: Points) -> tuple[Points, BoolArray]:
    """Return where along each line from a0 to a1 it meets that from v0 to v1, and whether."""
    a, v, gap = a1 - a0, v1 - v0, v0 - a0
    turn = a[:, 0] * v[:, 1] - a[:, 1] * v[:, 0]
    turn = np.where(np.abs(turn) < 1e-15, 1e-15, turn)
    along_a = (gap[:, 0] * v[:, 1] - gap[:, 1] * v[:, 0]) / turn
    along_v = (gap[:, 0] * a[:, 1] - gap[:, 1] * a[:, 0]) / turn
    # Half open: a crossing at a node is met once.
    inside = (along_a > 0) & (along_a <= 1) & (along_v > 0) & (along_v <= 1)
    return along_a, inside

"""Bends a vessel where it forks: it turns away from each branch that it gives.

The tissue itself is shifted, for both trees alike, so that no vessel is torn or newly crossed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.drawn.anatomy import Points
from training.drawn.vessels.tree import Nodes, VesselTree

REACH, SLOPE, MOST = 0.16, 0.28, 40
"""At a fork of two equal branches the vessel is bent by this slope to either side, less for a
smaller branch, fading over this distance in disc diameters; only the widest branches do. Set by eye
against public masks."""
FROM_DISC = 0.35
"""Forks nearer than this to the disc's centre bend nothing."""

Forks = tuple[Nodes, Nodes]
"""Nodes that branches leave, and the first nodes of those branches."""


def with_kinks(
    arterioles: tuple[VesselTree, Forks], venules: tuple[VesselTree, Forks]
) -> tuple[VesselTree, VesselTree]:
    """Return both trees bent at the forks of both."""
    places, shifts = zip(_kinks(*arterioles), _kinks(*venules), strict=True)
    place, shift = np.concatenate(places), np.concatenate(shifts)
    return _shifted(arterioles[0], place, shift), _shifted(venules[0], place, shift)


def _kinks(tree: VesselTree, forks: Forks) -> tuple[Points, Points]:
    """Return the places (M, 2) of the forks that bend their vessel, and by how much (M, 2)."""
    fork, branch = forks
    outside = np.hypot(*tree.xy[fork].T) > FROM_DISC
    fork, branch = fork[outside], branch[outside]
    widest = np.argsort(-tree.radius[branch], kind="stable")[:MOST]
    fork, branch = fork[widest], branch[widest]
    flow = tree.xy[fork] - tree.xy[tree.parent[fork]]
    flow /= np.maximum(np.hypot(*flow.T), 1e-9)[:, None]
    way = tree.xy[np.minimum(branch + 3, len(tree.xy) - 1)] - tree.xy[fork]
    side = np.sign(flow[:, 0] * way[:, 1] - flow[:, 1] * way[:, 0])
    size = SLOPE * REACH * np.minimum(tree.radius[branch] / tree.radius[fork], 1)
    return tree.xy[fork], (side * size)[:, None] * np.stack([-flow[:, 1], flow[:, 0]], axis=1)


def _shifted(tree: VesselTree, place: Points, shift: Points) -> VesselTree:
    x, y = ((tree.xy[:, None, axis] - place[None, :, axis]).astype(np.float32) for axis in (0, 1))
    near = np.exp(np.sqrt(x * x + y * y) * np.float32(-1 / REACH))
    # Not a matrix product: its last bits may depend on the number of threads.
    moved = np.stack([(near * axis.astype(np.float32)).sum(1) for axis in shift.T], axis=1)
    return replace(tree, xy=tree.xy + moved, course=tree.course + moved)

"""Grows the planned trunks of one kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.drawn.anatomy import Points
from training.drawn.vessels.curves import STEP, bends, through
from training.drawn.vessels.growing import GrowingTree
from training.drawn.vessels.reaching import Style
from training.drawn.vessels.tissue import Walls
from training.drawn.vessels.trunks import Trunk

OWN_START = 0.2
"""So near to where it begins a trunk may lie beside the one that it leaves."""

Planted = tuple[int, Points]
"""A trunk's curve, one point a node, and what to add to a point's index to have its node; the first
point of a trunk that leaves another is a node of that one, and no third leaves there."""


def plant(
    tree: GrowingTree, trunks: Sequence[Trunk], style: Style, rng: np.random.Generator
) -> list[int]:
    """Add trunks to a tree and return their tips.

    One that would cut another, or of which too little is left beyond its fork, does not grow.
    """
    planted: dict[int, Planted] = {}
    walls, tips = Walls(), []
    for index, trunk in enumerate(trunks):
        start, stations = _beginning(trunk, planted)
        smooth = through(stations)
        bend = bends(smooth, style.bends, rng)
        curve = smooth + bend
        body = curve[np.hypot(*(curve - curve[0]).T) > OWN_START]
        if not trunk.needed and (len(stations) < 3 or walls.meets(body)):
            continue
        half = float(np.sign(curve[-1, 1]))
        first = tree.add(curve, bend, start, half, int(rng.integers(8)))
        planted[index] = (first if start < 0 else first - 1, curve)
        tips.append(tree.num_nodes - 1)
        walls.build(curve)
    return tips


def _beginning(trunk: Trunk, planted: dict[int, Planted]) -> tuple[int, Points]:
    """Return the node that a trunk leaves (-1 where it comes up) and its stations from there."""
    if trunk.leaves is None:
        return -1, trunk.stations
    first, curve = planted[trunk.leaves]
    fork = min(round(trunk.leaves_at / STEP), len(curve) - 2)
    beyond = np.hypot(*trunk.stations.T) > np.hypot(*curve[fork]) + OWN_START
    return first + fork, np.vstack([curve[fork], trunk.stations[beyond]])

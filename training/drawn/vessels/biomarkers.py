"""What is true of the vessels of a drawn eye at one visit, from the trees themselves.

No photograph, no mask and no pixel is asked. Calibres are those of Knudtson (2003, Curr Eye Res
27:143-149) in true micrometres. Tortuosity, angles and densities mean what their namesakes of
`edge_runtime.fundus.biomarkers` mean, but are taken from centre lines between forks: a measurement
on a mask cuts vessels elsewhere, so that the two agree in order, not in value.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import BoolArray
from training.drawn.vessels.calibre import central_equivalent_um
from training.drawn.vessels.segments import Segments, segments_of
from training.drawn.vessels.tree import Nodes, VesselTree, VesselTrees

SEEN_CENTRE, SEEN_RADIUS = (-2.2, 0.15), 3.0
"""The part of the retina, in disc diameters, that any photograph of the macula of 45 degrees
shows: tortuosity, angles and densities are those of what lies in it."""
SHORTEST = 0.35
"""Shortest segment whose tortuosity counts, in disc diameters: 5 % of a field of 45 degrees."""
ANGLE_REACH = 5
"""Nodes from a fork at which its branches' directions are taken: an eighth of a disc diameter."""
THINNEST_BRANCH = 0.004
"""Branches of a smaller radius are none that a photograph tells the angle of."""


def true_biomarkers(trees: VesselTrees) -> dict[str, float]:
    """Return the vessels' biomarkers by name; nan where a tree has nothing to measure.

    `crae_um`, `crve_um`, `avr`; for `arterioles` and `venules` the mean arc over chord between
    forks (`tortuosity_distance_...`, weighted by arc), the mean absolute curvature in radians per
    disc diameter (`tortuosity_curvature_..._rad_per_dd`), the median angle between the branches of
    a fork (`branching_angle_..._deg`); for `arteriole` and `venule` the share of the retina that
    vessels cover (`..._density`) and the length of centre lines in disc diameters per square disc
    diameter (`..._length_per_dd`).
    """
    crae, crve = central_equivalent_um(trees.arterioles), central_equivalent_um(trees.venules)
    crae, crve = (np.nan if um is None else um for um in (crae, crve))
    found = {"crae_um": crae, "crve_um": crve, "avr": crae / crve}
    for tree in (trees.arterioles, trees.venules):
        name = tree.kind.value
        segments = segments_of(tree)
        seen = _seen(tree)
        found[f"tortuosity_distance_{name}s"] = _arc_over_chord(tree, segments, seen)
        found[f"tortuosity_curvature_{name}s_rad_per_dd"] = _curvature(tree, segments, seen)
        found[f"branching_angle_{name}s_deg"] = _median_angle(tree, seen)
        found |= _densities(tree, seen)
    return {key: float(value) for key, value in found.items()}


def _seen(tree: VesselTree) -> BoolArray:
    away = tree.xy - np.array(SEEN_CENTRE)
    return np.asarray((away**2).sum(1) < SEEN_RADIUS**2)


def _densities(tree: VesselTree, seen: BoolArray) -> dict[str, float]:
    ends = tree.pieces[seen[tree.pieces]]
    length = np.sqrt(((tree.xy[ends] - tree.xy[tree.parent[ends]]) ** 2).sum(1))
    area = np.pi * SEEN_RADIUS**2
    name = tree.kind.value
    return {
        f"{name}_density": float((2 * tree.radius[ends] * length).sum() / area),
        f"{name}_length_per_dd": float(length.sum() / area),
    }


def _arc_over_chord(tree: VesselTree, segments: Segments, seen: BoolArray) -> float:
    chord = np.sqrt(((tree.xy[segments.last] - tree.xy[segments.start]) ** 2).sum(1))
    arc = np.bincount(segments.of_node, segments.step, len(chord))
    counts = (arc >= SHORTEST) & seen[segments.start] & seen[segments.last] & (chord > 0)
    if not counts.any():
        return np.nan
    return float(np.average(arc[counts] / chord[counts], weights=arc[counts]))


def _curvature(tree: VesselTree, segments: Segments, seen: BoolArray) -> float:
    """Return the sum of all turns within segments over the way on which they are made."""
    node = np.flatnonzero((tree.num_children == 1) & (tree.parent >= 0) & seen)
    child = np.full(len(tree.xy), -1)
    child[tree.parent[tree.pieces]] = tree.pieces
    before, after = tree.xy[node] - tree.xy[tree.parent[node]], tree.xy[child[node]] - tree.xy[node]
    turn = np.arctan2(
        before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], (before * after).sum(1)
    )
    way = segments.step[node].sum()
    return float(np.abs(turn).sum() / way) if way > 0 else np.nan


def _median_angle(tree: VesselTree, seen: BoolArray) -> float:
    forks = np.flatnonzero((tree.num_children == 2) & seen)
    ends = tree.pieces
    order = np.argsort(tree.parent[ends], kind="stable")
    first = np.searchsorted(tree.parent[ends][order], forks)
    branches = np.stack([ends[order][first], ends[order][first + 1]])
    seen_well = (tree.radius[branches] > THINNEST_BRANCH).all(0)
    forks, branches = forks[seen_well], branches[:, seen_well]
    if not len(forks):
        return np.nan
    ways = [tree.xy[_along(tree, one)] - tree.xy[forks] for one in branches]
    cosine = (ways[0] * ways[1]).sum(1) / np.hypot(*ways[0].T) / np.hypot(*ways[1].T)
    return float(np.degrees(np.median(np.arccos(cosine.clip(-1, 1)))))


def _along(tree: VesselTree, node: Nodes) -> Nodes:
    """Return the nodes a little further along the vessels that begin at these."""
    child = np.arange(len(tree.xy))
    child[tree.parent[tree.pieces[::-1]]] = tree.pieces[::-1]
    child[tree.num_children != 1] = np.flatnonzero(tree.num_children != 1)
    for _ in range(ANGLE_REACH - 1):
        node = child[node]
    return node

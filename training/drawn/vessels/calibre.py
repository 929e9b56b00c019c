"""Calibres of a tree: by the flow that each vessel carries, and their summary about the disc.

Every piece of vessel feeds the tissue beside it, and a vessel's radius follows its flow by a power
law. Murray (1926, PNAS 12:207-214) derived the power 3; in living human retinas Riva et al. (1985,
Invest Ophthalmol Vis Sci 26:1124-1132) measured 2.76 for arteries and 2.84 for veins. Forks
scatter about it.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import BoolArray
from edge_runtime.fundus.biomarkers.calibre import ZONE_B_INNER_DD, ZONE_B_OUTER_DD
from edge_runtime.fundus.biomarkers.knudtson import (
    ARTERIOLE_CONSTANT,
    VENULE_CONSTANT,
    VESSELS_NEEDED,
    central_equivalent,
)
from training.drawn.eye_state import UM_PER_DD
from training.drawn.vessels.tree import Kind, Nodes, Values, VesselTree

FLOW_POWER = {Kind.ARTERIOLE: 2.76, Kind.VENULE: 2.84}
POWER_SCATTER = 0.07
"""Standard deviation of a fork's own power over the kind's (assumed)."""
ZONE_B_VESSELS = VESSELS_NEEDED + 2
"""So many vessels of each kind cross zone B at least in every grown eye."""
CONSTANT = {Kind.ARTERIOLE: ARTERIOLE_CONSTANT, Kind.VENULE: VENULE_CONSTANT}


def radii_of(kind: Kind, parent: Nodes, feeds: Values, rng: np.random.Generator) -> Values:
    """Return radii (N,), of no unit yet, of vessels whose nodes feed so much tissue (N,)."""
    power = FLOW_POWER[kind]
    scatter = np.exp(rng.normal(0, POWER_SCATTER, len(parent))).tolist()
    flow, below = feeds.tolist(), [0.0] * len(parent)
    for node, up in zip(range(len(flow) - 1, -1, -1), reversed(parent.tolist()), strict=True):
        flow[node] += below[node]
        if up >= 0:
            s = scatter[up]
            joined = below[up]
            below[up] = (joined**s + flow[node] ** s) ** (1 / s) if joined else flow[node]
    return np.asarray(np.array(flow) ** (1 / power))


def zone_b_calibres(tree: VesselTree) -> Values:
    """Return the calibre in disc diameters of each vessel that crosses zone B, widest first.

    As in `edge_runtime.fundus.biomarkers.calibre`: what crosses the middle circle of the ring is a
    vessel, and its calibre is the mean over its piece between forks inside the ring.
    """
    return np.sort([2 * tree.radius[piece].mean() for piece in zone_b_pieces(tree)])[::-1]


def zone_b_pieces(tree: VesselTree) -> list[list[int]]:
    """Return the nodes of each vessel that crosses zone B, in no given order."""
    away = np.sqrt((tree.xy**2).sum(1))
    middle = 0.5 * (ZONE_B_INNER_DD + ZONE_B_OUTER_DD)
    ends = tree.pieces
    crossing = ends[(away[ends] > middle) != (away[tree.parent[ends]] > middle)]
    goes_on = (away >= ZONE_B_INNER_DD) & (away <= ZONE_B_OUTER_DD) & (tree.num_children == 1)
    child = np.full(len(away), -1)
    child[tree.parent[ends]] = ends
    pieces = [_piece(int(node), goes_on, tree.parent, child) for node in crossing]
    # A vessel that bends over the circle and back is one vessel.
    return list({min(piece): piece for piece in pieces}.values())


def central_equivalent_um(tree: VesselTree) -> float | None:
    """Return CRAE or CRVE in true micrometres; None where fewer than six vessels cross zone B."""
    calibres = (UM_PER_DD * zone_b_calibres(tree)).tolist()
    return central_equivalent(calibres, CONSTANT[tree.kind], tree.kind.value).value


def _piece(node: int, goes_on: BoolArray, parent: Nodes, child: Nodes) -> list[int]:
    """Return the nodes around one as far as the vessel goes on, both ways."""
    piece, up, down = [node], int(parent[node]), node
    while up >= 0 and goes_on[up]:
        piece.append(up)
        up = int(parent[up])
    while goes_on[down]:
        down = int(child[down])
        piece.append(down)
    return piece

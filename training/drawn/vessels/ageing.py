"""The vessels of an eye at one visit: what grew once, with the calibres and bends of the day.

Topology, ends and forks never move. A state with the same tortuosity and rarefaction has the same
centre lines to the bit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edge_runtime.domain import BoolArray
from training.drawn.eye_state import EyeState
from training.drawn.vessels.calibre import ZONE_B_VESSELS, central_equivalent_um, zone_b_pieces
from training.drawn.vessels.tree import Crossings, Nodes, Values, VesselTree, VesselTrees

MOST_NICKED = 0.75
"""Share of its calibre that a venule loses beneath a wide arteriole at nicking 1 (assumed)."""
PRESSING_RADIUS_DD = 0.02
"""Arterioles thinner than this press less."""
NICK_NODES = 8
"""A nick reaches no farther than this many nodes to either side."""


def vessels_at(trees: VesselTrees, state: EyeState) -> VesselTrees:
    """Return grown trees as they are in a state of the eye.

    The central equivalents of the two trees are the state's own, whatever else changes calibres.
    Raises ValueError where fewer than six vessels of a kind cross zone B: such a tree has none.
    """
    arterioles, kept_a = _thinned(trees.arterioles, state.rarefaction)
    venules, kept_v = _thinned(trees.venules, state.rarefaction)
    arterioles, venules = (_bent(tree, state.tortuosity) for tree in (arterioles, venules))
    crossings = _kept_crossings(trees, kept_a, kept_v)
    crossings = replace(crossings, xy=crossings.xy + _carried(trees, crossings, state.tortuosity))
    crossings = replace(
        crossings,
        arteriole=_new_index(kept_a)[crossings.arteriole],
        venule=_new_index(kept_v)[crossings.venule],
    )
    arterioles = _sized(arterioles, arterioles.radius * arterioles.focal, state.crae_um)
    nicks = _nicks(arterioles, venules, crossings, state.nicking)
    venules = _sized(venules, venules.radius * venules.focal * nicks, state.crve_um)
    return VesselTrees(arterioles, venules, crossings)


def _thinned(tree: VesselTree, rarefaction: float) -> tuple[VesselTree, BoolArray]:
    """Return a tree without its thinnest twigs, and which nodes (N,) are left."""
    kept = np.ones(len(tree.xy), bool)
    if rarefaction > 0:
        twigs = _twigs_thinnest_first(tree)
        for twig in twigs[: round(rarefaction * len(twigs))]:
            kept[twig] = False
    if kept.all():
        return tree, kept
    parent = np.append(_new_index(kept), -1)[tree.parent[kept]]
    return VesselTree(
        tree.kind, tree.xy[kept], parent, tree.radius[kept], tree.course[kept], tree.focal[kept]
    ), kept


def _twigs_thinnest_first(tree: VesselTree) -> list[list[int]]:
    """Return each twig's nodes, from its tip to the fork that it leaves.

    The vessels that make up the central equivalent are no twigs, nor are two more: one that only
    touches zone B may leave it as it bends.
    """
    in_zone = sorted(zone_b_pieces(tree), key=lambda piece: -float(tree.radius[piece].mean()))
    needed = {node for piece in in_zone[:ZONE_B_VESSELS] for node in piece}
    children, parent = tree.num_children.tolist(), tree.parent.tolist()
    twigs = []
    for tip in np.flatnonzero(tree.num_children == 0).tolist():
        twig, node = [tip], parent[tip]
        while node >= 0 and children[node] == 1:
            twig.append(node)
            node = parent[node]
        if node >= 0 and needed.isdisjoint(twig):
            twigs.append(twig)
    return sorted(twigs, key=lambda twig: float(tree.radius[twig[-1]]))


def _bent(tree: VesselTree, tortuosity: float) -> VesselTree:
    if tortuosity == 1:
        return tree
    return replace(tree, xy=tree.course + tortuosity * (tree.xy - tree.course))


def _kept_crossings(trees: VesselTrees, kept_a: BoolArray, kept_v: BoolArray) -> Crossings:
    """Return the crossings whose vessels are still there, with their old nodes."""
    old = trees.crossings
    there = kept_a[old.arteriole] & kept_v[old.venule]
    return Crossings(
        old.xy[there], old.arteriole[there], old.venule[there], old.arteriole_over[there]
    )


def _carried(trees: VesselTrees, crossings: Crossings, tortuosity: float) -> Values:
    """Return how far (M, 2) bending takes crossings along: half as far as each vessel moves."""
    a, v = trees.arterioles, trees.venules
    bend = (a.xy - a.course)[crossings.arteriole] + (v.xy - v.course)[crossings.venule]
    return np.asarray(0.5 * (tortuosity - 1) * bend)


def _new_index(kept: BoolArray) -> Nodes:
    """Return where each node stands once the others are gone (only kept ones are meant)."""
    return np.asarray(np.cumsum(kept) - 1)


def _nicks(
    arterioles: VesselTree, venules: VesselTree, crossings: Crossings, nicking: float
) -> Values:
    """Return the share of its calibre that each node (N,) of the venules keeps at crossings."""
    share = np.ones(len(venules.xy))
    over = crossings.arteriole_over
    if nicking == 0 or not over.any():
        return share
    presses = arterioles.radius[crossings.arteriole[over]]
    around = crossings.venule[over][:, None] + np.arange(-NICK_NODES, NICK_NODES + 1)
    around = around.clip(0, len(share) - 1)
    away = venules.xy[around] - crossings.xy[over][:, None]
    width = 1.3 * presses + 0.5 * venules.radius[crossings.venule[over]] + 0.008
    depth = MOST_NICKED * nicking * np.minimum(presses / PRESSING_RADIUS_DD, 1)
    lost = depth[:, None] * np.exp(-(away**2).sum(-1) / width[:, None] ** 2)
    np.minimum.at(share, around, 1 - lost)
    return share


def _sized(tree: VesselTree, radius: Values, equivalent_um: float) -> VesselTree:
    """Return a tree with these radii, scaled to a central equivalent in true micrometres."""
    tree = replace(tree, radius=radius)
    now = central_equivalent_um(tree)
    if now is None:
        raise ValueError(f"fewer than six {tree.kind.value}s cross zone B")
    return replace(tree, radius=radius * (equivalent_um / now))

"""Grows both trees of an eye, once for its life."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np

from training.drawn.anatomy import FIELD_RADIUS, Anatomy, Points, rng_of
from training.drawn.eye_state import UM_PER_DD, EyeTraits
from training.drawn.vessels.calibre import ZONE_B_VESSELS, radii_of, zone_b_pieces
from training.drawn.vessels.crossings import crossings_of
from training.drawn.vessels.curves import STEP
from training.drawn.vessels.filling import GAP, GAP_OUTSIDE, Filling, gap_at
from training.drawn.vessels.growing import GrowingTree
from training.drawn.vessels.kinks import with_kinks
from training.drawn.vessels.planting import plant
from training.drawn.vessels.reaching import style_of
from training.drawn.vessels.tree import Kind, Nodes, Values, VesselTree, VesselTrees
from training.drawn.vessels.trunks import trunks_of

TIP_FEED = 0.06
"""Flow that leaves a vessel at its visible end, as a length of vessel that would use it up."""
BEYOND_FEED, TRUNK_FEED = 7.0, {Kind.ARTERIOLE: 16.0, Kind.VENULE: 22.0}
"""The same, at most, of a vessel and of a trunk that go on to the periphery: most of the retina,
unseen (set against the calibres of public masks)."""
USUAL_TRUNK_DD = {Kind.ARTERIOLE: 60 / UM_PER_DD, Kind.VENULE: 80 / UM_PER_DD}
"""Radius that one node in a hundred exceeds, as grown; `vessels_at` sets the eye's own."""
FOCAL_SIZE, FOCAL_LENGTH = 0.035, 0.3
"""Standard deviation and length in disc diameters of changes of calibre along a vessel
(assumed; set by eye against public photographs)."""


def grow_vessels(traits: EyeTraits, anatomy: Anatomy) -> VesselTrees:
    """Return the vessels of an eye as it grew: topology, courses and relative calibres for life.

    Same traits, same trees. Calibres are usual ones; `vessels_at` gives them their size. An eye
    with too few vessels about the disc for its central equivalents to be told is grown anew.
    """
    for attempt in count():
        trees = _grown(traits, anatomy, attempt)
        both = (trees.arterioles, trees.venules)
        if all(len(zone_b_pieces(tree)) >= ZONE_B_VESSELS for tree in both):
            break
    return trees


def _grown(traits: EyeTraits, anatomy: Anatomy, attempt: int) -> VesselTrees:
    own = traits.eye.value, attempt
    style = style_of(rng_of(traits.seed, "vessel style"))
    planned = trunks_of(traits, anatomy, rng_of(traits.seed, "trunks", *own))
    growing: dict[Kind, GrowingTree] = {}
    trees = {}
    for kind in (Kind.VENULE, Kind.ARTERIOLE):
        rng = rng_of(traits.seed, kind.value, *own)
        tree = GrowingTree()
        tips = plant(tree, planned[kind], style, rng)
        others = [curve for grown in growing.values() for curve in grown.curves]
        Filling(anatomy, style, others, rng).fill(tree, kind)
        growing[kind] = tree
        rng = rng_of(traits.seed, kind.value, *own, "calibre")
        trees[kind] = _with_calibres(kind, tree, tips, anatomy, rng), tree.side_forks()
    arterioles, venules = with_kinks(trees[Kind.ARTERIOLE], trees[Kind.VENULE])
    rng = rng_of(traits.seed, "crossings", *own)
    return VesselTrees(arterioles, venules, crossings_of(arterioles, venules, rng))


def _with_calibres(
    kind: Kind,
    tree: GrowingTree,
    trunk_tips: list[int],
    anatomy: Anatomy,
    rng: np.random.Generator,
) -> VesselTree:
    """Return a grown tree with its calibres."""
    xy, parent = tree.xy, tree.parent
    feeds = _feeds(xy, parent, anatomy, rng)
    feeds[trunk_tips] += TRUNK_FEED[kind] * rng.uniform(0.5, 1.5, len(trunk_tips))
    radius = radii_of(kind, parent, feeds, rng)
    grown = VesselTree(kind, xy, parent, radius, xy - tree.slow_bends(), _focal(len(xy), rng))
    return replace(grown, radius=radius * (USUAL_TRUNK_DD[kind] / np.quantile(radius, 0.99)))


def _feeds(xy: Points, parent: Nodes, anatomy: Anatomy, rng: np.random.Generator) -> Values:
    """Return how much tissue each node (N,) feeds: beside it, beyond a tip, or out of sight."""
    ends = np.maximum(parent, 0)
    steps = np.sqrt(((xy - xy[ends]) ** 2).sum(1)) * (parent >= 0)
    feeds = np.asarray(steps * np.minimum(gap_at(xy, anatomy), GAP_OUTSIDE) / GAP)
    tips = np.bincount(ends[parent >= 0], minlength=len(xy)) == 0
    feeds[tips] += TIP_FEED * np.exp(rng.normal(0, 0.5, int(tips.sum())))
    away = np.sqrt(((xy - anatomy.field_centre) ** 2).sum(1)) / FIELD_RADIUS
    leaves = tips & ((away > 1.25) | (np.abs(xy[:, 1]) > 0.95 * FIELD_RADIUS))
    feeds[leaves] += BEYOND_FEED * rng.uniform(0.1, 1.0, int(leaves.sum())) ** 1.5
    return feeds


def _focal(num_nodes: int, rng: np.random.Generator) -> Values:
    """Return factors about 1 that change gently from node to node."""
    every = FOCAL_LENGTH / STEP
    knots = rng.normal(0, FOCAL_SIZE, int(num_nodes / every) + 2)
    return np.asarray(1 + np.interp(np.arange(num_nodes) / every, np.arange(len(knots)), knots))

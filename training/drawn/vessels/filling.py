"""Grows branches between the trunks until no tissue is far from a vessel.

Again and again the places that lie farthest from every vessel get the next branches, many at a
time: early branches are long, late ones are twigs. Vessels of one kind never cross, as in the eye,
none enters the fovea, and each kind prefers the tissue between the vessels of the other. Numbers
without a source were set against public masks of arterioles and venules (density of centrelines,
forks and tips, angles).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import FIELD_RADIUS, Anatomy, Points
from training.drawn.vessels.curves import STEP, bends, hermite, shares
from training.drawn.vessels.growing import GrowingTree
from training.drawn.vessels.reaching import FOVEA_FREE, Style, ways_to
from training.drawn.vessels.tissue import CELL, CELLS, TissueMap, Walls, close, patchy
from training.drawn.vessels.tree import Kind, Values

GAP, GAP_MACULA, GAP_OUTSIDE = 0.43, 0.33, 0.95
"""No tissue is farther than this from a vessel of each kind; the last, outside photographs."""
SPARSER = {Kind.ARTERIOLE: 1.0, Kind.VENULE: 1.06}
"""Gaps of each kind, as shares of those."""
SHORT_TWIGS = {Kind.ARTERIOLE: 125, Kind.VENULE: 80}
"""Short twigs that are tried after all tissue is reached; some are barred."""
BATCH = 24
"""Most branches that are grown in one round."""
EAGER = 0.62
"""In one round grow branches to places at least this share as needy as the neediest."""
ON_DISC = 0.6
"""Nearer to the disc's centre than this, in disc diameters, no tissue asks for a vessel."""


class Filling:
    """The tissue of one eye as one kind of vessel fills it."""

    def __init__(
        self, anatomy: Anatomy, style: Style, others: Sequence[Points], rng: np.random.Generator
    ) -> None:
        """Take the curves of the other kind's vessels, if they grew before: these grow between."""
        self.anatomy, self.style, self.rng = anatomy, style, rng
        self.gap = gap_at(CELLS, anatomy) * np.float32(style.sparse) * patchy(0.2, rng)
        beside = TissueMap()
        beside.fill(others)
        self.apart = beside.clearance()
        self.shut = ((CELLS - anatomy.fovea) ** 2).sum(-1) < (FOVEA_FREE + 0.05) ** 2
        self.shut |= (CELLS**2).sum(-1) < ON_DISC**2

    def fill(self, tree: GrowingTree, kind: Kind) -> None:
        """Grow branches of a tree until no tissue is far from it, then some short twigs."""
        lead = 0.12 + 2.5 * self.apart
        limit = self.gap * np.float32(SPARSER[kind])
        while True:
            clearance = tree.tissue.clearance()
            need = np.minimum(clearance, lead) / limit
            need[self.shut] = 0
            targets = _far_places(need, clearance, self.rng)
            if not len(targets):
                break
            self._grow_towards(targets, tree, clearance)
        near = (clearance > 0.1) & (clearance < 0.28) & (lead > 0.3) & ~self.shut
        rows, columns = np.nonzero(near & np.isfinite(limit))
        some = self.rng.permutation(len(rows))[: SHORT_TWIGS[kind]]
        self._grow_towards(CELLS[rows[some], columns[some]], tree, clearance)

    def _grow_towards(self, targets: Points, tree: GrowingTree, clearance: FloatArray) -> None:
        """Add the best branch to each target; shut the places that none can reach."""
        sites = tree.take_sites()
        ways = ways_to(targets, sites, (clearance, self.apart), self.anatomy, self.style, self.rng)
        fresh, used = Walls(), set[int]()
        for k, (row, cost) in enumerate(zip(ways.row.tolist(), ways.cost.tolist(), strict=True)):
            if np.isinf(cost):
                close(self.shut, targets[k], 0.15)
            elif row not in used and not fresh.meets(ways.curve[k, 3:]):
                fresh.build(ways.curve[k])
                used.add(row)
                self._add(ways.ends[k], sites[row], tree)
        tree.use_sites(list(used))

    def _add(self, ends: Points, site: Values, tree: GrowingTree) -> None:
        length = float(np.hypot(*(ends[2] - ends[0])))
        curve = hermite(ends, shares(max(round(1.08 * length / STEP), 5)))
        bend = bends(curve, self.style.bends, self.rng)
        tree.add(curve + bend, bend, int(site[5]), float(site[4]), int(self.rng.integers(8)))


def gap_at(xy: Points, anatomy: Anatomy) -> FloatArray:
    """Return how far tissue at places (..., 2) may be from a vessel (endless out of reach)."""
    away = np.sqrt(((xy - anatomy.field_centre) ** 2).sum(-1)) / FIELD_RADIUS
    nasal = np.sqrt((xy**2).sum(-1)) / (0.72 * FIELD_RADIUS)
    away = np.minimum(away, nasal)
    share = np.clip((away - 1.0) / 0.2, 0, 1)
    macula = ((xy - anatomy.fovea) ** 2).sum(-1) < 1.3**2
    inside = np.where(macula, GAP_MACULA, GAP)
    gap = inside + share * (GAP_OUTSIDE - inside)
    return np.asarray(np.where(away > 1.33, np.inf, gap), np.float32)


def _far_places(need: FloatArray, clearance: FloatArray, rng: np.random.Generator) -> Points:
    """Return places (K, 2), neediest first, that are far from all vessels and from each other.

    A place within the free space of a neediest one waits: a branch to that one may serve it.
    """
    least = max(1.0, EAGER * float(need.max()))
    peaks = (need >= least) & (need >= cv2.dilate(need, np.ones((7, 7), np.uint8)))
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-need[rows, columns], kind="stable")
    places = CELLS[rows[order], columns[order]] + rng.normal(0, 0.4 * CELL, (len(order), 2))
    space = 1.3 * clearance[rows[order], columns[order]]
    waits = np.zeros(len(places), bool)
    kept: list[int] = []
    while len(kept) < BATCH and not waits.all():
        first = int(waits.argmin())
        kept.append(first)
        waits |= ((places - places[first]) ** 2).sum(1) < space[first] ** 2
        waits[first] = True
    return np.asarray(places[kept])

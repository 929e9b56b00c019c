"""Trees of retinal vessels, grown branch by branch.

A few trunks leave the disc: arcades around the macula and two to the nose. Then the
place that lies farthest from every vessel gets the next branch, again and again, until no place is
far: early branches are long, late ones are twigs. Vessels of one kind never cross, as in the eye,
and none enters the fovea. Every piece of vessel feeds the tissue beside it, and the cube of its
radius follows the flow (Murray 1926, PNAS 12:207), so calibres taper along a vessel and obey
Murray's law where it forks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from training.drawn.anatomy import FIELD_RADIUS, Anatomy, Points
from training.drawn.vessels.tissue import TissueMap
from training.drawn.vessels.trunks import STEP, Courses, trunks_of, wobbled

GAP, GAP_MACULA, GAP_OUTSIDE = 0.29, 0.24, 0.65
"""No tissue is farther than this from a vessel of each kind; the last, outside the photograph."""
FOVEA_FREE = 0.42
"""Radius around the fovea that no visible vessel enters."""
TIP_FLOW = 0.02
"""Flow that leaves a vessel at its visible end, as a length of vessel that would use it up."""
PAPILLOMACULAR = 1.5
"""Vessels from the disc itself straight to the macula end at this distance: they are small."""
RAPHE_WIDTH = 0.3
"""So far a vessel may stray over the line between the upper and the lower half."""
FORK_SPACING = 0.09
CANDIDATES = 12
"""Places on the tree that are tried as the start of a branch before its target is given up."""


class Kind(Enum):
    """Which way the blood goes."""

    ARTERIOLE = "arteriole"
    VENULE = "venule"


COURSES_OF = {
    Kind.ARTERIOLE: Courses(apart=0.12, second_arcade=True),
    Kind.VENULE: Courses(apart=-0.12, second_arcade=False),
}


@dataclass(frozen=True)
class VesselTree:
    """One kind's vessels: node positions (N, 2), parents (N,) with -1 at the root, radii (N,).

    A parent always comes before its children. Lengths are in disc diameters.
    """

    kind: Kind
    xy: Points
    parent: npt.NDArray[np.int64]
    radius: npt.NDArray[np.float64]


class _Growing:
    """A tree that is still being grown, and the map of the tissue around it."""

    def __init__(self, anatomy: Anatomy, root: tuple[float, float]) -> None:
        self.anatomy = anatomy
        self.xy: Points = np.array([root])
        self.flow: Points = np.zeros((1, 2))
        """Unit vectors along the vessels, away from the disc."""
        self.parent: list[int] = [-1]
        self.ends: set[int] = {0}
        self.half = np.zeros(1)
        """Which trunk a node hangs on: -1 an upper one, 1 a lower one, 0 at the root."""
        self.crowded = np.ones(1, bool)
        """Nodes too close to a fork for another one."""
        self.tissue = TissueMap(anatomy.field_centre)

    def add(self, curve: Points, start: int) -> None:
        """Append a curve that begins at the node `start` (which the curve itself repeats)."""
        first = len(self.parent)
        self.parent += [start, *range(first, first + len(curve) - 2)]
        along = np.diff(curve, axis=0)
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
        self.xy = np.concatenate([self.xy, curve[1:]])
        self.flow = np.concatenate([self.flow, along])
        half = self.half[start] or np.sign(curve[-1, 1] - curve[0, 1])
        self.half = np.concatenate([self.half, np.full(len(along), half)])
        self.crowded = np.concatenate([self.crowded, np.zeros(len(along), bool)])
        if start not in self.ends:
            self.crowded |= np.linalg.norm(self.xy - self.xy[start], axis=1) < FORK_SPACING
        self.ends.discard(start)
        self.ends.add(len(self.parent) - 1)
        self.tissue.fill(curve)


def grow(
    kind: Kind,
    anatomy: Anatomy,
    widest_dd: float,
    rng: np.random.Generator,
    other: VesselTree | None = None,
) -> VesselTree:
    """Return one kind's tree; with `other`, it prefers the tissue between the vessels of that."""
    courses = COURSES_OF[kind]
    tree = _Growing(anatomy, (anatomy.hub[0] + 0.6 * courses.apart, anatomy.hub[1]))
    for points, start in trunks_of(anatomy, tree.xy[0], courses, rng):
        tree.add(points, start)
    beside = TissueMap(anatomy.field_centre)
    if other is not None:
        for child in range(1, len(other.xy)):
            beside.fill(other.xy[[other.parent[child], child]])
    _fill_tissue(tree, beside.clearance(), rng)
    return VesselTree(kind, tree.xy, np.array(tree.parent), _radii(widest_dd, tree))


def _fill_tissue(tree: _Growing, beside: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    """Grow branches until no tissue is far from the tree."""
    cells = tree.tissue.cells
    limit = _gap(cells, tree.anatomy)
    closed = np.linalg.norm(cells - tree.anatomy.fovea, axis=-1) < FOVEA_FREE + 0.05
    closed |= np.linalg.norm(cells, axis=-1) < 0.6
    while True:
        clearance = tree.tissue.clearance()
        need = np.where(closed, 0, np.minimum(clearance, 0.12 + 2.5 * beside) / limit)
        worst = np.unravel_index(int(need.argmax()), need.shape)
        if need[worst] < 1:
            return
        target = cells[worst] + rng.normal(0, 0.02, 2)
        branch = _branch_to(target, tree, clearance, beside, rng)
        if branch is None:
            closed |= np.linalg.norm(cells - target, axis=-1) < 0.15
        else:
            tree.add(*branch)


def _branch_to(
    target: Points,
    tree: _Growing,
    clearance: npt.NDArray[np.float32],
    beside: npt.NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[Points, int] | None:
    """Return the cheapest curve from the tree to a target and its start; None if all are barred.

    Running alongside a vessel of the other kind makes a curve dearer.
    """
    best, cheapest = None, np.inf
    for start, cost in _starts(target, tree):
        if cost >= cheapest:
            break
        curve = _curve(start, target, tree, rng)
        if _barred(curve, tree, clearance):
            continue
        cost *= 1 + 2 * float((tree.tissue.at(beside, curve) < 0.07).mean())
        if cost < cheapest:
            best, cheapest = (curve, start), cost
    return best


def _barred(curve: Points, tree: _Growing, clearance: npt.NDArray[np.float32]) -> bool:
    """Whether a curve meets its own kind, enters the fovea, or comes back to the disc."""
    body = curve[np.linalg.norm(curve - curve[0], axis=1) > 0.12]
    if len(body) == 0 or tree.tissue.at(clearance, body).min() < 0.07:
        return True
    if np.linalg.norm(curve - tree.anatomy.fovea, axis=1).min() < FOVEA_FREE:
        return True
    returns = np.linalg.norm(curve[0]) > 0.5 and np.linalg.norm(body, axis=1).min() < 0.5
    return bool(returns)


def _starts(target: Points, tree: _Growing) -> Iterator[tuple[int, float]]:
    """Yield nodes where a branch to the target may begin, with their costs, cheapest first.

    A short way is cheap; turning back against the flow is dear. Vessels of the upper half do not
    feed the lower, or the reverse: they meet at the line through disc and fovea (the raphe). New
    forks keep away from old ones.
    """
    to_target = target - tree.xy
    distance = np.linalg.norm(to_target, axis=1)
    cosine = (to_target * tree.flow).sum(1) / np.maximum(distance, 1e-9)
    cost = distance * (1 + 3.0 * np.maximum(0.85 - cosine, 0) ** 2)
    below_raphe = target[1] - target[0] * tree.anatomy.fovea[1] / tree.anatomy.fovea[0]
    across = tree.half * below_raphe < 0
    cost[across] *= 1.7 if abs(below_raphe) < RAPHE_WIDTH else np.inf
    if target[0] < -PAPILLOMACULAR:
        cost[np.linalg.norm(tree.xy, axis=1) < 0.6] = np.inf
    cost[tree.crowded | (distance < 0.15)] = np.inf
    for _ in range(CANDIDATES):
        best = int(cost.argmin())
        if np.isinf(cost[best]):
            return
        yield best, float(cost[best])
        cost[np.linalg.norm(tree.xy - tree.xy[best], axis=1) < 0.08] = np.inf


def _curve(start: int, target: Points, tree: _Growing, rng: np.random.Generator) -> Points:
    """Return a curve that leaves a vessel at a natural angle and ends at the target."""
    origin, flow = tree.xy[start], tree.flow[start]
    way = target - origin
    turn = np.arctan2(flow[0] * way[1] - flow[1] * way[0], flow @ way)
    least, most = (0.0, 0.5) if start in tree.ends else (0.4, 0.95)
    turn = np.copysign(np.clip(abs(turn), least, most), turn)
    leaving = np.array(
        [
            flow[0] * np.cos(turn) - flow[1] * np.sin(turn),
            flow[0] * np.sin(turn) + flow[1] * np.cos(turn),
        ]
    )
    length = float(np.linalg.norm(way))
    to_fovea = np.array(tree.anatomy.fovea) - target
    near = np.linalg.norm(to_fovea) < 1.4
    outward = to_fovea if near else target
    arriving = 0.6 * way / length + 0.4 * outward / max(float(np.linalg.norm(outward)), 1e-9)
    t = np.linspace(0, 1, max(round(1.1 * length / STEP), 6))[:, None]
    curve = (
        (1 + 2 * t) * (1 - t) ** 2 * origin
        + t * (1 - t) ** 2 * length * leaving
        + t**2 * (3 - 2 * t) * target
        + t**2 * (t - 1) * length * arriving
    )
    return wobbled(curve, rng)


def _gap(xy: Points, anatomy: Anatomy) -> npt.NDArray[np.float64]:
    """Return how far tissue at these places may be from a vessel (endless out of reach)."""
    away = np.linalg.norm(xy - np.array(anatomy.field_centre), axis=-1) / FIELD_RADIUS
    share = np.clip((away - 0.95) / 0.2, 0, 1)
    from_fovea = np.linalg.norm(xy - np.array(anatomy.fovea), axis=-1)
    inside = np.where(from_fovea < 1.3, GAP_MACULA, GAP)
    return np.where(away > 1.33, np.inf, inside + share * (GAP_OUTSIDE - inside))


def _radii(widest_dd: float, tree: _Growing) -> npt.NDArray[np.float64]:
    """Return radii by Murray's law, scaled to the calibre of the widest vessel at the disc."""
    parent = np.array(tree.parent)
    length = np.linalg.norm(tree.xy - tree.xy[np.maximum(parent, 0)], axis=1)
    flow = length * np.minimum(_gap(tree.xy, tree.anatomy), GAP_OUTSIDE) / GAP
    flow[np.setdiff1d(np.arange(len(parent)), parent)] += TIP_FLOW
    for child in range(len(parent) - 1, 0, -1):
        flow[parent[child]] += flow[child]
    radius = np.cbrt(flow)
    widest = radius[np.linalg.norm(tree.xy, axis=1) > 0.55].max()
    return np.asarray(radius * (0.5 * widest_dd / widest))

"""Lesions made of lines: new vessels, IRMA, fibrous strands, and beads on a venule.

Each is a row of small discs, close enough to merge, drawn once from the lesion's own seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.drawn.anatomy import Anatomy, Points
from training.drawn.lesions.lesion import Dots, LesionKind
from training.drawn.lesions.places import STRAY, quadrant_of, seen
from training.drawn.vessels.tree import VesselTree

STEP = 0.009
NEW_VESSEL_RADIUS, IRMA_RADIUS = 0.0085, 0.0062
WIDE_VENULE = 0.022
"""Radius from which a venule is wide enough for beads that anybody sees."""
BEAD_SPACING, BEAD_WIDTH = 2.4, 1.38
"""In diameters and radii of the venule."""
BEAD_STEP = 0.012


def strokes_of(
    kind: LesionKind, xy: Points, radius: float, angle_rad: float, seed: int
) -> Dots | None:
    """Return the discs of a lesion made of lines; None for every other kind."""
    if kind is LesionKind.NEW_VESSEL:
        return _tuft(xy, radius, np.random.default_rng(seed))
    if kind is LesionKind.IRMA:
        return _knot(xy, radius, np.random.default_rng(seed))
    if kind is LesionKind.FIBROSIS:
        return _strands(xy, radius, angle_rad, np.random.default_rng(seed))
    return None


def _walks(
    start: Points, heading: Points, steps: int, waviness: float, rng: np.random.Generator
) -> Points:
    """Return wandering lines (N, steps, 2) from starts (N, 2) with headings (N,)."""
    count = len(start)
    slow = rng.normal(0, 1, (count, steps // 6 + 2))
    t = np.linspace(0, slow.shape[1] - 1.001, steps)
    left = t.astype(int)
    bend = slow[:, left] + (t - left) * (slow[:, left + 1] - slow[:, left])
    curl = rng.normal(0, 0.6 * waviness, (count, 1))
    turn = heading[:, None] + np.cumsum(waviness * bend + 0.3 * curl, axis=1)
    way = np.stack([np.cos(turn), np.sin(turn)], -1)
    return np.asarray(start[:, None] + STEP * np.cumsum(way, axis=1))


def _tuft(xy: Points, radius: float, rng: np.random.Generator) -> Dots:
    """A fan of stems from one root, with looping twigs: the net of new vessels."""
    steps = max(int(0.8 * radius / STEP), 14)
    stems, twigs = int(rng.integers(4, 7)), int(rng.integers(10, 18))
    fan = rng.uniform(0, 2 * np.pi) + rng.uniform(-1.1, 1.1, stems)
    stem = _walks(np.tile(xy, (stems, 1)), fan, steps, 0.10, rng)
    at = rng.integers(0, stems, twigs), rng.integers(steps // 5, steps, twigs)
    twig_heading = fan[at[0]] + rng.choice([-1.0, 1.0], twigs) * rng.uniform(0.5, 1.5, twigs)
    twig = _walks(stem[at], twig_heading, max(steps // 2, 8), 0.22, rng)
    return np.concatenate(
        [_dots(stem, NEW_VESSEL_RADIUS * 1.25), _dots(twig, NEW_VESSEL_RADIUS * 0.85)]
    )


def _knot(xy: Points, radius: float, rng: np.random.Generator) -> Dots:
    """Short winding shunts within the retina."""
    count = int(rng.integers(3, 6))
    start = xy + rng.normal(0, 0.35 * radius, (count, 2))
    steps = max(int(1.1 * radius / STEP), 8)
    lines = _walks(start, rng.uniform(0, 2 * np.pi, count), steps, 0.30, rng)
    return _dots(lines, IRMA_RADIUS)


def _strands(xy: Points, radius: float, angle_rad: float, rng: np.random.Generator) -> Dots:
    """Bands of scar along the fibres, thick in the middle."""
    count = int(rng.integers(2, 5))
    steps = int(2 * radius / STEP)
    heading = angle_rad + rng.normal(0, 0.35, count)
    way = np.stack([np.cos(heading), np.sin(heading)], 1)
    lines = _walks(xy - radius * way, heading, steps, 0.018, rng)
    thick = 0.004 + 0.034 * np.sin(np.linspace(0, np.pi, steps)) ** 2
    return np.column_stack([lines.reshape(-1, 2), np.tile(thick, count)])


def _dots(lines: Points, radius: float) -> Dots:
    flat = lines.reshape(-1, 2)
    return np.column_stack([flat, np.full(len(flat), radius)])


@dataclass(frozen=True)
class Beads:
    """Beads on one venule: where its course lies, how its bends stray from it, radii."""

    place: tuple[float, float]
    """Where the string begins, by which it is counted to a quadrant."""

    course: Points
    bend: Points
    radius: Points

    def dots(self, tortuosity: float) -> Dots:
        """Return the beads on a venule whose bends are `tortuosity` times as high as grown."""
        return np.column_stack([self.course + tortuosity * self.bend, self.radius])


def beads(
    venules: VesselTree, anatomy: Anatomy, length: float, rng: np.random.Generator
) -> list[Beads]:
    """Return beads on one wide venule of each quadrant that has one, most often all four."""
    away = np.linalg.norm(venules.xy, axis=1)
    fit = (venules.radius > WIDE_VENULE) & (away > 0.9) & seen(venules.xy, anatomy)
    fit &= np.abs(venules.xy - np.array(anatomy.fovea)).min(1) > STRAY
    quadrant = quadrant_of(venules.xy, anatomy)
    found = []
    for which in rng.permutation(4):
        nodes = np.flatnonzero(fit & (quadrant == which))
        if len(nodes):
            found.append(_beads_from(int(rng.choice(nodes)), venules, length, rng))
    return found


def _beads_from(node: int, tree: VesselTree, length: float, rng: np.random.Generator) -> Beads:
    """Beads up the venule from a node towards the disc."""
    nodes, gone = [node], [0.0]
    while gone[-1] < length and (above := int(tree.parent[nodes[-1]])) >= 0:
        gone.append(gone[-1] + float(np.linalg.norm(tree.xy[above] - tree.xy[nodes[-1]])))
        nodes.append(above)
    width = float(tree.radius[nodes].mean())
    along = np.arange(0.0, gone[-1] + BEAD_STEP, BEAD_STEP)
    wave = np.cumsum(2 * np.pi * BEAD_STEP / (2 * width * BEAD_SPACING) * _uneven(along, rng))
    swollen = width * (1 + (BEAD_WIDTH - 1) * np.sin(wave / 2) ** 2)
    course = tree.course[nodes]
    bend = tree.xy[nodes] - course
    between = [np.interp(along, gone, values) for values in (*course.T, *bend.T)]
    place = float(tree.xy[node, 0]), float(tree.xy[node, 1])
    return Beads(place, np.stack(between[:2], 1), np.stack(between[2:], 1), swollen)


def _uneven(along: Points, rng: np.random.Generator) -> Points:
    """Return how much closer than average the beads lie along a venule, about 1."""
    knots = rng.uniform(0.7, 1.3, 8)
    return np.asarray(np.interp(along, np.linspace(0, along[-1], 8), knots))

"""Where lesions may lie in one eye, and which way its nerve fibres run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from training.drawn.anatomy import Anatomy, Points, rng_of
from training.drawn.eye_state import EyeTraits
from training.drawn.lesions.chance import Numbers
from training.drawn.lesions.table import MACULA_RADIUS, Where
from training.drawn.retina.nerve_fibres import origin_at_disc
from training.drawn.vessels.tree import VesselTree

CELL = 0.13
X_REACH, Y_REACH = (-7.2, 2.6), (-4.8, 5.2)
SEEN_RADIUS, SEEN_HEIGHT = 3.25, 3.0
"""What a standard photograph of 45 degrees shows for certain, from its centre; the frame of a
table-top camera cuts top and bottom. Lesions that make the grade lie inside."""
STRAY = 0.15
"""A lesion comes to lie so far at most from the cell that it was drawn in."""
BEYOND_RADIUS = 4.8
BEYOND_WEIGHT = 0.25
SICKNESS = 0.9
"""Lesions between the two radii, for cameras that look elsewhere, are this much rarer."""
WIDE, BESIDE, EVERY = 0.014, 0.02, 2
"""Radius of a vessel that hides what lies beneath; room that lesions keep beside it;
every so many-th node of a vessel is looked at, as they lie closer than it is wide."""
APART = 0.06
FLAT_DEG_PER_DD = 1.0
"""Fibres whose origins differ less than this run side by side."""


def fibre_direction(xy: Points, anatomy: Anatomy) -> Numbers:
    """Return the angle (N,), in radians, of the nerve fibres away from the disc at places (N, 2).

    A fibre runs where its angle of origin at the disc stays the same; where origins do not differ
    (on the line from the fovea to the temple) it runs straight away from the disc.
    """
    if len(xy) == 0:
        return np.zeros(0)
    slope = []
    for step in (np.array([APART, 0.0]), np.array([0.0, APART])):
        rise = origin_at_disc(xy + step, anatomy) - origin_at_disc(xy - step, anatomy)
        slope.append((rise + 180) % 360 - 180)
    across = np.stack(slope, 1) / (2 * APART) + 1e-9
    flow = np.stack([-across[:, 1], across[:, 0]], 1)
    flow *= np.sign((flow * xy).sum(1, keepdims=True)) / np.linalg.norm(flow, axis=1, keepdims=True)
    straight = np.linalg.norm(across, axis=1) < FLAT_DEG_PER_DD
    flow[straight] = xy[straight]
    return np.asarray(np.arctan2(flow[:, 1], flow[:, 0]))


def quadrant_of(xy: Points, anatomy: Anatomy) -> npt.NDArray[np.int64]:
    """Return the quadrant (0 to 3) about the fovea of places (..., 2): +1 nasal, +2 below."""
    nasal, below = xy[..., 0] > anatomy.fovea[0], xy[..., 1] > anatomy.fovea[1]
    return np.asarray(nasal + 2 * below.astype(np.int64))


def seen(xy: Points, anatomy: Anatomy, margin: float = 0.0) -> npt.NDArray[np.bool_]:
    """Whether places (..., 2) lie inside what a standard photograph of this eye shows."""
    away = xy - np.array(anatomy.field_centre)
    inside = np.hypot(away[..., 0], away[..., 1]) < SEEN_RADIUS - margin
    return np.asarray(inside & (np.abs(away[..., 1]) < SEEN_HEIGHT - margin))


@dataclass(frozen=True)
class Region:
    """A map of chances from which places are drawn."""

    cells: Points
    cumulative: Numbers

    def draw(self, u: Numbers) -> Points:
        """Return places (N, 2) for uniform numbers (N, 3)."""
        cell = np.searchsorted(self.cumulative, u[:, 0] * self.cumulative[-1], side="right")
        return np.asarray(self.cells[cell] + CELL * (u[:, 1:] - 0.5))


class WideVessels:
    """The vessels of one eye that are wide enough to hide a small lesion beneath them."""

    def __init__(self, trees: Sequence[VesselTree]) -> None:
        wide = [np.flatnonzero(tree.radius > WIDE)[::EVERY] for tree in trees]
        self._xy = np.concatenate([t.xy[w] for t, w in zip(trees, wide, strict=True)])
        self._keep = BESIDE + np.concatenate(
            [t.radius[w] for t, w in zip(trees, wide, strict=True)]
        )

    def clear(self, xy: Points) -> Points:
        """Return places (N, 2) moved off the vessels, straight away from the nearest."""
        if len(xy) == 0 or len(self._xy) == 0:
            return xy
        squared = (xy[:, :1] - self._xy[:, 0]) ** 2 + (xy[:, 1:] - self._xy[:, 1]) ** 2
        nearest = squared.argmin(1)
        gone = np.sqrt(squared[np.arange(len(xy)), nearest])
        push = np.maximum(self._keep[nearest] - gone, 0) / np.maximum(gone, 1e-3)
        return np.asarray(xy + push[:, None] * (xy - self._xy[nearest]))


class Places:
    """The regions of one eye. Some patches of its retina are sicker than others."""

    def __init__(self, anatomy: Anatomy, traits: EyeTraits, trees: Sequence[VesselTree]) -> None:
        self.anatomy, self.vessels = anatomy, WideVessels(trees)
        x = np.arange(*X_REACH, CELL)
        y = np.arange(*Y_REACH, CELL)
        self._cells: Points = np.stack(np.meshgrid(x, y), -1)
        rng = rng_of(traits.seed, "lesions", traits.eye.value, "patches")
        patches = cv2.resize(rng.standard_normal((9, 9)), (len(x), len(y)), None, 0, 0, 2)
        off = self._cells - np.array(anatomy.field_centre)
        self._near = off[..., 0] ** 2 + off[..., 1] ** 2 < BEYOND_RADIUS**2
        self._seen = seen(self._cells, anatomy, STRAY)
        from_cross = np.abs(self._cells - np.array(anatomy.fovea)).min(-1)
        self._quadrant = np.where(from_cross > STRAY, quadrant_of(self._cells, anatomy), -1)
        sick = np.exp(SICKNESS * patches)
        self._weight_of = {where: self._weight(where) * sick for where in Where}

    def region(self, where: Where, visible: bool = True, quadrant: int | None = None) -> Region:
        """Return where lesions may lie; `visible` keeps to the photograph, else also beyond."""
        beyond = 0.0 if visible else BEYOND_WEIGHT * self._near
        weight = self._weight_of[where] * np.where(self._seen, 1.0, beyond)
        if quadrant is not None:
            weight = weight * (self._quadrant == quadrant)
        return Region(self._cells.reshape(-1, 2), np.cumsum(weight.ravel()))

    def _weight(self, where: Where) -> Numbers:
        x, y = self._cells[..., 0], self._cells[..., 1]
        from_fovea = np.hypot(x - self.anatomy.fovea[0], y - self.anatomy.fovea[1])
        from_disc = np.hypot(x, y)
        off_disc = from_disc > 0.75
        if where is Where.POSTERIOR:
            temporal = 1 + 0.8 * (x < self.anatomy.fovea[0])
            return temporal * off_disc * (from_fovea > 0.3) / (1 + (from_fovea / 2.6) ** 2)
        if where is Where.ROUND_THE_DISC:
            near = np.exp(-(((from_disc - 1.6) / 1.1) ** 2)) * (from_disc > 0.8)
            return np.asarray(near * (from_fovea > MACULA_RADIUS + 0.3))
        if where is Where.MACULA_EDGE:
            ring = (from_fovea > MACULA_RADIUS + 0.25) & off_disc
            return np.asarray(ring * np.exp(-(((from_fovea - 1.5) / 0.7) ** 2)))
        arc = np.exp(-(((np.abs(y - 0.5 * self.anatomy.fovea[1]) - 1.8) / 0.5) ** 2))
        return np.asarray(arc * off_disc * (from_fovea > MACULA_RADIUS + 0.5))

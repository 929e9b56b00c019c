"""At what angle vessels divide.

About each branch point of the skeleton lie two rings, one just outside the vessel's wall and one
further out. Where exactly three vessels cross both, the vessel divides: the two that lie closest
together are the branches, and their angle is the reading; the trunk comes from the other side.
Bumps of the wall reach no ring, a crossing of two vessels is crossed four times, and two divisions
close to each other are told from neither: none of them is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Reading, UInt8Array
from edge_runtime.fundus.biomarkers.centrelines import Centrelines
from edge_runtime.fundus.biomarkers.masks import FloatArray64, IntArray

REACH_SHARE = 0.02
"""Distance of the outer ring from the inner one, in field diameters: 13 px of 640."""

WALL_PX = 2.0
"""Distance of the inner ring from the wall. Within the wall the branches' centrelines still bend
into the trunk's."""

DIVISIONS_NEEDED = 5
"""A choice of ours: angles of one eye scatter by some 20 degrees (standard deviation), and with
fewer one wrong division is the reading."""

PLACES = 180
"""Places on a ring at which it is asked for vessels."""

MAX_TURN_DEG = 45.0
"""A vessel that turns by more between the rings is two vessels."""

_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)


@dataclass(frozen=True)
class Division:
    """One place where a vessel divides, in pixels of the mask, and its angle in degrees."""

    x_px: float
    y_px: float
    angle_deg: float


def branching_angle(lines: Centrelines, field_diameter_px: float, vessel: str) -> Reading:
    """Return the median angle between the two branches of each division, in degrees, (0, 120]."""
    if not lines.whole_HW.any():
        return Reading(None, "deg", f"no {vessel}s found")
    found = divisions(lines, field_diameter_px)
    if len(found) < DIVISIONS_NEEDED:
        plural = "" if len(found) == 1 else "s"
        reason = f"{len(found)} division{plural} of {vessel}s, {DIVISIONS_NEEDED} are needed"
        return Reading(None, "deg", reason)
    return Reading(float(np.median([one.angle_deg for one in found])), "deg")


def divisions(lines: Centrelines, field_diameter_px: float) -> list[Division]:
    """Return the divisions of a mask's vessels that can be measured, in no given order."""
    line_HW = lines.whole_HW.astype(np.uint8)
    centres_D2 = _branch_points(line_HW)
    columns, rows = np.rint(centres_D2).astype(np.intp).T
    inner_D = np.asarray(lines.radius_HW[rows, columns] + WALL_PX, np.float64)
    # Thick by one pixel to each side: a ring cannot slip through a diagonal step.
    thick_HW = cv2.dilate(line_HW, np.ones((3, 3), np.uint8)) > 0
    outer_D = inner_D + REACH_SHARE * field_diameter_px
    inner_DR, outer_DR = (_on_ring(thick_HW, centres_D2, of) for of in (inner_D, outer_D))
    found = []
    for d in np.flatnonzero((_runs(inner_DR) == 3) & (_runs(outer_DR) == 3)).tolist():
        near_32 = inner_D[d] * _directions(inner_DR[d])
        angle = _smallest_angle_deg(near_32, outer_D[d] * _directions(outer_DR[d]))
        if angle is not None:
            x, y = centres_D2[d].tolist()
            found.append(Division(x, y, angle))
    return found


def _branch_points(line_HW: UInt8Array) -> FloatArray64:
    """Return the middle of each cluster of branch points, as (x, y)."""
    degree_HW = cv2.filter2D(line_HW, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    points_HW = ((degree_HW > 2) & (line_HW > 0)).astype(np.uint8)
    _, _, _, centres_P2 = cv2.connectedComponentsWithStats(points_HW)
    # The first is the background's.
    return np.asarray(centres_P2[1:], np.float64)


def _on_ring(thick_HW: BoolArray, centres_D2: FloatArray64, radius_D: FloatArray64) -> BoolArray:
    """Return where vessels cross the ring about each centre, shape (D, PLACES)."""
    turn_R = 2.0 * np.pi * np.arange(PLACES) / PLACES
    x_DR = centres_D2[:, :1] + radius_D[:, None] * np.cos(turn_R)
    y_DR = centres_D2[:, 1:] + radius_D[:, None] * np.sin(turn_R)
    columns, rows = np.rint(x_DR).astype(np.intp), np.rint(y_DR).astype(np.intp)
    height, width = thick_HW.shape
    within = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    on_DR = thick_HW[rows.clip(0, height - 1), columns.clip(0, width - 1)] & within
    return np.asarray(on_DR, np.bool_)


def _runs(on_DR: BoolArray) -> IntArray:
    """Return how many unbroken runs of True each ring has."""
    return np.asarray((on_DR & ~np.roll(on_DR, 1, axis=1)).sum(axis=1))


def _directions(on_R: BoolArray) -> FloatArray64:
    """Return the unit vector to the middle of each run of True, in order round the ring."""
    middle = _run_middles(on_R) * (2.0 * np.pi / PLACES)
    return np.stack([np.cos(middle), np.sin(middle)], axis=1)


def _run_middles(on_R: BoolArray) -> FloatArray64:
    """Return the middle of each unbroken run of True round a ring, as a place on it, ascending."""
    starts = np.flatnonzero(on_R & ~np.roll(on_R, 1))
    stops = np.flatnonzero(on_R & ~np.roll(on_R, -1))
    if len(starts) and stops[0] < starts[0]:
        # The first run began before the ring's own beginning.
        stops = np.append(stops[1:], stops[0] + len(on_R))
    return np.asarray((starts + stops) / 2.0)


def _smallest_angle_deg(near_32: FloatArray64, far_32: FloatArray64) -> float | None:
    """Return the smallest angle between three vessels, None if they cannot be told apart.

    Each vessel leads from its crossing of the inner ring to that of the outer one. Both are in
    order round the ring, but need not begin with the same vessel.
    """
    best = max(
        (np.roll(far_32, turn, axis=0) for turn in range(3)),
        key=lambda far: float((near_32 * far).sum()),
    )
    ways = best - near_32
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    outward = near_32 / np.linalg.norm(near_32, axis=1, keepdims=True)
    if (ways * outward).sum(axis=1).min() < np.cos(np.deg2rad(MAX_TURN_DEG)):
        return None
    cosines = (ways * np.roll(ways, 1, axis=0)).sum(axis=1)
    return float(np.degrees(np.arccos(np.clip(cosines.max(), -1.0, 1.0))))

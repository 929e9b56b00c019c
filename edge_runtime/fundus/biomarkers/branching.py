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
    divides_D = (_runs(inner_DR) == 3) & (_runs(outer_DR) == 3)
    near_D32 = inner_D[divides_D, None, None] * _directions(inner_DR[divides_D])
    far_D32 = outer_D[divides_D, None, None] * _directions(outer_DR[divides_D])
    angle_D, told_D = _smallest_angles_deg(near_D32, far_D32)
    measured = np.column_stack([centres_D2[divides_D], angle_D])[told_D]
    return [Division(*one) for one in measured.tolist()]


def _branch_points(line_HW: UInt8Array) -> FloatArray64:
    """Return the middle of each cluster of branch points, as (x, y)."""
    # Of each pixel and its eight neighbours, which are counted on the line alone.
    block_HW = cv2.boxFilter(
        line_HW, cv2.CV_8U, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    places = np.flatnonzero((block_HW > 3) & (line_HW > 0))
    if not len(places):
        return np.empty((0, 2))
    rows, columns = np.divmod(places, line_HW.shape[1])
    cluster_N = _clusters(rows, columns, line_HW.shape[1])
    size = np.bincount(cluster_N)
    return np.stack(
        [np.bincount(cluster_N, weights=axis) / size for axis in (columns, rows)], axis=1
    )


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


def _directions(on_DR: BoolArray) -> FloatArray64:
    """Return the unit vectors to the middles of each ring's three runs of True, shape (D, 3, 2)."""
    middle_D3 = _run_middles(on_DR) * (2.0 * np.pi / PLACES)
    return np.stack([np.cos(middle_D3), np.sin(middle_D3)], axis=2)


def _run_middles(on_DR: BoolArray) -> FloatArray64:
    """Return the middles of each ring's three runs of True, as places on it, in order."""
    starts_D3 = np.nonzero(on_DR & ~np.roll(on_DR, 1, axis=1))[1].reshape(-1, 3)
    stops_D3 = np.nonzero(on_DR & ~np.roll(on_DR, -1, axis=1))[1].reshape(-1, 3)
    # Where the first run began before the ring's own beginning, its stop is the first of all.
    early_D1 = stops_D3[:, :1] < starts_D3[:, :1]
    later_D3 = np.concatenate([stops_D3[:, 1:], stops_D3[:, :1] + on_DR.shape[1]], axis=1)
    return np.asarray((starts_D3 + np.where(early_D1, later_D3, stops_D3)) / 2.0)


def _smallest_angles_deg(
    near_D32: FloatArray64, far_D32: FloatArray64
) -> tuple[FloatArray64, BoolArray]:
    """Return the smallest angle between each three vessels, and whether they can be told apart.

    Each vessel leads from its crossing of the inner ring to that of the outer one. Both are in
    order round the ring, but need not begin with the same vessel.
    """
    turned_TD32 = np.stack([np.roll(far_D32, turn, axis=1) for turn in range(3)])
    alike_TD = (near_D32 * turned_TD32).reshape(3, -1, 6).sum(axis=2)
    ways_D32 = turned_TD32[alike_TD.argmax(axis=0), np.arange(len(near_D32))] - near_D32
    ways_D32 /= np.linalg.norm(ways_D32, axis=2, keepdims=True)
    outward_D32 = near_D32 / np.linalg.norm(near_D32, axis=2, keepdims=True)
    straight_D = (ways_D32 * outward_D32).sum(axis=2).min(axis=1)
    cosine_D = (ways_D32 * np.roll(ways_D32, 1, axis=1)).sum(axis=2).max(axis=1)
    angle_D = np.degrees(np.arccos(np.clip(cosine_D, -1.0, 1.0)))
    return angle_D, np.asarray(straight_D >= np.cos(np.deg2rad(MAX_TURN_DEG)))


def _clusters(rows: IntArray, columns: IntArray, width: int) -> IntArray:
    """Return the number of the cluster of each pixel, given in order of rows and columns.

    Pixels that touch, even by a corner, are of one cluster.
    """
    # Rows are set one column apart, so that a row's last pixel does not touch the next one's first.
    step, places = width + 1, rows * (width + 1) + columns
    steps = np.array([-step - 1, -step, -step + 1, -1, 0, 1, step - 1, step, step + 1])
    wanted_N9 = places[:, None] + steps
    found_N9 = np.searchsorted(places, wanted_N9).clip(max=len(places) - 1)
    beside_N9 = np.where(places[found_N9] == wanted_N9, found_N9, np.arange(len(places))[:, None])
    first_N = beside_N9.min(axis=1)
    while True:
        spread_N = first_N[beside_N9].min(axis=1)
        if (spread_N == first_N).all():
            return np.asarray(np.unique(first_N, return_inverse=True)[1], np.intp)
        first_N = spread_N

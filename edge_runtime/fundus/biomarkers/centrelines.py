"""Centrelines of a vessel mask, cut where vessels divide or cross into ordered segments.

Before the cut two things go that would break a vessel where it goes on: spurs, twigs no longer
than the vessel is wide, which are bumps of the mask's edge; and the feet of side branches, from
the centreline that they spring from to its vessel's wall. The rest of a side branch stays, as a
segment of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from edge_runtime.fundus.biomarkers.masks import FloatArray64, IntArray
from edge_runtime.fundus.biomarkers.thinning import skeleton

SMOOTHING_PX = 9
"""Window of the moving average over a centreline. The staircase of a digital line repeats within
a few pixels and would lengthen it by up to 8 %; an arc of radius 20 px loses 0.8 %."""

SIDE_BRANCH_RATIO = 0.6
"""A branch below this share of the calibre of the vessel that it leaves is a side branch. By
Murray's law (cubes of the calibres add up) the vessel goes on with 92 % of its calibre or more."""

_ORIGIN = np.zeros((1, 2))
_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)


@dataclass(frozen=True)
class Segment:
    """One vessel between two ends, each a branch point or a free end.

    `rows` and `columns` are its L centreline pixels in order, `radius_L` the distance to the
    vessel's edge at each in pixels; `starts_at_branch` and `stops_at_branch` tell which ends
    touch a branch point (the branch point itself belongs to no segment).
    """

    rows: IntArray
    columns: IntArray
    radius_L: FloatArray
    starts_at_branch: bool
    stops_at_branch: bool

    @cached_property
    def smooth_points(self) -> FloatArray64:
        """The centreline as (x, y), shape (L, 2), without the staircase of its pixels.

        The two ends stay in place.
        """
        points_L2 = np.stack([self.columns, self.rows], axis=1).astype(np.float64)
        reach = min(SMOOTHING_PX // 2, len(points_L2) - 1)
        if reach < 1:
            return points_L2
        # Reflected through the end points, so that a straight line goes on straight.
        before = 2.0 * points_L2[0] - points_L2[reach:0:-1]
        beyond = 2.0 * points_L2[-1] - points_L2[-2 : -reach - 2 : -1]
        total = np.cumsum(np.concatenate([_ORIGIN, before, points_L2, beyond]), axis=0)
        window = 2 * reach + 1
        return np.asarray((total[window:] - total[:-window]) / window)


@dataclass(frozen=True)
class Centrelines:
    """All centrelines of one mask: the pruned skeleton and its segments, without closed loops.

    `whole_HW` is the skeleton before pruning; `radius_HW` each pixel's distance to the nearest one
    outside the mask, which goes on as nothing beyond the picture's edges.
    """

    skeleton_HW: BoolArray
    segments: tuple[Segment, ...]
    whole_HW: BoolArray
    radius_HW: FloatArray


def centrelines(mask_HW: BoolArray) -> Centrelines:
    """Return the centrelines of a vessel mask; none where it is empty."""
    padded_HW = np.pad(mask_HW, 1)
    radius_HW = np.asarray(
        cv2.distanceTransform(padded_HW.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5), np.float32
    )
    # A segment starts beside its branch point, which is where the vessel that it leaves is widest.
    trunk_radius_HW = np.asarray(cv2.dilate(radius_HW, np.ones((3, 3), np.uint8)), np.float32)
    whole_HW = skeleton(padded_HW)
    skeleton_HW = whole_HW.copy()
    for segment in _segments(whole_HW, radius_HW):
        for cut in _superfluous(segment, trunk_radius_HW):
            skeleton_HW[segment.rows[cut] + 1, segment.columns[cut] + 1] = False
    # What a cut leaves of a branch point is thick again for a pixel or two.
    skeleton_HW = skeleton(skeleton_HW)
    segments = tuple(_segments(skeleton_HW, radius_HW))
    inner = np.s_[1:-1, 1:-1]
    return Centrelines(skeleton_HW[inner], segments, whole_HW[inner], radius_HW[inner])


def _superfluous(segment: Segment, trunk_radius_HW: FloatArray) -> list[slice]:
    """Return the parts of a segment that break a vessel: all of a spur, a side branch's feet."""
    length, cuts = len(segment.rows), []
    first, last = trunk_radius_HW[segment.rows[[0, -1]] + 1, segment.columns[[0, -1]] + 1].tolist()
    one_end_is_free = segment.starts_at_branch != segment.stops_at_branch
    if one_end_is_free and length < 2.0 * (first if segment.starts_at_branch else last):
        return [slice(0, length)]
    if segment.starts_at_branch:
        cuts.append(slice(0, _foot_px(segment.radius_L, first)))
    if segment.stops_at_branch:
        cuts.append(slice(length - _foot_px(segment.radius_L[::-1], last), length))
    return cuts


def _foot_px(radius_L: FloatArray, trunk_radius: float) -> int:
    """Return how far a branch runs inside the vessel that it leaves; 0 if it is no side branch.

    A distance to the edge of r pixels is that to the first pixel outside: a calibre of 2 r - 1.
    """
    foot = ceil(trunk_radius)
    beyond = radius_L[foot:]
    if not len(beyond):
        return 0
    calibre = 2.0 * float(beyond.sum()) / len(beyond) - 1.0
    return foot if calibre < SIDE_BRANCH_RATIO * (2.0 * trunk_radius - 1.0) else 0


def _segments(skeleton_HW: BoolArray, radius_HW: FloatArray) -> list[Segment]:
    """Cut a padded skeleton at its branch points; coordinates come back without the padding."""
    degree_HW = np.asarray(
        cv2.filter2D(skeleton_HW.view(np.uint8), cv2.CV_8U, _NEIGHBOURS), np.uint8
    )
    places = np.flatnonzero(skeleton_HW & (degree_HW <= 2))
    if not len(places):
        return []
    order, lengths = _paths(places, skeleton_HW.shape)
    # All paths in one array: one look-up each for rows, columns and radii, cut up afterwards.
    in_order = places[order]
    rows, columns = (axis - 1 for axis in np.divmod(in_order, skeleton_HW.shape[1]))
    radii, degrees = radius_HW.ravel()[in_order], degree_HW.ravel()[in_order]
    segments, start = [], 0
    for length in lengths.tolist():
        cut = slice(start, start + length)
        at_branch = _branch_ends(degrees[cut])
        segments.append(Segment(rows[cut], columns[cut], radii[cut], *at_branch))
        start += length
    return segments


def _branch_ends(degrees: UInt8Array) -> tuple[bool, bool]:
    """Tell which ends of a path touch a branch point, from the pixels' neighbours before the cut.

    Within a path an end has one neighbour; a second one is a branch point. A path of one pixel
    has none of its own.
    """
    own = 0 if len(degrees) == 1 else 1
    return bool(degrees[0] > own), bool(degrees[-1] > 1)


def _paths(places: IntArray, shape: tuple[int, ...]) -> tuple[IntArray, IntArray]:
    """Order the pixels at flat `places` into paths, loops left out.

    Returned are indices into `places`, path after path, and the length of each. A path runs from
    the end that comes first among the places; paths are in the order of those ends.
    """
    width, number = shape[1], len(places)
    index = np.full(shape[0] * width, -1, np.int32)
    index[places] = np.arange(number)
    steps = np.array([-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])
    # Off the branch points at most two neighbours are left, the two largest; -1 stands for none.
    beside_N2 = np.sort(index[places[:, None] + steps], axis=1)[:, -2:].astype(np.intp)
    ends_N2, away_N2 = _ends(beside_N2)
    first_N = ends_N2.min(axis=1)
    on_path = np.flatnonzero(first_N >= 0)
    which = np.argmin(ends_N2[on_path], axis=1)
    order = on_path[np.lexsort((away_N2[on_path, which], first_N[on_path]))]
    starts = np.flatnonzero(np.diff(first_N[order], prepend=-1))
    return order, np.diff(starts, append=len(order))


def _ends(beside_N2: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pixel at which a path ends either way from each of its pixels, and how far off.

    -1 on a loop. Each step takes twice the way of the one before (list ranking; Wyllie 1979).
    """
    number = len(beside_N2)
    # A state is a pixel and the way on from it: 2 x pixel + which of its two neighbours is next.
    after = beside_N2.ravel()
    here = np.repeat(np.arange(number), 2)
    is_last = after < 0
    # Having come from `here`, the way on from the next pixel is to its other neighbour.
    goes_back = beside_N2[after, 0] == here
    following = np.where(is_last, np.arange(2 * number), 2 * after + goes_back)
    away = np.where(is_last, 0, 1)
    for _ in range(max(1, number).bit_length()):
        away = away + away[following]
        following = following[following]
    ends = np.where(is_last[following], here[following], -1)
    return ends.reshape(-1, 2), away.reshape(-1, 2)

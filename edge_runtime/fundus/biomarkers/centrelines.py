"""Centrelines of a vessel mask, cut where vessels divide or cross into ordered segments.

Before the cut two things go that would break a vessel where it goes on: spurs, twigs no longer
than the vessel is wide, which are bumps of the mask's edge; and the feet of side branches, from
the centreline that they spring from to its vessel's wall. The rest of a side branch stays, as a
segment of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FloatArray
from edge_runtime.fundus.biomarkers.masks import FloatArray64, IntArray
from edge_runtime.fundus.biomarkers.thinning import skeleton

SMOOTHING_PX = 9
"""Window of the moving average over a centreline. The staircase of a digital line repeats within
a few pixels and would lengthen it by up to 8 %; an arc of radius 20 px loses 0.8 %."""

SIDE_BRANCH_RATIO = 0.6
"""A branch below this share of the calibre of the vessel that it leaves is a side branch. By
Murray's law (cubes of the calibres add up) the vessel goes on with 92 % of its calibre or more."""


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
        window = 2 * reach + 1
        # Reflected through the end points, so that a straight line goes on straight.
        total = np.zeros((len(points_L2) + window, 2))
        total[1 : 1 + reach] = 2.0 * points_L2[0] - points_L2[reach:0:-1]
        total[1 + reach : -reach] = points_L2
        total[-reach:] = 2.0 * points_L2[-1] - points_L2[-2 : -reach - 2 : -1]
        np.cumsum(total, axis=0, out=total)
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
    paths = _paths_of(whole_HW)
    skeleton_HW.ravel()[paths.places[_superfluous(paths, radius_HW, trunk_radius_HW)]] = False
    # What a cut leaves of a branch point is thick again for a pixel or two.
    skeleton_HW = skeleton(skeleton_HW)
    segments = _segments(_paths_of(skeleton_HW), radius_HW)
    inner = np.s_[1:-1, 1:-1]
    return Centrelines(skeleton_HW[inner], segments, whole_HW[inner], radius_HW[inner])


@dataclass(frozen=True)
class _Paths:
    """N pixels of a padded skeleton off its branch points, ordered into S paths between these.

    `places` are flat, path after path, as are the `ends_S2`; `at_branch_S2` tells which of these
    touch a branch point.
    """

    places: IntArray
    start_S: IntArray
    length_S: IntArray
    ends_S2: IntArray
    at_branch_S2: BoolArray


def _superfluous(paths: _Paths, radius_HW: FloatArray, trunk_radius_HW: FloatArray) -> BoolArray:
    """Return which pixels break a vessel, shape (N,): all of a spur, a side branch's feet."""
    length_S, at_branch_S2 = paths.length_S, paths.at_branch_S2
    trunk_S2 = trunk_radius_HW.ravel()[paths.ends_S2]
    one_end_is_free_S = at_branch_S2[:, 0] != at_branch_S2[:, 1]
    left_S = np.where(at_branch_S2[:, 0], trunk_S2[:, 0], trunk_S2[:, 1])
    spur_S = one_end_is_free_S & (length_S < 2.0 * left_S)
    leaves_S2 = at_branch_S2 & ~spur_S[:, None]
    foot_S2 = _feet_px(paths, radius_HW.ravel()[paths.places], trunk_S2, leaves_S2)
    foot_S2[spur_S, 0] = length_S[spur_S]
    # How far each pixel is from either end of its path.
    before_N = np.arange(len(paths.places)) - np.repeat(paths.start_S, length_S)
    after_N = np.repeat(length_S, length_S) - 1 - before_N
    foot_2N = np.repeat(foot_S2.T, length_S, axis=1)
    return np.asarray((before_N < foot_2N[0]) | (after_N < foot_2N[1]))


def _feet_px(
    paths: _Paths, radius_N: FloatArray, trunk_S2: FloatArray, leaves_S2: BoolArray
) -> IntArray:
    """Return how far each path runs, at either end, inside the vessel that it leaves there.

    It is 0 where the path is no side branch of it. A distance to the edge of r pixels is that to
    the first pixel outside: a calibre of 2 r - 1.
    """
    inside_S2 = np.ceil(trunk_S2).astype(np.intp)
    asked = np.argwhere(leaves_S2 & (inside_S2 < paths.length_S[:, None]))
    feet_S2 = np.zeros_like(inside_S2)
    for path, end in asked.tolist():
        start, stop = paths.start_S[path], paths.start_S[path] + paths.length_S[path]
        radius_L = radius_N[start:stop][:: 1 - 2 * end]
        beyond, trunk_radius = radius_L[inside_S2[path, end] :], float(trunk_S2[path, end])
        calibre = 2.0 * float(beyond.sum()) / len(beyond) - 1.0
        if calibre < SIDE_BRANCH_RATIO * (2.0 * trunk_radius - 1.0):
            feet_S2[path, end] = inside_S2[path, end]
    return feet_S2


def _segments(paths: _Paths, radius_HW: FloatArray) -> tuple[Segment, ...]:
    """Return the segments of paths; coordinates come back without the padding."""
    rows, columns = (axis - 1 for axis in np.divmod(paths.places, radius_HW.shape[1]))
    radii = radius_HW.ravel()[paths.places]
    stop_S = paths.start_S + paths.length_S
    return tuple(
        Segment(rows[first:stop], columns[first:stop], radii[first:stop], *at_branch)
        for first, stop, at_branch in zip(
            paths.start_S.tolist(), stop_S.tolist(), paths.at_branch_S2.tolist(), strict=True
        )
    )


def _paths_of(skeleton_HW: BoolArray) -> _Paths:
    """Cut a padded skeleton at its branch points."""
    # Of each pixel and its eight neighbours, which are counted on the skeleton alone.
    block_HW = cv2.boxFilter(skeleton_HW.view(np.uint8), cv2.CV_8U, (3, 3), normalize=False)
    places = np.flatnonzero(skeleton_HW & (block_HW <= 3))
    order, length_S = _paths(places, skeleton_HW.shape)
    places = places[order]
    start_S = np.cumsum(length_S) - length_S
    # Within a path an end has one neighbour; a second one, before the cut, is a branch point. A
    # path of one pixel has none of its own.
    ends_S2 = places[np.stack([start_S, start_S + length_S - 1], axis=1)]
    own_S2 = np.stack([length_S > 1, np.ones_like(length_S)], axis=1)
    at_branch_S2 = block_HW.ravel()[ends_S2] - 1 > own_S2
    return _Paths(places, start_S, length_S, ends_S2, at_branch_S2)


def _paths(places: IntArray, shape: tuple[int, ...]) -> tuple[IntArray, IntArray]:
    """Order the pixels at flat `places` into paths, loops left out.

    Returned are indices into `places`, path after path, and the length of each. A path runs from
    the end that comes first among the places; paths are in the order of those ends.
    """
    width, number = shape[1], len(places)
    if not number:
        return places, places
    index = np.full(shape[0] * width, -1, np.int32)
    index[places] = np.arange(number)
    steps = np.array([-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])
    # Off the branch points at most two of the eight are left, the others being -1: the largest and
    # what it leaves of the sum.
    beside_8N = index[places + steps[:, None]]
    largest_N = beside_8N.max(axis=0)
    beside_N2 = np.stack([beside_8N.sum(axis=0) - largest_N + 6, largest_N], axis=1)
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

"""Calibres of the vessels that cross zone B.

Zone B is the ring from 0.5 to 1.0 disc diameters from the disc's margin, that is 1.0 to 1.5 disc
diameters from its centre. A calibre is the area of a piece of vessel over the length of its
centreline: both are known to a fraction of a pixel, where twice the distance to the edge is off
by up to a whole one.

Source of the zone: Hubbard et al. 1999, Ophthalmology 106(12):2269-2280.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, pi

import cv2
import numpy as np

from edge_runtime.domain import BoolArray
from edge_runtime.fundus.biomarkers.centrelines import Centrelines, Segment
from edge_runtime.fundus.biomarkers.disc import Disc
from edge_runtime.fundus.biomarkers.masks import FloatArray64, IntArray

ZONE_B_INNER_DD, ZONE_B_OUTER_DD = 1.0, 1.5
"""Radii of zone B about the disc's centre, in disc diameters."""

MIN_ZONE_SHARE = 0.6
"""Share of zone B that must lie in the field. A choice of ours: in photographs of 45 degrees that
are centred on the macula about a third is cut off, on the nasal side, where vessels are narrow."""

MIN_CROSSED_SHARE = 0.5
"""A piece of vessel that ends free in the ring counts where it crosses more than this share of the
ring's breadth."""

MIN_MEASURED_PX = 5
"""Shortest measured piece, once the neighbourhoods of branch points and ends are left out."""


@dataclass(frozen=True)
class Piece:
    """The part of a vessel whose calibre counts: pixels `first` to `last` (exclusive)."""

    segment: Segment
    first: int
    last: int

    @property
    def points(self) -> FloatArray64:
        """The centreline of the piece as (x, y) in mask pixels, shape (L, 2)."""
        return self.segment.smooth_points[self.first : self.last]

    @property
    def mean_radius_px(self) -> float:
        """Mean distance from the centreline to the edge of the mask."""
        return float(self.segment.radius_L[self.first : self.last].mean())


def zone_b_share(disc: Disc, field_HW: BoolArray) -> float:
    """Return the share of zone B that lies in the field, in [0, 1]."""
    reach = ceil(ZONE_B_OUTER_DD * disc.diameter_px) + 1
    top, left = max(0, int(disc.y_px) - reach), max(0, int(disc.x_px) - reach)
    near_hw = field_HW[top : int(disc.y_px) + reach + 1, left : int(disc.x_px) + reach + 1]
    rows, columns = np.ogrid[top : top + near_hw.shape[0], left : left + near_hw.shape[1]]
    seen = np.count_nonzero(near_hw & _in_zone_b(disc, _squared_distance(disc, rows, columns)))
    area = pi * (ZONE_B_OUTER_DD**2 - ZONE_B_INNER_DD**2) * disc.diameter_px**2
    return min(1.0, seen / area)


def zone_b_pieces(lines: Centrelines, disc: Disc) -> list[Piece]:
    """Return the piece of each vessel that crosses zone B, in no given order.

    A vessel is what crosses the ring's middle circle: of one that divides inside it the branches
    count, beyond it the trunk, and never both, however often it divides. A piece lies between
    branch points, ends and the ring's edges; see MIN_CROSSED_SHARE for one that ends free.
    """
    breadth_px = (ZONE_B_OUTER_DD - ZONE_B_INNER_DD) * disc.diameter_px
    middle_px = 0.5 * (ZONE_B_INNER_DD + ZONE_B_OUTER_DD) * disc.diameter_px
    pieces = []
    for segment in _that_reach_zone_b(lines.segments, disc):
        if len(segment.rows) < MIN_MEASURED_PX:
            continue
        squared_L = _squared_distance(disc, segment.rows, segment.columns)
        for start, stop in _runs(_in_zone_b(disc, squared_L)):
            distance_L = np.sqrt(squared_L[start:stop])
            crossed_px = float(np.ptp(distance_L))
            if distance_L.min() > middle_px or distance_L.max() < middle_px:
                continue
            free = _ends_free(segment, start, stop)
            if not free or crossed_px > MIN_CROSSED_SHARE * breadth_px:
                pieces.append(_without_ends(segment, start, stop))
    return [piece for piece in pieces if piece.last - piece.first >= MIN_MEASURED_PX]


def _that_reach_zone_b(segments: Sequence[Segment], disc: Disc) -> list[Segment]:
    if not segments:
        return []
    # All pixels in one array: most segments are short and far off.
    rows = np.concatenate([segment.rows for segment in segments])
    columns = np.concatenate([segment.columns for segment in segments])
    lengths = [len(segment.rows) for segment in segments]
    inside = _in_zone_b(disc, _squared_distance(disc, rows, columns))
    reach = np.logical_or.reduceat(inside, np.cumsum([0, *lengths[:-1]]))
    return [segment for segment, reaches in zip(segments, reach, strict=True) if reaches]


def zone_b_calibres_px(mask_HW: BoolArray, lines: Centrelines, disc: Disc) -> list[float]:
    """Return the calibre of each vessel that crosses zone B by its mask alone, in mask pixels.

    `lines` are the centrelines of `mask_HW`; the order is that of `zone_b_pieces`.
    """
    return calibres_px(zone_b_pieces(lines, disc), mask_HW, lines, disc)


def calibres_px(
    pieces: list[Piece], mask_HW: BoolArray, lines: Centrelines, disc: Disc
) -> list[float]:
    """Return the calibres of pieces of `zone_b_pieces` by their mask alone, in mask pixels."""
    if not pieces:
        return []
    area_HW = _area_by_centreline_pixel(mask_HW, lines.skeleton_HW, disc)
    return [_mask_calibre_px(piece, area_HW) for piece in pieces]


def _squared_distance(disc: Disc, rows: IntArray, columns: IntArray) -> FloatArray64:
    return np.asarray((columns - disc.x_px) ** 2 + (rows - disc.y_px) ** 2)


def _in_zone_b(disc: Disc, squared_distance: FloatArray64) -> BoolArray:
    inner, outer = ZONE_B_INNER_DD * disc.diameter_px, ZONE_B_OUTER_DD * disc.diameter_px
    return np.asarray((squared_distance >= inner**2) & (squared_distance <= outer**2))


def _area_by_centreline_pixel(mask_HW: BoolArray, skeleton_HW: BoolArray, disc: Disc) -> IntArray:
    """Return, at each centreline pixel about zone B, how many mask pixels are nearest to it."""
    reach = ceil((ZONE_B_OUTER_DD + 0.25) * disc.diameter_px)
    top, left = max(0, int(disc.y_px) - reach), max(0, int(disc.x_px) - reach)
    window = np.s_[top : int(disc.y_px) + reach + 1, left : int(disc.x_px) + reach + 1]
    area_HW = np.zeros(mask_HW.shape, np.intp)
    line_hw = skeleton_HW[window]
    if line_hw.any():
        _, label_hw = cv2.distanceTransformWithLabels(
            (~line_hw).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        count = np.bincount(label_hw[mask_HW[window]], minlength=int(label_hw.max()) + 1)
        area_HW[window][line_hw] = count[label_hw[line_hw]]
    return area_HW


def _runs(inside_L: BoolArray) -> list[tuple[int, int]]:
    """Return start and stop (exclusive) of each unbroken run of True."""
    if not inside_L.any():
        return []
    edges = np.flatnonzero(np.diff(inside_L, prepend=False, append=False))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _ends_free(segment: Segment, start: int, stop: int) -> bool:
    """Tell whether a run of a segment ends in the ring without dividing there."""
    starts_free = start == 0 and not segment.starts_at_branch
    stops_free = stop == len(segment.rows) and not segment.stops_at_branch
    return starts_free or stops_free


def _without_ends(segment: Segment, start: int, stop: int) -> Piece:
    """Return a run of a segment without a calibre's half next to a branch point or an end.

    There the area is not the segment's own.
    """
    first = max(start, 1 + ceil(segment.radius_L[0]))
    last = min(stop, len(segment.rows) - 1 - ceil(segment.radius_L[-1]))
    return Piece(segment, first, last)


def _mask_calibre_px(piece: Piece, area_HW: IntArray) -> float:
    """Return the mean calibre of a piece: its area over its length."""
    segment, first, last = piece.segment, piece.first, piece.last
    area = area_HW[segment.rows[first:last], segment.columns[first:last]].sum()
    # The first and the last pixel's share of the vessel ends half-way to its neighbour.
    steps = np.diff(segment.smooth_points[first - 1 : last + 1], axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    return float(area / (lengths.sum() - (lengths[0] + lengths[-1]) / 2))

"""What the vessel tree is like as a whole: how dense, how winding, how space-filling.

None of these needs micrometres. Lengths are in shares of the field's diameter, so that they mean
the same at every image size; fields of another angle give other values, and only photographs of
one kind of camera compare.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Reading
from edge_runtime.fundus.biomarkers.centrelines import Segment
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc
from edge_runtime.fundus.biomarkers.masks import IntArray

MIN_SEGMENT_SHARE = 0.05
"""Shortest segment whose tortuosity counts, in field diameters: 32 px of 640. On shorter ones the
pixel grid bends more than the vessel does."""

MIN_CHORD_SHARE = 1.0 / 3.0
"""A segment whose chord is less than this share of its arc goes round a hole in the mask or
doubles back along a wrongly joined vessel; no vessel between two branch points does."""

SMALLEST_BOX_SHARE, LARGEST_BOX_SHARE = 1.0 / 128.0, 1.0 / 8.0
"""Range of box sides over which the fractal dimension is fitted, in field diameters: 5 to 80 px
of 640. Vessels are no true fractal: boxes of 5 px see single lines (slope 1), those of 50 px nearly
fill the field (slope 1.8), and the dimension is the mean slope between. It compares with readings
over this same range and with no others."""

NUM_BOX_SIZES = 9
"""Box sides in that range, in equal ratios (half octaves), each rounded to an odd number; in small
pictures two can fall together."""


def density(mask_HW: BoolArray, field_HW: BoolArray, disc: Disc | NoDisc, vessel: str) -> Reading:
    """Return the share of the field outside the disc that a mask covers, in [0, 1]."""
    if not mask_HW.any():
        return Reading(None, missing_because=f"no {vessel}s found")
    if isinstance(disc, NoDisc):
        return Reading(None, missing_because=disc.reason)
    outside_HW = field_HW & ~disc.mask_HW
    return Reading(np.count_nonzero(mask_HW & outside_HW) / np.count_nonzero(outside_HW))


def tortuosity_distance(
    segments: Sequence[Segment], field_diameter_px: float, vessel: str
) -> Reading:
    """Return the mean of arc over chord, at least 1, of the segments weighted by their arcs.

    A segment lies between two ends or places where the vessel divides (side branches, see
    `centrelines`, divide nothing); those shorter than MIN_SEGMENT_SHARE and those that close on
    themselves are left out.
    """
    if not segments:
        return Reading(None, missing_because=f"no {vessel}s found")
    shortest_px = MIN_SEGMENT_SHARE * field_diameter_px
    arcs, ratios = [], []
    for segment in segments:
        # A path of n pixels is at most sqrt(2) n long: the short ones need not be smoothed.
        if 1.5 * len(segment.rows) < shortest_px:
            continue
        points_L2 = segment.smooth_points
        arc = float(np.linalg.norm(np.diff(points_L2, axis=0), axis=1).sum())
        chord = float(np.linalg.norm(points_L2[-1] - points_L2[0]))
        if arc >= shortest_px and chord >= MIN_CHORD_SHARE * arc:
            arcs.append(arc)
            ratios.append(arc / chord)
    if not arcs:
        share = f"{100 * MIN_SEGMENT_SHARE:.0f} % of the field's diameter"
        return Reading(None, missing_because=f"no {vessel} is as long as {share} without a branch")
    return Reading(float(np.average(ratios, weights=arcs)))


def fractal_dimension(skeleton_HW: BoolArray, field_diameter_px: float) -> Reading:
    """Return the box-counting dimension of the vessels' skeleton, between 1 and 2 for a tree.

    The count of boxes of side s is the mean over all s x s places that the grid can take, which
    frees the reading from where the grid happens to lie. That mean is the number of pixels within
    (s - 1) / 2 of the skeleton, rows and columns alike, over s^2; the dimension is minus the slope
    of its logarithm against that of s.
    """
    if not skeleton_HW.any():
        return Reading(None, missing_because="no vessels found")
    reaches = _box_reaches(field_diameter_px)
    if reaches[0] < 1:
        return Reading(None, missing_because="the picture is too small to count boxes in it")
    widest = int(reaches[-1])
    background_HW = np.pad(~skeleton_HW, widest, constant_values=True).view(np.uint8)
    distance_HW = cv2.distanceTransform(background_HW, cv2.DIST_C, cv2.DIST_MASK_3)
    nearby = np.array([np.count_nonzero(distance_HW <= reach) for reach in reaches.tolist()])
    sides = 2 * reaches + 1
    slope, _ = np.polyfit(np.log(sides), np.log(nearby / sides**2.0), 1)
    return Reading(-float(slope))


def _box_reaches(field_diameter_px: float) -> IntArray:
    """Return how far each box reaches from its middle pixel, ascending: (side - 1) / 2."""
    sides = field_diameter_px * np.geomspace(SMALLEST_BOX_SHARE, LARGEST_BOX_SHARE, NUM_BOX_SIZES)
    return np.unique(np.round((sides - 1.0) / 2.0).astype(np.intp))

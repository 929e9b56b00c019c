"""How the vessels fill the field: three of Renyi's dimensions of their skeleton.

Boxes of side s are laid over the skeleton; p is the share of its pixels that a box holds. Over the
range of sides below, the dimension of order q is the mean slope against log s of

    q = 0: -log(number of boxes with p > 0)     box counting, `fractal_dimension`
    q = 1: sum of p log p                       information
    q = 2: log(sum of p^2)                      correlation

Lengths are in shares of the field's diameter, so that they mean the same at every image size.

Source: Hentschel & Procaccia 1983, Physica D 8(3):435-444; of retinal vessels: Stosic & Stosic
2006, IEEE Trans Med Imaging 25(8):1101-1107.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, Reading
from edge_runtime.fundus.biomarkers.masks import IntArray

SMALLEST_BOX_SHARE, LARGEST_BOX_SHARE = 1.0 / 128.0, 1.0 / 8.0
"""Range of box sides over which the dimensions are fitted, in field diameters: 5 to 80 px of 640.
Vessels are no true fractal: boxes of 5 px see single lines (slope 1), those of 50 px nearly fill
the field (slope 1.8), and the dimension is the mean slope between. It compares with readings over
this same range and with no others."""

NUM_BOX_SIZES = 9
"""Box sides in that range, in equal ratios (half octaves), each rounded to an odd number; in small
pictures two can fall together."""

PLACES_PER_SIDE = 5
"""Places of the grid that are tried along each axis for q = 1 and 2; all where a box is smaller."""


def fractal_dimension(skeleton_HW: BoolArray, field_diameter_px: float, vessel: str) -> Reading:
    """Return the box-counting dimension (q = 0) of a skeleton, between 1 and 2 for a tree.

    The count of boxes of side s is the mean over all s x s places that the grid can take, which
    frees the reading from where the grid happens to lie. That mean is the number of pixels within
    (s - 1) / 2 of the skeleton, rows and columns alike, over s^2.
    """
    reaches = _box_reaches(field_diameter_px)
    reason = _reason_against(skeleton_HW, reaches, vessel)
    if reason:
        return Reading(None, missing_because=reason)
    widest = int(reaches[-1])
    background_HW = np.pad(~skeleton_HW, widest, constant_values=True).view(np.uint8)
    distance_HW = cv2.distanceTransform(background_HW, cv2.DIST_C, cv2.DIST_MASK_3)
    # Chessboard distances are whole numbers.
    counts = cv2.calcHist([distance_HW], [0], None, [widest + 1], [-0.5, widest + 0.5])
    nearby = np.cumsum(counts.ravel().astype(np.float64))[reaches]
    sides = 2 * reaches + 1
    return Reading(-_slope(sides, np.log(nearby / sides**2.0)))


def uneven_dimensions(
    skeleton_HW: BoolArray, field_diameter_px: float, vessel: str
) -> tuple[Reading, Reading]:
    """Return the information and the correlation dimension (q = 1 and 2) of a skeleton.

    They weigh boxes by what they hold: the more unevenly the vessels lie, the lower they are. The
    sums are means over PLACES_PER_SIDE x PLACES_PER_SIDE places of the grid.
    """
    reaches = _box_reaches(field_diameter_px)
    reason = _reason_against(skeleton_HW, reaches, vessel)
    if reason:
        missing = Reading(None, missing_because=reason)
        return missing, missing
    sides = 2 * reaches + 1
    pad = int(sides[-1])
    padded_HW = np.pad(skeleton_HW, pad).view(np.uint8)
    total_HW = cv2.integral(padded_HW, sdepth=cv2.CV_32S)
    sums = np.array([_sums(total_HW, int(side)) for side in sides.tolist()])
    information = _slope(sides, sums[:, 0])
    correlation = _slope(sides, np.log(sums[:, 1]))
    return Reading(information), Reading(correlation)


def _sums(total_HW: npt.NDArray[Any], side: int) -> tuple[float, float]:
    """Return the sums of p log p and of p^2 over one grid's boxes, the mean of several grids."""
    step = max(1, side // PLACES_PER_SIDE)
    low, high = total_HW[:-side:step], total_HW[side::step]
    held = high[:, side::step] - high[:, :-side:step] - low[:, side::step] + low[:, :-side:step]
    # Boxes by how many pixels they hold: a hundred logarithms stand for a million boxes.
    boxes = np.bincount(held.ravel())[1:]
    held_by = np.flatnonzero(boxes) + 1
    weight = boxes[held_by - 1] * (held_by / float(total_HW[-1, -1]))
    share = held_by / float(total_HW[-1, -1])
    # Every pixel is held by as many boxes as grids were tried, near enough: their shares add up.
    grids = float(weight.sum())
    return float(weight @ np.log(share)) / grids, float(weight @ share) / grids


def _reason_against(skeleton_HW: BoolArray, reaches: IntArray, vessel: str) -> str:
    if not skeleton_HW.any():
        return f"no {vessel}s found"
    return "the picture is too small to count boxes in it" if reaches[0] < 1 else ""


def _slope(sides: IntArray, logarithms: object) -> float:
    slope, _ = np.polyfit(np.log(sides), np.asarray(logarithms), 1)
    return float(slope)


def _box_reaches(field_diameter_px: float) -> IntArray:
    """Return how far each box reaches from its middle pixel, ascending: (side - 1) / 2."""
    sides = field_diameter_px * np.geomspace(SMALLEST_BOX_SHARE, LARGEST_BOX_SHARE, NUM_BOX_SIZES)
    return np.unique(np.round((sides - 1.0) / 2.0).astype(np.intp))

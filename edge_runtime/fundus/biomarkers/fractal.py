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

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Reading, UInt8Array
from edge_runtime.fundus.biomarkers.masks import FloatArray64, IntArray

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
    sides = 2 * reaches + 1
    return Reading(-_slope(sides, np.log(_nearby(skeleton_HW, reaches) / sides**2.0)))


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
    pixels, largest = int(np.count_nonzero(skeleton_HW)), int(sides[-1])
    sums = np.array([_sums(_boxes(skeleton_HW, side, largest), pixels) for side in sides.tolist()])
    information = _slope(sides, sums[:, 0])
    correlation = _slope(sides, np.log(sums[:, 1]))
    return Reading(information), Reading(correlation)


def _nearby(skeleton_HW: BoolArray, reaches: IntArray) -> FloatArray64:
    """Return how many pixels lie within each reach of a skeleton, beyond the picture's edges too.

    Each square is grown from the one before: that is cheaper than a map of all distances.
    """
    grown_HW = _padded(skeleton_HW, int(reaches[-1]))
    nearby = np.empty(len(reaches))
    for place, step in enumerate(np.diff(reaches, prepend=0).tolist()):
        square = np.ones((2 * step + 1, 2 * step + 1), np.uint8)
        grown_HW = np.asarray(cv2.dilate(grown_HW, square), np.uint8)
        nearby[place] = cv2.countNonZero(grown_HW)
    return nearby


def _boxes(skeleton_HW: BoolArray, side: int, start: int) -> IntArray:
    """Return how many boxes of several grids hold 1, 2, ... pixels of a skeleton.

    The first box of a grid lies `start` pixels before the picture's first; empty ones are skipped.
    """
    step = max(1, side // PLACES_PER_SIDE)
    padded_HW = _padded(skeleton_HW, side - 1 + (start - side + 1) % step)
    if side**2 < 256:
        # What a box holds fits into a byte, and so does the table of how often.
        held = cv2.boxFilter(padded_HW, cv2.CV_8U, (side, side), anchor=(0, 0), normalize=False)[
            : 1 - side : step, : 1 - side : step
        ]
        counts = cv2.calcHist([np.ascontiguousarray(held)], [0], None, [256], [0, 256])
        return counts.ravel().astype(np.intp)[1:]
    total_HW = cv2.integral(padded_HW, sdepth=cv2.CV_32S)
    rows = total_HW[side::step] - total_HW[:-side:step]
    return np.bincount((rows[:, side::step] - rows[:, :-side:step]).ravel())[1:]


def _padded(mask_HW: BoolArray, pad: int) -> UInt8Array:
    height, width = mask_HW.shape
    padded_HW = np.zeros((height + 2 * pad, width + 2 * pad), np.uint8)
    padded_HW[pad : pad + height, pad : pad + width] = mask_HW
    return padded_HW


def _sums(boxes: IntArray, pixels: int) -> tuple[float, float]:
    """Return the sums of p log p and of p^2 over one grid's boxes, the mean of several grids."""
    # Boxes by how many pixels they hold: a hundred logarithms stand for a million boxes.
    held_by = np.flatnonzero(boxes) + 1
    share = held_by / float(pixels)
    weight = boxes[held_by - 1] * share
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

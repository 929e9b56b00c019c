"""What of a picture holds the photograph, and what colour lies around the field.

Viewers and screens add bars and borders of one grey, often with text on them; they are no surround
and are taken off first. The surround itself is read in the corners.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# H rows, W columns, C colours, N points
FloatArray = npt.NDArray[np.float64]
UInt8Array = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]

DARKEST_SURROUND = 70
"""A surround brighter than this is taken for one only if the corners agree on it."""

SURROUND_HUE = 16
"""Most that the channels of a surround differ; retina, even in shadow, is redder."""


@dataclass(frozen=True)
class Frame:
    """The part of the search copy that holds the photograph: first and last column and row."""

    left: int
    top: int
    right: int
    bottom: int

    def holds(self, points_N2: FloatArray, margin_px: int) -> BoolArray:
        """True for each point that lies in the frame, off its edges by the margin."""
        x, y = points_N2.T
        across = (x >= self.left + margin_px) & (x <= self.right - margin_px)
        down = (y >= self.top + margin_px) & (y <= self.bottom - margin_px)
        return np.asarray(across & down)


def without_bars(small_HWC: UInt8Array) -> Frame | None:
    """Return the frame that is left when grey bars and borders, even with text, are taken off."""
    top, bottom = _plain_ends(small_HWC)
    if bottom - top < 8:
        return None
    left, right = _plain_ends(small_HWC[top : bottom + 1].transpose(1, 0, 2))
    return Frame(left, top, right, bottom) if right - left >= 8 else None


def surround_colour(small_HWC: UInt8Array, frame: Frame) -> UInt8Array | None:
    """Return the colour around the field: the darkest corner's, or a bright one that three share.

    None where the corners show neither: the field fills the frame.
    """
    side = max(3, round(0.02 * max(small_HWC.shape[:2])))
    rows = (slice(frame.top, frame.top + side), slice(frame.bottom + 1 - side, frame.bottom + 1))
    columns = (slice(frame.left, frame.left + side), slice(frame.right + 1 - side, frame.right + 1))
    corners = [
        np.median(small_HWC[row, column].reshape(-1, 3), axis=0)
        for row in rows
        for column in columns
    ]
    darkest = min(corners, key=lambda colour: float(colour.max()))
    if darkest.max() <= DARKEST_SURROUND and np.ptp(darkest) <= SURROUND_HUE:
        return np.asarray(darkest, dtype=np.uint8)
    middle = np.median(corners, axis=0)
    agreeing = sum(float(np.abs(colour - middle).max()) < 12 for colour in corners)
    return middle.astype(np.uint8) if agreeing >= 3 and np.ptp(middle) <= SURROUND_HUE else None


def _plain_ends(small_HWC: UInt8Array) -> tuple[int, int]:
    """First and last row that are no bar."""
    first, last = 0, len(small_HWC) - 1
    while first < last and _is_bar(small_HWC[first]):
        first += 1
    while last > first and _is_bar(small_HWC[last]):
        last -= 1
    return first, last


def _is_bar(row_WC: UInt8Array) -> bool:
    """True for a row that is of one grey, brighter than a surround, on most of its length."""
    usual_C = np.median(row_WC, axis=0)
    if usual_C.max() <= DARKEST_SURROUND or np.ptp(usual_C) >= 12:
        return False
    return bool((np.abs(row_WC - usual_C).max(axis=1) <= 6).mean() > 0.75)

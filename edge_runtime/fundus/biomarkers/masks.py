"""The masks that the biomarkers are measured on, and what all the measurements share of them.

Legend: H rows, W columns. Pixel (x, y) is column x, row y, and its centre is at (x, y).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray
from edge_runtime.fundus.biomarkers.fovea import NOT_LOOKED_FOR, Fovea, NoFovea

IntArray = npt.NDArray[np.intp]
FloatArray64 = npt.NDArray[np.float64]

STRUCTURES: Final = ("vessel_HW", "arteriole_HW", "venule_HW", "disc_HW", "cup_HW")
"""Names of the masks of what lies in the field."""


@dataclass(frozen=True)
class AnatomyMasks:
    """What the anatomy model found in one eye, in one frame of square pixels, upright.

    Each mask is boolean and of one shape (H, W); the frame covers the field's circle, so that
    640 x 640 is the usual size. Where an arteriole and a venule cross, the pixel is True in both:
    a vessel that is broken at its crossings is measured piece by piece.

    Raises ValueError for another dtype, another shape or an empty field: the step before this one
    refuses what has no field.
    """

    vessel_HW: BoolArray
    arteriole_HW: BoolArray
    venule_HW: BoolArray
    disc_HW: BoolArray
    cup_HW: BoolArray
    field_HW: BoolArray
    fovea: Fovea | NoFovea = NOT_LOOKED_FOR

    def __post_init__(self) -> None:
        for name in (*STRUCTURES, "field_HW"):
            mask = getattr(self, name)
            if mask.dtype != np.bool_:
                raise ValueError(f"{name} must be boolean, got {mask.dtype}")
            if mask.ndim != 2 or mask.shape != self.field_HW.shape:
                raise ValueError(f"{name} is {mask.shape}, the field {self.field_HW.shape}")
        if not self.field_HW.any():
            raise ValueError("field_HW is empty")

    @property
    def field_diameter_px(self) -> int:
        """The field's longer side in pixels: its diameter, also where top and bottom are cut."""
        return max(int(self.field_HW.any(axis=axis).sum()) for axis in (0, 1))

    def within_field(self) -> AnatomyMasks:
        """Return the same masks without what lies outside the field."""
        inside = {
            name: np.ascontiguousarray(getattr(self, name) & self.field_HW) for name in STRUCTURES
        }
        return AnatomyMasks(**inside, field_HW=self.field_HW, fovea=self.fovea)


def pixels_of(mask_HW: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the rows and the columns of a mask's pixels, as `np.nonzero`, by looking near them."""
    x, y, width, height = cv2.boundingRect(mask_HW.view(np.uint8))
    rows, columns = np.nonzero(mask_HW[y : y + height, x : x + width])
    return rows + y, columns + x


def largest_region(mask_HW: BoolArray) -> BoolArray:
    """Return the largest 8-connected region of a mask with its holes filled; empty if it is."""
    filled_HW = np.zeros(mask_HW.shape, np.uint8)
    if not mask_HW.any():
        return filled_HW.view(np.bool_)
    x, y, width, height = cv2.boundingRect(mask_HW.view(np.uint8))
    window = np.s_[y : y + height, x : x + width]
    _, labels_hw, stats, _ = cv2.connectedComponentsWithStats(mask_HW[window].astype(np.uint8))
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    region_hw = (labels_hw == largest).astype(np.uint8)
    outline, _ = cv2.findContours(region_hw, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(filled_HW[window], outline, -1, 1, cv2.FILLED)
    return filled_HW.view(np.bool_)

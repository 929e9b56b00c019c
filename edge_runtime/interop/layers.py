"""The pictures of a result as masks: what was seen where in the photograph.

Legend: H rows, W columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, UInt8Array
from edge_runtime.errors import OutputError
from edge_runtime.interop.screened import ScreenedPhotograph

ARTERIOLE, VENULE = 1, 2
RIM, CUP = 1, 2
"""Indices in the pictures, DESIGN section 5."""


@dataclass(frozen=True)
class Masks:
    """Four masks in the photograph's own frame; the disc holds its cup."""

    arteriole_HW: BoolArray
    venule_HW: BoolArray
    disc_HW: BoolArray
    cup_HW: BoolArray


def masks_of(photograph: ScreenedPhotograph) -> Masks | None:
    """Return the masks of a photograph; None for one that was not gradable.

    Raises OutputError for a picture that is not there or has another size than the photograph.
    """
    if photograph.layers is None:
        return None
    seen = photograph.result.photograph
    shape = (seen.height_px, seen.width_px)
    vessels_HW = _index(photograph.layers / "arteries_veins.png", shape)
    disc_HW = _index(photograph.layers / "disc_cup.png", shape)
    return Masks(vessels_HW == ARTERIOLE, vessels_HW == VENULE, disc_HW >= RIM, disc_HW == CUP)


def _index(path: Path, shape: tuple[int, int]) -> UInt8Array:
    picture_HW = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture_HW is None or picture_HW.shape != shape:
        found = None if picture_HW is None else picture_HW.shape
        raise OutputError(f"{path} is no picture of {shape}: {found}")
    return np.asarray(picture_HW, np.uint8)

"""Photographs made alike in everything that no eye is responsible for, before anybody compares.

Each goes through the one preprocessing to a square around its field, always shrinking, and through
JPEG of one quality: the size of a file, its format and the compression it came with tell nothing.

Legend: H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, UInt8Array
from edge_runtime.fundus.preprocess import MARGIN, NetworkFrame
from training.anatomy.eyes import seen_eye
from training.drawn.worth.drawn_folder import DRAWN
from training.errors import CohortError

JPEG_QUALITY = 85


@dataclass(frozen=True)
class LevelPicture:
    """One photograph, levelled; the field's circle is in the middle of the square."""

    row: ManifestRow
    image_HWC: UInt8Array
    field_HW: BoolArray
    frame: NetworkFrame

    @property
    def person(self) -> str:
        """The person among all sets."""
        return f"{self.row.set}/{self.row.person_id}"


def level_pictures(
    rows: Iterable[ManifestRow], root: Path, side_px: int, label: str
) -> list[LevelPicture]:
    """Return the photographs of the rows, levelled, while a bar of this label goes on.

    Drawn ones that show no field, or too small a one, are left out. Raises CohortError for a real
    one of that kind.
    """
    chosen = list(rows)
    pictures = []
    with progress_bar(label, len(chosen)) as show:
        for done, row in enumerate(chosen, start=1):
            try:
                pictures.append(level_picture(row, root, side_px))
            except CohortError:
                if row.set != DRAWN:
                    raise  # of drawn telephones some are that bad; the page counts them
            show(done)
    return pictures


def level_picture(row: ManifestRow, root: Path, side_px: int) -> LevelPicture:
    """Return a photograph, levelled, of side `side_px`.

    Raises CohortError without a round field, or where the field is smaller than `side_px`: an
    enlarged photograph would be known by its softness.
    """
    seen = seen_eye(row, root, side_px)
    if seen.frame.network_px_per_photograph_px > 1.0:
        reason = f"its field is {seen.frame.side_px:.0f} px wide, {side_px} are needed"
        raise CohortError(f"{row.set}: {row.photograph}: {reason}")
    return LevelPicture(row, recompressed(seen.image_HWC, seen.field_HW), seen.field_HW, seen.frame)


def recompressed(image_HWC: UInt8Array, field_HW: BoolArray) -> UInt8Array:
    """Return the image after JPEG, black again outside the field."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, content = cv2.imencode(".jpg", image_HWC[..., ::-1], options)
    again = cv2.imdecode(content, cv2.IMREAD_COLOR)
    assert again is not None  # encoded a line above
    again_HWC = np.ascontiguousarray(again[..., ::-1])
    again_HWC[~field_HW] = 0
    return np.asarray(again_HWC, np.uint8)


def distance_from_centre(side_px: int) -> np.ndarray:
    """Return each pixel's distance from the field's centre in field radii, (H, W) float32."""
    middle = (side_px - 1) / 2.0
    rows, columns = np.ogrid[:side_px, :side_px]
    radius_px = side_px / 2.0 / (1.0 + MARGIN)
    return np.asarray(np.hypot(columns - middle, rows - middle) / radius_px, np.float32)

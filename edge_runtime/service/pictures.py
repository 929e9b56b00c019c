"""The pictures of an anatomy event: a preview of the photograph and its overlays, aligned.

Legend: H rows, W columns, C colours (RGB).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from edge_runtime.domain import PhotographFile, UInt8Array
from edge_runtime.errors import InferenceFailed
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.intake import ReadPhotograph
from edge_runtime.pictures import PNG_SETTINGS
from edge_runtime.settings import Limits
from edge_runtime.stages import AnatomyRead
from edge_runtime.wire.records import Picture

JPEG_QUALITY = 88
"""Vessels keep their edges; 1024 px then take about 100 kB."""

SHARP_ENOUGH = 0.75
"""Decoded pixels for each pixel of the preview, below which the photograph is decoded again."""

OVERLAYS: dict[str, Callable[[Anatomy, int, int, float], UInt8Array]] = {
    "vessels_probability": Anatomy.vessels_probability,
    "arteries_veins": Anatomy.arteries_veins,
    "disc_cup": Anatomy.disc_cup,
}
"""As the files of DESIGN section 5 are named."""


def pictures_of(
    seen: AnatomyRead,
    file: PhotographFile,
    limits: Limits,
    side_px: int,
    read: ReadPhotograph,
) -> tuple[Picture, ...]:
    """Return the preview (JPEG), then the overlays (PNG, one byte a pixel), all of one size.

    The longer side is `side_px`, or the photograph's own when that is shorter: a picture is never
    shown with more pixels than the camera gave.
    """
    width_px, height_px = seen.photograph.width_px, seen.photograph.height_px
    scale = preview_scale(width_px, height_px, side_px)

    def overlay(kind: str) -> Picture:
        return png(kind, OVERLAYS[kind](seen.anatomy, width_px, height_px, scale))

    # Laying and encoding let go of the interpreter: two at a time.
    with ThreadPoolExecutor(1, "overlays") as beside:
        overlays = beside.map(overlay, OVERLAYS)
        columns, rows = (max(1, round(px * scale)) for px in (width_px, height_px))
        pixels_HWC = _sharp_pixels(seen, file, limits, columns, read)
        shrinks = pixels_HWC.shape[1] > columns
        way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        preview_HWC = cv2.resize(pixels_HWC, (columns, rows), interpolation=way)
        preview = cv2.cvtColor(preview_HWC, cv2.COLOR_RGB2BGR)
        return (_jpeg("photograph", np.asarray(preview, dtype=np.uint8)), *overlays)


def preview_scale(width_px: int, height_px: int, side_px: int) -> float:
    """Return how many pixels of a preview one of the photograph becomes, at most 1."""
    return min(1.0, side_px / max(width_px, height_px))


def _sharp_pixels(
    seen: AnatomyRead, file: PhotographFile, limits: Limits, columns: int, read: ReadPhotograph
) -> UInt8Array:
    # The models need few pixels, so a large JPEG comes decoded at 1/2 to 1/8 of its size. A doctor
    # who asks for a larger preview wants to see more than that.
    decoded = seen.photograph
    if decoded.scale == 1.0 or decoded.pixels_HWC.shape[1] >= SHARP_ENOUGH * columns:
        return decoded.pixels_HWC
    shorter_px = round(columns * min(1.0, decoded.height_px / decoded.width_px))
    return read(file.content, file.name, limits, wanted_side_px=shorter_px).pixels_HWC


def _jpeg(kind: str, pixels_HWC: UInt8Array) -> Picture:
    return _encoded(kind, "image/jpeg", pixels_HWC, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))


def png(kind: str, pixels_HW: UInt8Array) -> Picture:
    """Return a picture of one byte a pixel as PNG. Raises InferenceFailed."""
    return _encoded(kind, "image/png", pixels_HW, PNG_SETTINGS)


def _encoded(kind: str, media_type: str, pixels: UInt8Array, settings: Sequence[int]) -> Picture:
    encoded, content = cv2.imencode("." + media_type.partition("/")[2], pixels, settings)
    if not encoded:
        raise InferenceFailed(f"the {kind} picture of {pixels.shape} could not be encoded")
    return Picture(kind, media_type, content.tobytes(), pixels.shape[1], pixels.shape[0])

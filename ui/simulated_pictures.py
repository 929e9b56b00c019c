"""Pictures of a simulated visit: the photograph at its size, what differs, how far samples differ.

Pure: bytes in, bytes out. Differences are painted on the grey photograph, so that one sees where in
the eye they are; lighter and darker differ in every common kind of colour vision.
"""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from ui.overlays import JPEG_QUALITY, READABLE

NO_CHANGE = 128
"""Of a difference map: 128 no change, 8 steps a grey level (foreseye.v1.SimulatedVisit)."""

FULL_DIFFERENCE_STEPS = 8 * 8
"""A change of 8 grey levels has the full colour."""

FULL_SPREAD_STEPS = 16 * 6
"""So has a standard deviation of 6 grey levels; the map has 16 steps a grey level."""

LIGHTER, DARKER, SPREAD = (255, 176, 32), (64, 140, 255), (226, 96, 214)
GREY_SHARE = 0.75
"""How bright the photograph is under the colours."""

SMALL_PX = 420
"""Longer side of the samples that stand beside each other."""


def photograph_at(photograph: bytes, width_px: int, height_px: int) -> bytes:
    """Return the photograph at the size of its simulated visits, as JPEG."""
    with Image.open(io.BytesIO(photograph), formats=READABLE) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    return _jpeg(upright.resize((width_px, height_px), Image.Resampling.LANCZOS))


def small(picture: bytes) -> bytes:
    """Return a simulated picture small; its burnt-in label shrinks with it and stays whole."""
    with Image.open(io.BytesIO(picture), formats=READABLE) as opened:
        copy = opened.convert("RGB")
    copy.thumbnail((SMALL_PX, SMALL_PX), Image.Resampling.LANCZOS)
    return _jpeg(copy)


def difference_over(photograph: bytes, difference_map: bytes) -> bytes:
    """Return where a simulated visit is lighter and where darker than the photograph, as JPEG."""
    steps_HW = _map(difference_map) - NO_CHANGE
    lighter_HW = (steps_HW / FULL_DIFFERENCE_STEPS).clip(0, 1)
    darker_HW = (-steps_HW / FULL_DIFFERENCE_STEPS).clip(0, 1)
    return _painted(photograph, [(lighter_HW, LIGHTER), (darker_HW, DARKER)])


def spread_over(photograph: bytes, spread_map: bytes) -> bytes:
    """Return where the samples of one horizon differ among themselves, as JPEG."""
    return _painted(photograph, [((_map(spread_map) / FULL_SPREAD_STEPS).clip(0, 1), SPREAD)])


def changed_levels(difference_map: bytes) -> tuple[float, float]:
    """Return the mean and the 99th percentile of the absolute change, in grey levels."""
    levels_HW = np.abs(_map(difference_map) - NO_CHANGE) / 8.0
    return float(levels_HW.mean()), float(np.percentile(levels_HW, 99))


def data_uri(jpeg: bytes) -> str:
    """Return a JPEG to stand within the page: no address of it is left when the page is gone."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _map(png: bytes) -> npt.NDArray[np.float32]:
    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        return np.asarray(opened.convert("L"), dtype=np.float32)


def _painted(
    photograph: bytes, layers: list[tuple[npt.NDArray[np.float32], tuple[int, int, int]]]
) -> bytes:
    height, width = layers[0][0].shape
    with Image.open(io.BytesIO(photograph), formats=READABLE) as opened:
        grey = ImageOps.grayscale(opened).resize((width, height))
    picture_HWC = np.repeat(np.asarray(grey, np.float32)[..., None], 3, axis=2) * GREY_SHARE
    for share_HW, colour in layers:
        share_HW1 = share_HW[..., None]
        picture_HWC = picture_HWC * (1 - share_HW1) + np.asarray(colour, np.float32) * share_HW1
    return _jpeg(Image.fromarray(picture_HWC.round().astype(np.uint8)))


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()

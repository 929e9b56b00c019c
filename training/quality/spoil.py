"""Spoils good photographs in the ways a camera does, as examples of what cannot be read.

The public sets hold few ungradable photographs, all of one camera. A photograph that is spoilt
until no vessel is left teaches the gate the defect and not the camera: every camera's colours are
then among the good and among the bad.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from edge_runtime.domain import FieldOfView, FloatArray, Photograph, UInt8Array
from edge_runtime.fundus.field_of_view import shrunk

# H rows, W columns, C colours

KINDS = ("defocused", "underexposed", "overexposed", "veiled", "shuffled", "recoloured")

SPOILT_RADIUS_PX = 240.0
"""Field radius at which photographs are spoilt."""


def spoilt(
    photograph: Photograph, field: FieldOfView, kind: str, chance: np.random.Generator
) -> tuple[Photograph, FieldOfView]:
    """Return the photograph spoilt in one of KINDS, more or less badly, and its field.

    Both are at reduced scale: quality is measured on a still smaller copy.
    """
    spoil = {
        "defocused": _defocused,
        "underexposed": _underexposed,
        "overexposed": _overexposed,
        "veiled": _veiled,
        "shuffled": _shuffled,
        "recoloured": _recoloured,
    }[kind]
    photograph, field = _reduced(photograph, field)
    radius = field.circle.radius_px * photograph.scale
    inside_HW1 = field.mask_HW[..., None].astype(np.float32)
    pixels_HWC = photograph.pixels_HWC.astype(np.float32) * inside_HW1
    spoilt_HWC = spoil(pixels_HWC, inside_HW1, radius, chance) * inside_HW1
    return replace(photograph, pixels_HWC=_as_pixels(spoilt_HWC)), field


def _reduced(photograph: Photograph, field: FieldOfView) -> tuple[Photograph, FieldOfView]:
    zoom = min(1.0, SPOILT_RADIUS_PX / (field.circle.radius_px * photograph.scale))
    height, width = photograph.pixels_HWC.shape[:2]
    size = (round(width * zoom), round(height * zoom))
    mask_HW = cv2.resize(field.mask_HW.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    pixels_HWC = shrunk(photograph.pixels_HWC, size)
    return replace(photograph, pixels_HWC=pixels_HWC), replace(field, mask_HW=mask_HW > 0)


def _as_pixels(picture_HWC: FloatArray) -> UInt8Array:
    return np.clip(np.rint(picture_HWC), 0, 255).astype(np.uint8)


def _blur_inside(picture_HWC: FloatArray, inside_HW1: FloatArray, sigma_px: float) -> FloatArray:
    """Blur at a size that keeps it fast; only what is inside takes part."""
    height, width = picture_HWC.shape[:2]
    zoom = min(1.0, 4.0 / sigma_px)
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    stacked = np.concatenate([picture_HWC, inside_HW1], axis=2)
    small = cv2.resize(stacked, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px * zoom)
    wide = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[..., :3] / np.maximum(wide[..., 3:], np.float32(1e-3)))


def _defocused(
    picture_HWC: FloatArray, inside_HW1: FloatArray, radius: float, chance: np.random.Generator
) -> FloatArray:
    """Blurred until the larger vessels, some 0.03 radii wide, run together."""
    return _blur_inside(picture_HWC, inside_HW1, radius * float(chance.uniform(0.03, 0.07)))


def _underexposed(
    picture_HWC: FloatArray, inside_HW1: FloatArray, radius: float, chance: np.random.Generator
) -> FloatArray:
    """Darkened until the median is 3 to 8 of 255, with the sensor's noise."""
    del radius
    median = float(np.median(picture_HWC.max(axis=2)[inside_HW1[..., 0] > 0]))
    noise = chance.normal(0.0, 1.5, picture_HWC.shape).astype(np.float32)
    return picture_HWC * (float(chance.uniform(3.0, 8.0)) / max(median, 1.0)) + noise


def _overexposed(
    picture_HWC: FloatArray, inside_HW1: FloatArray, radius: float, chance: np.random.Generator
) -> FloatArray:
    """Brightened until even green is burnt out over most of the field."""
    del radius
    green = float(np.percentile(picture_HWC[..., 1][inside_HW1[..., 0] > 0], 20))
    return picture_HWC * (float(chance.uniform(245.0, 400.0)) / max(green, 1.0))


def _veiled(
    picture_HWC: FloatArray, inside_HW1: FloatArray, radius: float, chance: np.random.Generator
) -> FloatArray:
    """Mixed with scattered light, and softened, as through a cataract or a dirty lens."""
    share = float(chance.uniform(0.85, 0.97))
    soft = _blur_inside(picture_HWC, inside_HW1, radius * float(chance.uniform(0.01, 0.03)))
    scattered = _blur_inside(picture_HWC, inside_HW1, radius * 0.3)
    return soft * (1.0 - share) + scattered * share


def _shuffled(
    picture_HWC: FloatArray, inside_HW1: FloatArray, radius: float, chance: np.random.Generator
) -> FloatArray:
    """Cut into tiles of 0.15 to 0.4 radii that change places: a scene, but of no eye."""
    del inside_HW1
    side = max(4, round(radius * float(chance.uniform(0.15, 0.4))))
    down, across = (size // side for size in picture_HWC.shape[:2])
    tiles = [
        picture_HWC[row * side : (row + 1) * side, column * side : (column + 1) * side]
        for row in range(down)
        for column in range(across)
    ]
    result = picture_HWC.copy()
    for place, taken in enumerate(chance.permutation(len(tiles))):
        row, column = place // across * side, place % across * side
        result[row : row + side, column : column + side] = tiles[taken]
    return result


def _recoloured(
    picture_HWC: FloatArray, inside_HW1: FloatArray, radius: float, chance: np.random.Generator
) -> FloatArray:
    """Lit in other colours than a fundus has: the channels change places."""
    del inside_HW1, radius
    order = ((1, 0, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1))[int(chance.integers(4))]
    return np.asarray(picture_HWC[..., list(order)])

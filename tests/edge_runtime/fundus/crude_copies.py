"""Good photographs spoilt in plain grey levels, by hand and in one line each.

Nothing here is shared with the degrader that the gate learns from (`training/camera`): no light, no
optics, no severities. Each is so bad that nobody would keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array

# H rows, W columns, C colours

Crude = Callable[[UInt8Array, FovCircle], UInt8Array]


def _levels(picture: FloatArray | UInt8Array) -> UInt8Array:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _places(picture_HWC: UInt8Array, circle: FovCircle) -> tuple[FloatArray, FloatArray]:
    """Columns and rows of all pixels, from the field's centre, in radii."""
    rows, columns = np.indices(picture_HWC.shape[:2], dtype=np.float32)
    return (columns - circle.x_px) / circle.radius_px, (rows - circle.y_px) / circle.radius_px


def _field(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    """1 in the field, 0 on the black around it; shape (H, W, 1)."""
    x, y = _places(picture_HWC, circle)
    lit = picture_HWC.max(axis=2) > 12
    return (lit & (np.hypot(x, y) < 1.0)).astype(np.uint8)[..., None]


def _in_field(picture_HWC: UInt8Array, circle: FovCircle, wanted: FloatArray) -> UInt8Array:
    field = _field(picture_HWC, circle)
    return _levels(wanted * field + picture_HWC * (1.0 - field))


def _blended(amount: float, veil_C: tuple[int, int, int] | None = None) -> Crude:
    def veiled(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
        field = _field(picture_HWC, circle)[..., 0] > 0
        veil = picture_HWC[field].mean(axis=0) if veil_C is None else np.array(veil_C)
        return _in_field(picture_HWC, circle, picture_HWC * (1.0 - amount) + veil * amount)

    return veiled


def _smoothed(radii: float) -> Crude:
    def smooth(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
        return _levels(cv2.GaussianBlur(picture_HWC, (0, 0), radii * circle.radius_px))

    return smooth


def _boxed(across: float, down: float) -> Crude:
    def box(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
        size = tuple(max(1, round(share * circle.radius_px)) for share in (across, down))
        return _levels(cv2.blur(picture_HWC, size))

    return box


def _from_few_pixels(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    zoom = 18.0 / circle.radius_px
    small = cv2.resize(picture_HWC, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    return _levels(cv2.resize(small, picture_HWC.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def _times(factor: float) -> Crude:
    return lambda picture_HWC, circle: _levels(picture_HWC * np.float32(factor))


def _power(power: float) -> Crude:
    return lambda picture_HWC, circle: _levels(255.0 * (picture_HWC / np.float32(255.0)) ** power)


def _lifted(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    return _in_field(picture_HWC, circle, picture_HWC.astype(np.float32) * 1.5 + 150.0)


def _white_spot(x0: float, y0: float, radius: float) -> Crude:
    def spot(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
        x, y = _places(picture_HWC, circle)
        cover = cv2.GaussianBlur(
            (np.hypot(x - x0, y - y0) < radius).astype(np.float32), (0, 0), 0.04 * circle.radius_px
        )[..., None]
        return _in_field(picture_HWC, circle, picture_HWC * (1.0 - cover) + 255.0 * cover)

    return spot


def _white_ring(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    x, y = _places(picture_HWC, circle)
    cover = np.clip((np.hypot(x, y) - 0.7) / 0.1, 0.0, 1.0)[..., None]
    return _in_field(picture_HWC, circle, picture_HWC * (1.0 - cover) + 250.0 * cover)


def _shrunk_onto_black(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    height, width = picture_HWC.shape[:2]
    zoom = 0.3 * min(height, width) / (2.0 * circle.radius_px)
    small = cv2.resize(picture_HWC, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    result = np.zeros_like(picture_HWC)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 3
    result[top : top + small.shape[0], left : left + small.shape[1]] = small
    return result


def _through_a_hole(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    x, y = _places(picture_HWC, circle)
    shorter = min(picture_HWC.shape[:2]) / circle.radius_px
    return _levels(picture_HWC * (np.hypot(x, y) < 0.17 * shorter)[..., None])


def _cut(x_sign: float, y_sign: float, colour: tuple[int, int, int]) -> Crude:
    """What lies beyond a line near the centre is one colour: black, a shadow, a lid."""

    def cut(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
        x, y = _places(picture_HWC, circle)
        beyond = (x * x_sign + y * y_sign > 0.05).astype(np.float32)
        cover = cv2.GaussianBlur(beyond, (0, 0), 0.03 * circle.radius_px)[..., None]
        veil = np.array(colour, np.float32)
        return _in_field(picture_HWC, circle, picture_HWC * (1.0 - cover) + veil * cover)

    return cut


def _moved_out(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    away = round(picture_HWC.shape[1] / 2 - circle.x_px + 1.0 * circle.radius_px)
    matrix = np.array([[1.0, 0.0, away], [0.0, 1.0, 0.0]], np.float32)
    return _levels(cv2.warpAffine(picture_HWC, matrix, picture_HWC.shape[1::-1]))


def _one_hue(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    return np.repeat(picture_HWC[..., 1:2], 3, axis=2)


def _negative(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    return _in_field(picture_HWC, circle, 255.0 - picture_HWC)


def _printed_page(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    page = np.full(picture_HWC.shape, (245, 235, 215), np.uint8)
    step = max(12, round(0.12 * circle.radius_px))
    for row in range(step, page.shape[0], step):
        cv2.putText(page, "foreseye reads eyes " * 6, (8, row), 0, step / 40.0, (30, 30, 30), 2)
    return _in_field(picture_HWC, circle, page.astype(np.float32))


def _bare_skin(picture_HWC: UInt8Array, circle: FovCircle) -> UInt8Array:
    x, y = _places(picture_HWC, circle)
    shade = (1.0 - 0.25 * np.hypot(x, y))[..., None]
    grain = np.random.default_rng(7).normal(0.0, 2.0, picture_HWC.shape)
    skin = shade * np.array([215.0, 160.0, 130.0]) + grain
    return _in_field(picture_HWC, circle, skin.astype(np.float32))


CRUDE: Final[dict[str, dict[str, Crude]]] = {
    "blur": {
        "Gaussian": _smoothed(0.035),
        "strong Gaussian": _smoothed(0.07),
        "box": _boxed(0.1, 0.1),
        "slanting hand": _boxed(0.2, 0.03),
        "few pixels": _from_few_pixels,
    },
    "dark": {"an eighth": _times(0.125), "a twentieth": _times(0.05), "power": _power(4.0)},
    "bright": {"fourfold": _times(4.0), "lifted": _lifted},
    "glare": {
        "spot in the middle": _white_spot(0.0, 0.0, 0.45),
        "spot at the rim": _white_spot(-0.7, 0.4, 0.6),
        "ring": _white_ring,
    },
    "small_field": {"far away": _shrunk_onto_black, "through a hole": _through_a_hole},
    "clipped_field": {
        "black below": _cut(0.0, 1.0, (0, 0, 0)),
        "shadow to the left": _cut(-1.0, 0.3, (14, 8, 6)),
        "lid above": _cut(0.1, -1.0, (110, 80, 65)),
        "red lid above": _cut(-0.1, -1.0, (120, 50, 25)),
        "out of the frame": _moved_out,
    },
    "haze": {
        "own veil": _blended(0.88),
        "grey veil": _blended(0.85, (140, 120, 95)),
        "yellow veil": _blended(0.85, (190, 130, 50)),
    },
    "not_a_fundus": {
        "one hue": _one_hue,
        "negative": _negative,
        "printed page": _printed_page,
        "bare skin": _bare_skin,
    },
}
"""By defect, then by how it was made."""

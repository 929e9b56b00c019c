"""Round fields drawn for the tests: enough of a fundus for geometry and for quality."""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FovCircle, Photograph, UInt8Array

FUNDUS_RGB = (170.0, 85.0, 30.0)


def photograph_of(pixels_HWC: UInt8Array, scale: float = 1.0) -> Photograph:
    """The photograph that these pixels are the decoding of, at `scale` of its size."""
    height, width = pixels_HWC.shape[:2]
    return Photograph(
        "drawn.png", "0" * 64, round(width / scale), round(height / scale), pixels_HWC
    )


def draw_field(
    circle: FovCircle, width_px: int, height_px: int, light: float = 1.0, seed: int = 0
) -> UInt8Array:
    """A field on black: red over green over blue, a disc, vessels, darker to its rim, noise."""
    rows, columns = np.mgrid[:height_px, :width_px]
    away = np.hypot(columns - circle.x_px, rows - circle.y_px) / circle.radius_px
    picture = np.asarray(FUNDUS_RGB) * (1.0 - 0.25 * away[..., None] ** 2)
    picture = picture.astype(np.float32)
    _draw_vessels(picture, circle)
    centre = (round(circle.x_px + 0.5 * circle.radius_px), round(circle.y_px))
    cv2.circle(picture, centre, round(0.13 * circle.radius_px), (235.0, 190.0, 110.0), -1)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.004 * circle.radius_px + 0.3) * light
    picture += np.random.default_rng(seed).normal(0.0, 1.5, picture.shape)
    picture[away > 1.0] = 0.0
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _draw_vessels(picture: np.ndarray, circle: FovCircle) -> None:
    """Arcs from the disc to the far side, two above and two below, a little darker than around."""
    along = np.linspace(0.0, 1.0, 60)
    for bend in (-0.75, -0.4, 0.4, 0.75):
        x = circle.x_px + circle.radius_px * (0.5 - 1.3 * along)
        y = circle.y_px + circle.radius_px * bend * np.sin(np.pi * along**0.7)
        line = np.stack([x, y], axis=1).round().astype(np.int32)
        width = max(1, round(0.028 * circle.radius_px))
        cv2.polylines(picture, [line], False, (120.0, 45.0, 18.0), width, cv2.LINE_AA)

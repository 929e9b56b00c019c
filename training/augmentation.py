"""How training shows a photograph anew: placement and camera. Here and nowhere else.

Legend: H rows, W columns, C colours.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import UInt8Array


def placement(
    side_px: int,
    out_px: int,
    rng: np.random.Generator,
    *,
    zoom: tuple[float, float],
    turn_degrees: float,
    reach_px: float,
    mirrored: bool = True,
) -> np.ndarray:
    """Return the 2x3 affine map from a square image to the picture that training shows.

    The zoom is drawn log-uniformly, the turn from plus or minus `turn_degrees`, the shift from a
    disc of radius `reach_px`; half of the pictures are mirrored where that is allowed.
    """
    scale = float(np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1]))))
    angle = rng.uniform(-turn_degrees, turn_degrees)
    matrix = cv2.getRotationMatrix2D((side_px / 2, side_px / 2), angle, scale)
    if mirrored and rng.random() < 0.5:
        flip = np.array([[-1.0, 0.0, side_px - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        matrix = matrix @ flip
    direction, distance = rng.uniform(0, 2 * np.pi), reach_px * np.sqrt(rng.random())
    matrix[0, 2] += out_px / 2 - side_px / 2 + distance * np.cos(direction)
    matrix[1, 2] += out_px / 2 - side_px / 2 + distance * np.sin(direction)
    return np.asarray(matrix)


def placed(picture: UInt8Array, matrix: np.ndarray, out_px: int, border: int = 0) -> UInt8Array:
    """Return a picture or mask moved to its place, of side `out_px`."""
    moved = cv2.warpAffine(
        picture,
        matrix,
        (out_px, out_px),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(border,) * 3,
    )
    return np.asarray(moved, dtype=np.uint8)


def other_camera(image_HWC: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Return the image under another camera: colour, exposure, shading, focus, noise."""
    outside_HW = image_HWC.max(axis=2) == 0
    light_HWC = np.asarray(cv2.LUT(image_HWC, _response(rng)), dtype=np.float32)
    light_HWC *= _shading(len(light_HWC), rng)[..., None]
    if rng.random() < 0.2:
        light_HWC = np.asarray(cv2.GaussianBlur(light_HWC, (0, 0), rng.uniform(0.4, 1.2)))
    if rng.random() < 0.5:
        noise_HWC = rng.standard_normal(light_HWC.shape, dtype=np.float32)
        light_HWC += noise_HWC * np.float32(rng.uniform(0.0, 3.8))
    light_HWC += np.float32(rng.uniform(-10.0, 20.0))
    seen_HWC = np.clip(light_HWC, 0.0, 255.0, out=light_HWC).astype(np.uint8)
    seen_HWC[outside_HW] = 0
    return seen_HWC


def _response(rng: np.random.Generator) -> np.ndarray:
    """Return what each value becomes in each colour, shape (1, 256, C), float32."""
    gamma = float(np.exp(rng.normal(0.0, 0.2)))
    gain_C = np.exp(rng.normal(0.0, 0.12, size=3) + rng.normal(0.0, 0.15))
    curve_V = 255.0 * np.power(np.arange(256) / 255.0, gamma)
    return np.asarray((curve_V[:, None] * gain_C)[None], dtype=np.float32)


def _shading(side_px: int, rng: np.random.Generator) -> np.ndarray:
    """Return a slow light field around 1, shape (side_px, side_px), float32."""
    coarse = rng.normal(1.0, 0.12, size=(3, 3)).astype(np.float32)
    return cv2.resize(coarse, (side_px, side_px), interpolation=cv2.INTER_CUBIC)

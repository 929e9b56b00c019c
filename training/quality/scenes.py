"""What is no colour photograph of an eye though it has its field: cut up, recoloured, grey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array
from training.camera.light import gaussian, scene_of, slow_field

Scene = Callable[[UInt8Array, FovCircle, np.random.Generator], UInt8Array]


def shuffled(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
    """Return the picture with tiles of 0.15 to 0.4 radii that lie in the field changing places."""
    side = max(4, round(circle.radius_px * float(rng.uniform(0.15, 0.4))))
    inside_HW = scene_of(picture_HWC, circle).inside_HW > 0.5
    down, across = (size // side for size in picture_HWC.shape[:2])
    tiles = [
        (slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side))
        for row in range(down)
        for column in range(across)
    ]
    tiles = [tile for tile in tiles if inside_HW[tile].all()]
    result_HWC = picture_HWC.copy()
    for tile, taken in zip(tiles, rng.permutation(len(tiles)), strict=True):
        result_HWC[tile] = picture_HWC[tiles[int(taken)]]
    return result_HWC


def recoloured(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
    """Return the picture with its channels in another order: no fundus has such colours."""
    del circle
    order = ((1, 0, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1))[int(rng.integers(4))]
    return np.ascontiguousarray(picture_HWC[..., list(order)])


def colourless(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
    """Return the picture in one hue: red-free, or with bright vessels as in an angiogram.

    These do show an eye, but nothing that foreseye reads was learned from them.
    """
    green_HW = picture_HWC[..., 1].astype(np.float32)
    if rng.random() < 0.4:
        inside_HW = scene_of(picture_HWC, circle).inside_HW
        most = float(np.quantile(green_HW[inside_HW > 0.5], 0.99))
        green_HW = np.clip(most - green_HW, 0.0, 255.0) * inside_HW
    tint_C = np.array([1.0, 1.0, 1.0]) if rng.random() < 0.6 else rng.uniform(0.8, 1.0, 3)
    return np.asarray(green_HW[..., None] * tint_C, dtype=np.uint8)


def elsewhere(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
    """Return a surface with a few things on it, in the field's place: skin, paper, wall, a room.

    Warm of colour as a fundus is; one in four shows nothing at all.
    """
    scene = scene_of(picture_HWC, circle)
    red = float(rng.uniform(70.0, 240.0))
    green = red * float(rng.uniform(0.35, 1.0))
    colour_C = np.array([red, green, green * float(rng.uniform(0.25, 1.0))])
    surface_HWC = slow_field(scene, 0.7, 1.2, rng)[..., None] * colour_C
    for _ in range(int(rng.integers(1, 12)) if rng.random() < 0.75 else 0):
        surface_HWC = _with_a_thing(surface_HWC.astype(np.float32), circle, rng)
    surface_HWC = gaussian(surface_HWC, circle.radius_px * float(rng.uniform(0.003, 0.03)))
    surface_HWC = surface_HWC + rng.normal(0.0, rng.uniform(0.5, 3.0), surface_HWC.shape)
    inside_HW1 = scene.inside_HW[..., None]
    shown_HWC = surface_HWC * inside_HW1 + picture_HWC * (1.0 - inside_HW1)
    return np.clip(shown_HWC, 0.0, 255.0).astype(np.uint8)


def _with_a_thing(
    surface_HWC: FloatArray, circle: FovCircle, rng: np.random.Generator
) -> FloatArray:
    """The surface with an ellipse or a stroke of its own colour on it."""
    x, y = (
        round(float(middle + rng.uniform(-0.8, 0.8) * circle.radius_px))
        for middle in (circle.x_px, circle.y_px)
    )
    wide, high = (max(2, round(float(rng.uniform(0.05, 0.4)) * circle.radius_px)) for _ in "wh")
    colour = tuple(float(level) for level in rng.uniform(20.0, 240.0) * rng.uniform(0.5, 1.0, 3))
    if rng.random() < 0.6:
        angle = float(rng.uniform(0.0, 180.0))
        cv2.ellipse(surface_HWC, (x, y), (wide, high), angle, 0.0, 360.0, colour, cv2.FILLED)
    else:
        end = (x + wide * (1 if rng.random() < 0.5 else -1), y + high)
        cv2.line(surface_HWC, (x, y), end, colour, max(1, wide // 8))
    return surface_HWC


SCENES: Final[dict[str, Scene]] = {
    "shuffled": shuffled,
    "recoloured": recoloured,
    "colourless": colourless,
    "elsewhere": elsewhere,
}

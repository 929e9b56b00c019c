"""What is no eye though it has an eye's field: the same light cut up, or in other colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from edge_runtime.domain import FovCircle, UInt8Array
from training.camera.light import scene_of

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


SCENES: Final[dict[str, Scene]] = {"shuffled": shuffled, "recoloured": recoloured}

"""What is no eye though it has an eye's field: the same light cut up, or in other colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from edge_runtime.domain import FovCircle, UInt8Array
from training.camera.light import scene_of

Scene = Callable[[UInt8Array, FovCircle, np.random.Generator], UInt8Array]


def shuffled(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
    """Return the picture cut into tiles of 0.15 to 0.4 radii that change places in the field."""
    side = max(4, round(circle.radius_px * float(rng.uniform(0.15, 0.4))))
    down, across = (size // side for size in picture_HWC.shape[:2])
    places = [
        (slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side))
        for row in range(down)
        for column in range(across)
    ]
    result_HWC = picture_HWC.copy()
    for place, taken in zip(places, rng.permutation(len(places)), strict=True):
        result_HWC[place] = picture_HWC[places[int(taken)]]
    inside_HW1 = scene_of(picture_HWC, circle).inside_HW[..., None] > 0.5
    return np.asarray(np.where(inside_HW1, result_HWC, picture_HWC), dtype=np.uint8)


def recoloured(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
    """Return the picture with its channels in another order: no fundus has such colours."""
    del circle
    order = ((1, 0, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1))[int(rng.integers(4))]
    return np.ascontiguousarray(picture_HWC[..., list(order)])


SCENES: Final[dict[str, Scene]] = {"shuffled": shuffled, "recoloured": recoloured}

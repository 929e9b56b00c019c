"""The same eye as a community nurse photographs it: a telephone behind a 20 D lens.

A smaller field on black, not quite in the middle; uneven, slightly wrong light; soft, noisy and
strongly compressed; reflections of the lens that hide little. All defects stay below the level at
which a grader would take the photograph again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array
from training.camera.framing import centre_of, placed, placement, stopped_down, whole_circle
from training.camera.light import Scene, picture_of, scene_of
from training.camera.optics import defocused, glared, moved
from training.camera.sensor import bloomed, colour_cast, jpeg, noisy, vignetted

FIELD_OVER_FRAME = (0.62, 0.9)
"""Diameter of the field over the frame's shorter side."""


@dataclass(frozen=True)
class PhoneView:
    """A telephone's picture, its field, and where each pixel of the photograph went."""

    picture_HWC: UInt8Array
    circle: FovCircle
    from_photograph_23: FloatArray
    """2 x 3 affine map from the photograph's pixels (x, y, 1) to the picture's, for masks."""


def phone_photograph(
    picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator
) -> UInt8Array:
    """Return a believable telephone picture of the same eye, at the same size."""
    return phone_view(picture_HWC, circle, rng).picture_HWC


def phone_view(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> PhoneView:
    """Return the telephone's picture with its geometry; `circle` is in the picture's pixels."""
    height, width = picture_HWC.shape[:2]
    scene = scene_of(picture_HWC, circle)
    scene = stopped_down(scene, whole_circle(scene))
    diameter = min(height, width) * rng.uniform(*FIELD_OVER_FRAME)
    zoom = min(1.0, diameter / (2.0 * scene.radius_px))
    radius = zoom * scene.radius_px
    room = np.maximum(np.array([width, height]) / 2.0 - radius, 0.0)
    x, y = np.array([width, height]) / 2.0 + rng.uniform(-0.6, 0.6, size=2) * room
    there = FovCircle(float(x), float(y), radius)
    moved_map = placement(scene, zoom, (there.x_px, there.y_px))
    small = scene_of(picture_of(placed(scene, zoom, (there.x_px, there.y_px))), there)
    return PhoneView(_taken(small, rng), there, moved_map)


def _taken(scene: Scene, rng: np.random.Generator) -> UInt8Array:
    """The scene through lens, shaking hand, sensor and file."""
    column, row = centre_of(scene)
    circle = FovCircle(column, row, scene.radius_px)
    for operator, most in (
        (vignetted, 0.35),
        (colour_cast, 0.6),
        (defocused, 0.25),
        (moved, 0.12),
        (glared, 0.2),
    ):
        light = operator(scene, float(rng.uniform(0.0, most)), rng)
        scene = scene_of(picture_of(light), circle)
    light = noisy(bloomed(scene, 0.5, rng.uniform(0.0, 0.08)), rng.uniform(0.2, 1.0), rng)
    return jpeg(picture_of(light), float(rng.uniform(0.2, 0.6)))

"""The same good eye as another make of camera photographs it: angle, frame, colour, tone, file.

Sets come from one camera each. What is learned from a handful of them must not take the next
camera's narrower field, disc in the middle or redder light for a defect, so nothing here is one:
every such picture is as good as the photograph that it was made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array
from training.camera.framing import stopped_down, whole_circle
from training.camera.light import FULL_LEVEL, Scene, picture_of, scene_of
from training.camera.sensor import colour_cast, jpeg, noisy, vignetted

NARROWER = 0.6
"""How often the field is narrower than the photograph's, somewhere inside it."""

FIELD_SHARE = (0.62, 1.0)
"""Its radius over that of the photograph's whole field: 30 degrees where 45 were."""

WIDEST_SHARE = 0.9
"""What shows no rim is the middle of a field at least so wide, or too few vessels would be left."""

LEAST_RADIUS_PX = 160.0
"""No field is made smaller: quality is measured on copies of this radius."""

MEDIAN_LEVEL = (45.0, 190.0)
"""Grey levels between which the field's median is exposed; clinics accept 35."""

TONE = (0.8, 1.25)
"""Power of the light, as makers differ in contrast."""

SOFTNESS, SHARPENING = 0.005, 0.6
"""Most blur, in radii, of a softer lens; most of the difference that a camera's sharpening adds."""

ROUND, CUT, CUT_ALL_ROUND, NO_RIM = "round", "cut", "cut_all_round", "no_rim"

FRAMES = (ROUND, ROUND, CUT, CUT, CUT_ALL_ROUND, NO_RIM)
"""How often the frame leaves the field whole, cuts it above and below, all round, or hides its rim.

Always alike on opposite sides: a field cut on one side is a defect.
"""


@dataclass(frozen=True)
class CameraView:
    """Another camera's picture and its field."""

    picture_HWC: UInt8Array
    circle: FovCircle


def other_camera(
    picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator
) -> CameraView:
    """Return the eye of an RGB photograph as another camera shows it; `circle` is its field.

    The same generator state gives the same picture.
    """
    scene = scene_of(picture_HWC, circle)
    frame = FRAMES[int(rng.integers(len(FRAMES)))]
    narrower = bool(rng.random() < NARROWER)
    if narrower:
        circle = _narrower(whole_circle(scene), WIDEST_SHARE if frame == NO_RIM else 0.0, rng)
        scene = stopped_down(scene, circle)
    return _framed(_taken(scene, rng), circle, _half_sides(frame, rng), narrower)


def _narrower(whole: FovCircle, least: float, rng: np.random.Generator) -> FovCircle:
    least = min(1.0, max(least, FIELD_SHARE[0], LEAST_RADIUS_PX / whole.radius_px))
    share = float(rng.uniform(least, FIELD_SHARE[1]))
    angle = float(rng.uniform(0.0, 2.0 * np.pi))
    away_px = float(rng.uniform(0.0, 1.0 - share)) * whole.radius_px
    x, y = whole.x_px + away_px * np.cos(angle), whole.y_px + away_px * np.sin(angle)
    return FovCircle(float(x), float(y), share * whole.radius_px)


def _taken(scene: Scene, rng: np.random.Generator) -> UInt8Array:
    """The scene in another camera's light, lens and file."""
    light = colour_cast(scene, float(rng.uniform(0.0, 0.6)), rng)
    scene = _with(scene, vignetted(_with(scene, light), float(rng.uniform(0.0, 0.35)), rng))
    scene = _with(scene, scene.within(_toned(scene, rng)))
    scene = _with(scene, scene.within(_focused(scene, rng)))
    light = noisy(scene.light_HWC, float(rng.uniform(0.0, 0.3)), rng)
    return jpeg(picture_of(scene.within(light)), float(rng.uniform(0.0, 0.35)))


def _with(scene: Scene, light_HWC: FloatArray) -> Scene:
    return Scene(light_HWC, scene.inside_HW, scene.x_HW, scene.y_HW, scene.radius_px)


def _toned(scene: Scene, rng: np.random.Generator) -> FloatArray:
    """Light of another contrast, exposed so that the median stays within MEDIAN_LEVEL."""
    light = np.clip(scene.light_HWC, 0.0, 1.0) ** np.float32(rng.uniform(*TONE))
    own = float(np.median(light[scene.inside_HW > 0.5][:, :2].max(axis=1)))
    low, high = ((level / FULL_LEVEL) ** 2 for level in MEDIAN_LEVEL)
    wanted = float(np.clip(own * np.exp(rng.uniform(np.log(0.5), np.log(1.4))), low, high))
    return np.asarray(light * np.float32(wanted / max(own, 1e-4)), np.float32)


def _focused(scene: Scene, rng: np.random.Generator) -> FloatArray:
    """Light a little softer, or sharpened as many cameras do."""
    softer = scene.blurred(scene.light_HWC, float(rng.uniform(0.001, SOFTNESS)))
    if rng.random() < 0.5:
        return softer
    added = np.float32(rng.uniform(0.0, SHARPENING)) * (scene.light_HWC - softer)
    return np.asarray(np.maximum(scene.light_HWC + added, 0.0), np.float32)


def _framed(
    picture_HWC: UInt8Array, circle: FovCircle, half_sides: tuple[float, float], widened: bool
) -> CameraView:
    """The picture cut or, where its field is round, widened about its field."""
    across, down = (half * circle.radius_px for half in half_sides)
    left, top = round(circle.x_px - across), round(circle.y_px - down)
    right, bottom = round(circle.x_px + across) + 1, round(circle.y_px + down) + 1
    height, width = picture_HWC.shape[:2]
    if not widened:  # the frame may cut this field already
        left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
    inside = picture_HWC[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    beyond = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    framed = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_CONSTANT)
    there = FovCircle(circle.x_px - left, circle.y_px - top, circle.radius_px)
    return CameraView(np.ascontiguousarray(framed, dtype=np.uint8), there)


def _half_sides(frame: str, rng: np.random.Generator) -> tuple[float, float]:
    """Half the width and half the height of the frame, in radii of the field."""
    if frame == ROUND:
        return float(rng.uniform(1.02, 1.5)), float(rng.uniform(1.02, 1.1))
    if frame == CUT:
        return float(rng.uniform(1.02, 1.3)), float(rng.uniform(0.78, 0.98))
    if frame == CUT_ALL_ROUND:
        return float(rng.uniform(0.82, 0.97)), float(rng.uniform(0.82, 0.97))
    return float(rng.uniform(0.6, 0.72)), float(rng.uniform(0.55, 0.68))

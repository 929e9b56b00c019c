"""What of the eye the camera sees: too far away, beside the pupil, behind lid and lashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle
from training.camera.light import LIGHT_OF_LEVEL, Scene, gaussian, slow_field
from training.camera.optics import LEVELS, strength

FIELD_OVER_FRAME = (0.40, 0.15)
"""Diameter of the field over the frame's shorter side at severities 0.5 and 1."""

SHARE_LOST = (0.0, 0.38, 0.78)
"""Share of the field that is cut off or covered."""

DISC_POINTS = 4096
"""Points of the disc by which a share of it is counted."""


def far_away(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the field seen too small: from too far, or (one in three) through a narrow pupil."""
    height, width = scene.inside_HW.shape
    whole = whole_circle(scene)
    own = 2.0 * whole.radius_px / min(height, width)
    levels = (own, min(FIELD_OVER_FRAME[0], 0.8 * own), min(FIELD_OVER_FRAME[1], 0.4 * own))
    zoom = float(np.exp(np.interp(severity, LEVELS, np.log(levels)))) / own
    if severity == 0.0:
        return scene.light_HWC
    if rng.random() < 1.0 / 3.0:
        return stopped_down(scene, replace(whole, radius_px=zoom * whole.radius_px)).light_HWC
    shift = rng.uniform(-0.5, 0.5, size=2) * (1.0 - zoom) * 0.5 * min(height, width)
    x, y = width / 2.0 + shift[0], height / 2.0 + shift[1]
    return placed(stopped_down(scene, whole), zoom, (float(x), float(y)))


def whole_circle(scene: Scene) -> FovCircle:
    """Return the largest circle about the field's or the frame's middle that shows eye all over.

    Cameras cut the field at the frame; a lens in the hand shows a whole round one.
    """
    height, width = scene.inside_HW.shape
    column, row = centre_of(scene)
    circles = []
    for x, y in ((column, row), ((width - 1) / 2.0, (height - 1) / 2.0)):
        to_frame = min(x, width - 1 - x, y, height - 1 - y)
        to_rim = scene.radius_px - float(np.hypot(x - column, y - row))
        circles.append(FovCircle(x, y, max(4.0, min(to_frame, to_rim))))
    return max(circles, key=lambda circle: circle.radius_px)


def stopped_down(scene: Scene, circle: FovCircle) -> Scene:
    """Return the scene with the surround's light everywhere but in a circle: another field."""
    column, row = centre_of(scene)
    x_HW = (scene.x_HW * scene.radius_px + (column - circle.x_px)) / circle.radius_px
    y_HW = (scene.y_HW * scene.radius_px + (row - circle.y_px)) / circle.radius_px
    edge_HW = (1.0 - np.hypot(x_HW, y_HW)) * circle.radius_px + 0.5
    inside_HW = np.clip(edge_HW, 0.0, 1.0).astype(np.float32)
    inside_HW1 = inside_HW[..., None]
    light = scene.light_HWC * inside_HW1 + _surround(scene) * (1.0 - inside_HW1)
    return Scene(
        np.asarray(light, np.float32),
        inside_HW,
        x_HW.astype(np.float32),
        y_HW.astype(np.float32),
        circle.radius_px,
    )


def placed(scene: Scene, zoom: float, centre_px: tuple[float, float]) -> FloatArray:
    """Return the scene at another size, its field's centre at a place of the same frame."""
    return _warped(scene, placement(scene, zoom, centre_px), zoom)


def placement(scene: Scene, zoom: float, centre_px: tuple[float, float]) -> FloatArray:
    """Return the 2 x 3 map from the scene's pixels to those of `placed`."""
    column, row = centre_of(scene)
    return np.array(
        [[zoom, 0.0, centre_px[0] - zoom * column], [0.0, zoom, centre_px[1] - zoom * row]],
        np.float32,
    )


def centre_of(scene: Scene) -> tuple[float, float]:
    """Return column and row of the field's centre."""
    return (
        float(-scene.x_HW[0, 0] * scene.radius_px),
        float(-scene.y_HW[0, 0] * scene.radius_px),
    )


def clipped(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the field cut off: decentred in the frame, shaded by the pupil, or behind a lid."""
    chosen = (decentred, shaded, behind_a_lid)[int(rng.integers(3))]
    return chosen(scene, severity, rng)


def decentred(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the scene moved until a share of the field has left the frame."""
    column, row = centre_of(scene)
    circle = FovCircle(column, row, scene.radius_px)
    x, y = shift_to_lose(circle, scene.inside_HW.shape, severity, rng)
    return placed(scene, 1.0, (column + x, row + y))


def shift_to_lose(
    circle: FovCircle, shape: tuple[int, ...], severity: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return how far, in pixels right and down, a field moves until the frame cuts off its share.

    The direction is random; `shape` is rows and columns of the frame.
    """
    x_N, y_N = _points_of_the_disc(rng)
    angle = rng.uniform(0.0, 2.0 * np.pi)

    def lost(by_radii: float) -> float:
        columns = circle.x_px + (x_N + by_radii * np.cos(angle)) * circle.radius_px
        rows = circle.y_px + (y_N + by_radii * np.sin(angle)) * circle.radius_px
        seen = (columns >= 0) & (columns < shape[1]) & (rows >= 0) & (rows < shape[0])
        return 1.0 - float(seen.mean())

    wanted = lost(0.0) + strength(severity, SHARE_LOST) * (1.0 - lost(0.0))
    by = _least(lost, wanted, 4.0) * circle.radius_px
    return by * float(np.cos(angle)), by * float(np.sin(angle))


def shaded(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the scene with one side in the shadow of the iris, a crescent."""
    angle, size = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.9, 1.4)
    x_N, y_N = _points_of_the_disc(rng)

    def shadow(x: FloatArray, y: FloatArray, by: float) -> FloatArray:
        beyond = np.hypot(x + by * np.cos(angle), y + by * np.sin(angle)) - size
        return np.asarray(beyond, np.float32)

    def lost(by: float) -> float:
        return float((shadow(x_N, y_N, by) > 0.0).mean())

    wanted = lost(0.0) + strength(severity, SHARE_LOST) * (1.0 - lost(0.0))
    by = _least(lost, wanted, 3.0)
    beyond_HW = shadow(scene.x_HW, scene.y_HW, by)
    cover_HW1 = _soft(beyond_HW, rng.uniform(0.04, 0.16))[..., None] * min(1.0, 4.0 * severity)
    left = rng.uniform(0.0, 0.03)
    return scene.within(scene.light_HWC * (1.0 - cover_HW1 * (1.0 - left)))


def behind_a_lid(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the scene with a lid over it from above or below, its lashes hanging into it."""
    side = 1.0 if rng.random() < 0.3 else -1.0
    bend, tilt = rng.uniform(-0.3, 0.1), rng.uniform(-0.25, 0.25)
    beyond_HW = side * scene.y_HW - bend * scene.x_HW**2 - tilt * scene.x_HW
    x_N, y_N = _points_of_the_disc(rng)
    beyond_N = side * y_N - bend * x_N**2 - tilt * x_N
    edge = float(np.quantile(beyond_N, 1.0 - strength(severity, SHARE_LOST)))
    cover_HW = _soft(np.asarray(beyond_HW - edge, np.float32), rng.uniform(0.03, 0.12))
    cover_HW = np.maximum(cover_HW, _lashes(scene, beyond_HW - edge, side, rng))
    cover_HW1 = cover_HW[..., None] * min(1.0, 4.0 * severity)
    skin_C = np.array([1.0, rng.uniform(0.3, 0.7), rng.uniform(0.15, 0.5)], np.float32)
    shade_HW1 = slow_field(scene, 0.5, 1.0, rng)[..., None]
    skin = skin_C * shade_HW1 * np.float32(rng.uniform(0.0, 0.25) ** 1.5)
    return scene.within(scene.light_HWC * (1.0 - cover_HW1) + skin * cover_HW1)


def _lashes(
    scene: Scene, beyond_HW: FloatArray, side: float, rng: np.random.Generator
) -> FloatArray:
    """Dark strokes out of focus, from the edge of the lid into the field."""
    strokes_HW = np.zeros(scene.inside_HW.shape, np.float32)
    column, row = centre_of(scene)
    for _ in range(int(rng.integers(0, 12))):
        x = rng.uniform(-0.8, 0.8)
        at = np.abs(scene.x_HW[0] - x).argmin()
        y = scene.y_HW[np.abs(beyond_HW[:, at]).argmin(), 0]
        end_x, end_y = x + rng.uniform(-0.2, 0.2), y - side * rng.uniform(0.1, 0.45)
        ends = [
            (column + px * scene.radius_px, row + py * scene.radius_px)
            for px, py in ((x, y), (end_x, end_y))
        ]
        first, last = (tuple(round(float(v)) for v in end) for end in ends)
        width_px = max(1, round(rng.uniform(0.01, 0.03) * scene.radius_px))
        cv2.line(strokes_HW, first, last, 1.0, width_px)
    return np.asarray(gaussian(strokes_HW, rng.uniform(0.005, 0.02) * scene.radius_px))


def _soft(beyond_HW: FloatArray, softness: float) -> FloatArray:
    """1 where beyond an edge, 0 before it, over a few hundredths of the radius."""
    return np.asarray(
        1.0 / (1.0 + np.exp(np.clip(-4.0 * beyond_HW / softness, -30, 30))), np.float32
    )


def _points_of_the_disc(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    angle_N = rng.uniform(0.0, 2.0 * np.pi, DISC_POINTS)
    away_N = np.sqrt(rng.random(DISC_POINTS))
    return (
        np.asarray(away_N * np.cos(angle_N), np.float32),
        np.asarray(away_N * np.sin(angle_N), np.float32),
    )


def _least(share: Callable[[float], float], wanted: float, most: float) -> float:
    """The least argument at which a rising share reaches what is wanted, by halving."""
    low, high = 0.0, most
    for _ in range(24):
        middle = (low + high) / 2.0
        low, high = (low, middle) if share(middle) >= wanted else (middle, high)
    return high


def _surround(scene: Scene) -> FloatArray:
    """Light of the darkest corner: what lies around the field."""
    corners = scene.light_HWC[[0, 0, -1, -1], [0, -1, 0, -1]]
    return np.asarray(np.minimum(corners.min(axis=0), LIGHT_OF_LEVEL[40]), np.float32)


def _warped(scene: Scene, matrix: FloatArray, zoom: float) -> FloatArray:
    height, width = scene.inside_HW.shape
    light = scene.light_HWC
    if zoom < 1.0:
        light = gaussian(light, 0.45 * np.sqrt(1.0 / zoom**2 - 1.0))
    surround = tuple(float(v) for v in _surround(scene))
    return np.asarray(
        cv2.warpAffine(
            light,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=surround,
        ),
        dtype=np.float32,
    )

"""Small things that are sharp: specks of dust, dots of reflected light, the rim of a lens.

Dust and dots sit where the camera's glass is, so every shot with a camera shows them at the same
places of its field.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import rng_of
from training.drawn.camera.framing import Window
from training.drawn.camera.state import CameraState


def mark(light_HWC: FloatArray, window: Window, camera: CameraState, metered: float) -> None:
    """Lay dust and dots over the light (H, W, 3), in place."""
    own = rng_of(camera.device_seed, "dust")
    for _ in range(int(camera.dust)):
        place, size = _place(own, 0.9), own.uniform(0.004, 0.013)
        _multiply(light_HWC, window, place, size, own.uniform(0.06, 0.30))
    own = rng_of(camera.device_seed, "dots")
    for _ in range(int(camera.dots)):
        place, size = _place(own, 0.8), own.uniform(0.008, 0.028)
        turn, bend = own.uniform(0, 360), own.uniform(120, 360)
        strength = metered * own.uniform(0.15, 0.8)
        tint = np.array([1.0, own.uniform(0.9, 1.1), own.uniform(0.6, 1.1)], np.float32)
        _crescent(light_HWC, window, place, size, (turn, turn + bend), tint * strength)


def lens_rim(window: Window, camera: CameraState) -> FloatArray:
    """Return the level (H, W) of arcs of light on the rim of a lens around the field."""
    own = rng_of(camera.device_seed, "rim")
    middle, reach = own.uniform(0, 2 * np.pi), own.uniform(0.3, 0.9)
    at, width = own.uniform(1.0, 1.02), own.uniform(0.005, 0.012)
    across = np.exp(-(((window.away - np.float32(at)) / np.float32(width)) ** 2))
    u, v = np.float32(np.cos(middle)), np.float32(np.sin(middle))
    facing = np.abs(window.u * u + window.v * v) / np.maximum(window.away, np.float32(1e-3))
    arcs = np.exp((facing - 1) / np.float32(reach**2 / 2))
    return np.asarray(np.float32(camera.lens_ring) * across * arcs, np.float32)


def _place(own: np.random.Generator, most: float) -> tuple[float, float]:
    """Return a place in the field, evenly over its area, in radii."""
    away, angle = most * np.sqrt(own.random()), own.uniform(0, 2 * np.pi)
    return float(away * np.cos(angle)), float(away * np.sin(angle))


def _patch(
    light: FloatArray, window: Window, place: tuple[float, float], reach: float
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return a view of the light about a place and its pixels' places from it, in radii."""
    near_u = np.flatnonzero(np.abs(window.u[0] - place[0]) < reach)
    near_v = np.flatnonzero(np.abs(window.v[:, 0] - place[1]) < reach)
    if not near_u.size or not near_v.size:
        return None
    part = light[near_v[0] : near_v[-1] + 1, near_u[0] : near_u[-1] + 1]
    return part, window.u[:, near_u] - place[0], window.v[near_v] - place[1]


def _multiply(
    light: FloatArray, window: Window, place: tuple[float, float], size: float, depth: float
) -> None:
    found = _patch(light, window, place, 3 * size)
    if found:
        part, u, v = found
        part *= (1 - depth * np.exp(-(((u**2 + v**2) / size**2) ** 2))).astype(np.float32)[
            ..., None
        ]


def _crescent(
    light: FloatArray,
    window: Window,
    place: tuple[float, float],
    size: float,
    span_deg: tuple[float, float],
    added: FloatArray,
) -> None:
    """Add a small, slightly blurred crescent or ring."""
    found = _patch(light, window, place, 3 * size)
    if not found:
        return
    part, u, v = found
    radius = window.circle.radius_px
    drawn = np.zeros(part.shape[:2], np.float32)
    middle = (round(-float(u[0, 0]) * radius), round(-float(v[0, 0]) * radius))
    axes = (max(1, round(size * radius)), max(1, round(0.7 * size * radius)))
    width = max(1, round(0.35 * size * radius))
    cv2.ellipse(drawn, middle, axes, span_deg[0], 0.0, span_deg[1] - span_deg[0], 1.0, width)
    soft = cv2.GaussianBlur(drawn, (0, 0), max(0.6, 0.18 * size * radius))
    part += np.asarray(soft[..., None] * added, np.float32)

"""What lies between retina and sensor: focus, movement, scattering media, and stray light."""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray
from training.camera.light import Scene, gaussian, slow_field

LEVELS = (0.0, 0.5, 1.0)
"""Severities at which each operator's strength is given; between them it is linear."""

DEFOCUS_SIGMA = (0.0, 0.017, 0.06)
"""Radii. At 0.017 (a tenth of a disc) the vessels of third order are gone."""

MOTION_LENGTH = (0.0, 0.075, 0.22)
"""Radii, of a straight stroke: its spread is that of the defocus above."""

SCATTERED = (0.0, 0.72, 0.95)
"""Share of the light that media scatter: at 0.72 only disc and main vessels show."""

SCATTER_SIGMA = 0.22
"""Radii over which scattered light spreads."""

YELLOWING = (0.0, 0.10, 0.45)
"""Light that a yellowed lens takes from red, green and blue when it is at its worst."""

GLARE_SHARE = (0.0, 0.12, 0.4)
"""Share of the field that reflections hide."""


def strength(severity: float, levels: tuple[float, float, float]) -> float:
    """Return an operator's strength at a severity in [0, 1]."""
    return float(np.interp(severity, LEVELS, levels))


def blurred(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light out of focus (two in three) or moved during the flash."""
    chosen = defocused if rng.random() < 0.67 else moved
    return chosen(scene, severity, rng)


def defocused(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light out of focus, a little more to one side, for eye and sensor tilt."""
    sigma = strength(severity, DEFOCUS_SIGMA)
    angle, tilt = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.0, 0.25)
    towards_HW = np.clip(
        0.5 + 0.5 * (scene.x_HW * np.cos(angle) + scene.y_HW * np.sin(angle)), 0, 1
    )
    less = scene.blurred(scene.light_HWC, sigma * (1.0 - tilt))
    more = scene.blurred(scene.light_HWC, sigma * (1.0 + tilt))
    between = less + (more - less) * towards_HW[..., None]
    return scene.within(np.asarray(between, np.float32))


def moved(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light smeared along a short, slightly bent stroke."""
    length_px = strength(severity, MOTION_LENGTH) * scene.radius_px
    angle, bend = rng.uniform(0.0, np.pi), rng.uniform(-0.15, 0.15)
    kernel = stroke(length_px, angle, bend)
    stacked = np.dstack([scene.light_HWC * scene.inside_HW[..., None], scene.inside_HW])
    wide = np.asarray(cv2.filter2D(stacked, -1, kernel, borderType=cv2.BORDER_REPLICATE))
    light = wide[..., :3] / np.maximum(wide[..., 3:], np.float32(1e-3))
    return scene.within(np.asarray(light, np.float32))


def stroke(length_px: float, angle: float, bend: float) -> FloatArray:
    """Return the kernel of a stroke through its middle, summing to 1; `bend` is in lengths."""
    reach = int(np.ceil(length_px / 2.0)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    along = np.linspace(-0.5, 0.5, max(3, 4 * reach)) * length_px
    across = bend * length_px * ((2.0 * along / max(length_px, 1e-6)) ** 2 - 1.0 / 3.0)
    x = along * np.cos(angle) - across * np.sin(angle) + reach
    y = along * np.sin(angle) + across * np.cos(angle) + reach
    columns = np.clip(np.rint(x), 0, 2 * reach).astype(int)
    rows = np.clip(np.rint(y), 0, 2 * reach).astype(int)
    np.add.at(kernel, (rows, columns), np.float32(1.0))
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def hazed(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light through clouded media: scattered, softened and yellowed, brightness kept.

    This is the eye's own haze (a cataract, a bleeding): light from everywhere lies over
    everything, so that contrast is lost at every scale, while what is left of it stays in focus.
    """
    patchy_HW1 = slow_field(scene, 0.92, 1.04, rng)[..., None]
    share_HW1 = np.clip(strength(severity, SCATTERED) * patchy_HW1, 0.0, 0.97)
    soft = scene.blurred(scene.light_HWC, rng.uniform(0.0, 0.007) * severity)
    wide = scene.blurred(scene.light_HWC, SCATTER_SIGMA * rng.uniform(0.7, 1.3))
    even = 0.5 * (wide + wide[scene.inside_HW > 0.5].mean(axis=0))
    light = soft * (1.0 - share_HW1) + even * share_HW1
    yellow = rng.uniform(0.2, 1.0) * severity
    taken_C = 1.0 - yellow * np.asarray(YELLOWING, np.float32)
    return scene.within(np.asarray(light * taken_C, np.float32))


def glared(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light with white reflections over it: at the rim, as spots, or in the middle."""
    chosen = (_rim_arc, _spots, _middle_flare)[int(rng.integers(3))]
    cover_HW = chosen(scene, strength(severity, GLARE_SHARE), rng)
    white_C = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.8, 1.05)], np.float32)
    peak = (0.25 + 0.75 * min(1.0, 2.0 * severity)) * rng.uniform(0.75, 1.5)
    added = cover_HW[..., None] * white_C * np.float32(peak)
    return scene.within(scene.light_HWC + added)


def _covering(scene: Scene, distance_HW: FloatArray, share: float, softness: float) -> FloatArray:
    """1 where a distance is least, over a share of the field; fades over `softness` radii."""
    inside = scene.inside_HW > 0.5
    edge = float(np.quantile(distance_HW[inside], min(share, 1.0))) if share > 0 else -1e3
    return np.asarray(
        1.0 / (1.0 + np.exp(np.clip((distance_HW - edge) / (softness / 2.0), -30, 30))), np.float32
    )


def _rim_arc(scene: Scene, share: float, rng: np.random.Generator) -> FloatArray:
    """A bright crescent along the rim: light from the edge of the pupil."""
    angle, away = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.25, 0.9)
    dark_x, dark_y = away * np.cos(angle), away * np.sin(angle)
    distance = -np.hypot(scene.x_HW - dark_x, scene.y_HW - dark_y)
    return _covering(scene, np.asarray(distance, np.float32), share, rng.uniform(0.08, 0.2))


def _spots(scene: Scene, share: float, rng: np.random.Generator) -> FloatArray:
    """A few round reflections of the lens's surfaces."""
    distance = np.full(scene.inside_HW.shape, 9.0, np.float32)
    for _ in range(int(rng.integers(1, 5))):
        angle, away = rng.uniform(0.0, 2.0 * np.pi), 0.75 * np.sqrt(rng.random())
        size, squeeze = rng.uniform(0.6, 1.4), rng.uniform(0.6, 1.0)
        x = scene.x_HW - np.float32(away * np.cos(angle))
        y = (scene.y_HW - np.float32(away * np.sin(angle))) / np.float32(squeeze)
        distance = np.minimum(distance, np.hypot(x, y) / np.float32(size))
    return _covering(scene, distance, share, rng.uniform(0.02, 0.12))


def _middle_flare(scene: Scene, share: float, rng: np.random.Generator) -> FloatArray:
    """The cornea's own reflection: a wide soft light near the middle."""
    x0, y0 = rng.uniform(-0.3, 0.3, size=2)
    distance = np.hypot(scene.x_HW - np.float32(x0), scene.y_HW - np.float32(y0))
    cover = _covering(scene, np.asarray(distance, np.float32), share, rng.uniform(0.08, 0.2))
    return gaussian(cover, 0.02 * scene.radius_px)

"""What flash, sensor and file do: exposure, colour, uneven light, noise, JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, UInt8Array
from training.camera.light import FULL_LEVEL, Scene, gaussian
from training.camera.optics import LEVELS, strength

DARK_LEVEL = (22.0, 3.0)
"""Median grey level of the field at severities 0.5 and 1."""

BURNT_SHARE = (0.30, 0.92)
"""Share of the field whose green is burnt out at severities 0.5 and 1."""

READ_NOISE = 0.0012
SHOT_NOISE = 0.010
"""Of a cheap sensor, in light: added evenly, and times the root of the light."""

BLOOM = 0.12
"""Share of what exceeds full light that spills over to around it."""


def darkened(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light of too weak a flash, with the noise that the sensor then shows."""
    own = np.sqrt(max(scene.level(0.5), 1e-5)) * FULL_LEVEL
    retake = min(DARK_LEVEL[0], 0.6 * own)
    levels = (own, retake, min(DARK_LEVEL[1], 0.5 * retake))
    level = np.exp(np.interp(severity, LEVELS, np.log(levels)))
    light = scene.light_HWC * np.float32((level / own) ** 2)
    return scene.within(noisy(light, rng.uniform(0.0, 1.0) * severity, rng))


def brightened(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light of too strong a flash: green too is burnt out, and spills over."""
    gains = [1.0 / max(scene.level(1.0 - share, channel=1), 1e-4) for share in BURNT_SHARE]
    gains = [max(gains[0], 1.6), max(gains[1], 2.5, gains[0])]
    gain = np.exp(np.interp(severity, LEVELS, np.log([1.0, *gains])))
    light = scene.light_HWC * np.float32(gain)
    spilt = scene.blurred(np.maximum(light - 1.0, 0.0), rng.uniform(0.01, 0.05))
    return scene.within(np.asarray(light + np.minimum(spilt, 2.0) * (BLOOM * severity), np.float32))


def noisy(light_HWC: FloatArray, amount: float, rng: np.random.Generator) -> FloatArray:
    """Return light with the noise of photons and of reading; amount 1 is a cheap sensor's."""
    noise = rng.standard_normal(light_HWC.shape, dtype=np.float32)
    spread = SHOT_NOISE * np.sqrt(np.maximum(light_HWC, 0.0)) + READ_NOISE
    return np.asarray(light_HWC + noise * spread * np.float32(amount), np.float32)


def colour_cast(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light under a wrong white balance: each channel up to 1.6 times more or less."""
    gain_C = np.exp(rng.uniform(-1.0, 1.0, size=3) * severity * np.log(1.6))
    return scene.within(scene.light_HWC * gain_C.astype(np.float32))


def vignetted(scene: Scene, severity: float, rng: np.random.Generator) -> FloatArray:
    """Return the light falling off to the rim, from a middle a little beside the centre."""
    x0, y0 = rng.uniform(-0.35, 0.35, size=2)
    away_HW = (scene.x_HW - np.float32(x0)) ** 2 + (scene.y_HW - np.float32(y0)) ** 2
    fall_HW = 1.0 / (1.0 + strength(severity, (0.0, 1.2, 4.0)) * away_HW) ** 2
    return scene.within(scene.light_HWC * fall_HW[..., None].astype(np.float32))


def bloomed(scene: Scene, sigma_radii: float, share: float) -> FloatArray:
    """Return the light with a share spread widely, the surround too: a simple lens's flare."""
    wide = gaussian(scene.light_HWC, sigma_radii * scene.radius_px)
    return np.asarray(scene.light_HWC * (1.0 - share) + wide * share, np.float32)


def jpeg(picture_HWC: UInt8Array, severity: float) -> UInt8Array:
    """Return the picture after JPEG, of quality 95 at severity 0 down to 15 at 1."""
    quality = round(float(np.interp(severity, LEVELS, (95.0, 55.0, 15.0))))
    coded = cv2.imencode(".jpg", picture_HWC[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])

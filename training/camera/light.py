"""A photograph as light on the sensor: where optics blur and add, and where exposure multiplies.

Grey levels are taken as the square root of light, which is close to what cameras write and fast.
All lengths are in radii of the field, so that an operator does the same to every camera's picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array

# H rows, W columns, C colours (RGB)

FULL_LEVEL = 255.0
LIGHT_OF_LEVEL: FloatArray = (np.arange(256, dtype=np.float32) / np.float32(FULL_LEVEL)) ** 2
LARGEST_KERNEL_SIGMA_PX = 2.5
"""Wider blurs are made on a smaller copy: nothing finer is left of it anyway."""


@dataclass(frozen=True)
class Scene:
    """Linear light of a picture (H, W, C; 1 is full), and where its round field lies."""

    light_HWC: FloatArray
    inside_HW: FloatArray
    """1 inside the field, 0 outside, over one pixel between."""
    x_HW: FloatArray
    y_HW: FloatArray
    """Place of each pixel from the centre of the field, in radii."""
    radius_px: float

    def within(self, light_HWC: FloatArray) -> FloatArray:
        """Return the light inside the field, and the scene's own around it."""
        inside_HW1 = self.inside_HW[..., None]
        return np.asarray(light_HWC * inside_HW1 + self.light_HWC * (1.0 - inside_HW1))

    def level(self, share: float, channel: int | None = None) -> float:
        """Return the light that a share of the field stays under.

        Of one channel, or of the brighter of red and green.
        """
        light_HW = self.light_HWC[..., :2].max(axis=2)
        if channel is not None:
            light_HW = self.light_HWC[..., channel]
        return float(np.quantile(light_HW[self.inside_HW > 0.5], share))

    def blurred(self, light_HWC: FloatArray, sigma_radii: float) -> FloatArray:
        """Return light blurred inside the field alone: its rim is the camera's own stop."""
        stacked = np.dstack([light_HWC * self.inside_HW[..., None], self.inside_HW])
        wide = gaussian(stacked, sigma_radii * self.radius_px)
        return np.asarray(wide[..., :3] / np.maximum(wide[..., 3:], np.float32(1e-3)))


def scene_of(picture_HWC: UInt8Array, circle: FovCircle) -> Scene:
    """Return a picture as light; the circle is in the picture's own pixels."""
    height, width = picture_HWC.shape[:2]
    x_HW, y_HW = np.meshgrid(
        (np.arange(width, dtype=np.float32) - np.float32(circle.x_px)) / circle.radius_px,
        (np.arange(height, dtype=np.float32) - np.float32(circle.y_px)) / circle.radius_px,
    )
    x_HW, y_HW = x_HW.astype(np.float32), y_HW.astype(np.float32)
    inside_HW = (1.0 - np.hypot(x_HW, y_HW)) * np.float32(circle.radius_px) + np.float32(0.5)
    return Scene(
        LIGHT_OF_LEVEL[picture_HWC],
        np.clip(inside_HW, 0.0, 1.0).astype(np.float32),
        x_HW,
        y_HW,
        circle.radius_px,
    )


def picture_of(light_HWC: FloatArray) -> UInt8Array:
    """Return light as a picture of 8 bits; what exceeds full light is burnt out."""
    level_HWC = np.sqrt(np.clip(light_HWC, 0.0, 1.0)) * np.float32(FULL_LEVEL)
    return np.asarray(level_HWC + np.float32(0.5), dtype=np.uint8)


def gaussian(light_HWC: FloatArray, sigma_px: float) -> FloatArray:
    """Return the Gaussian blur; a wide one is made on a smaller copy."""
    if sigma_px < 0.2:
        return light_HWC
    height, width = light_HWC.shape[:2]
    zoom = min(1.0, LARGEST_KERNEL_SIGMA_PX / sigma_px)
    size = (max(2, round(width * zoom)), max(2, round(height * zoom)))
    small = light_HWC
    if zoom < 1.0:
        small = np.asarray(cv2.resize(light_HWC, size, interpolation=cv2.INTER_AREA))
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), sigma_px * zoom))
    if zoom == 1.0:
        return np.asarray(small, dtype=np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def slow_field(scene: Scene, low: float, high: float, rng: np.random.Generator) -> FloatArray:
    """Return a smooth random field (H, W) between two values, as light and opacities vary."""
    coarse = rng.uniform(low, high, size=(4, 4)).astype(np.float32)
    height, width = scene.inside_HW.shape
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(smooth, low, high), dtype=np.float32)

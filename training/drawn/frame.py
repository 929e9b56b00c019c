"""Where disc diameters fall on the pixels of a photograph, and textures that belong to the eye.

Retinal places are in standard disc diameters from the centre of the disc, x to the nose and y
down, for both eyes: a left eye's frame is mirrored. A frame knows the camera's scale, aim and roll,
so the same eye under another camera shows the same vessels, patches and grains somewhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle
from training.drawn.anatomy import Points

TEXTURE_CENTRE = (-2.3, 0.2)
TEXTURE_REACH = 6.5
"""Clouds cover the retina this far around their centre, in disc diameters."""
CUBIC_DEVIATION = 0.86
"""Standard deviation that cubic interpolation leaves of noise of 1 (measured over a cell)."""


def rgb(red: float, green: float, blue: float) -> FloatArray:
    """Return a colour or an optical density, one value a channel, shape (3,)."""
    return np.array([red, green, blue], np.float32)


@dataclass(frozen=True)
class Frame:
    """The geometry of one photograph."""

    width_px: int
    height_px: int
    circle: FovCircle
    """The round field in the photograph; straight cuts and notches are the camera's own."""

    px_per_dd: float
    field_centre: tuple[float, float]
    """The retinal place at the circle's middle, in disc diameters."""

    roll_deg: float = 0.0
    """Turn of the camera about its axis, clockwise in the photograph."""

    mirrored: bool = False
    """True for a left eye, whose nose is on the photograph's left."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height_px, self.width_px

    @cached_property
    def from_retina_23(self) -> FloatArray:
        """Return the affine map (2, 3) from disc diameters (x, y, 1) to pixels, float64."""
        cosine, sine = np.cos(np.deg2rad(self.roll_deg)), np.sin(np.deg2rad(self.roll_deg))
        flip = np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        turn = self.px_per_dd * np.array([[cosine, -sine], [sine, cosine]]) @ flip
        middle = np.array([self.circle.x_px, self.circle.y_px])
        return np.hstack([turn, (middle - turn @ np.array(self.field_centre))[:, None]])

    def to_px(self, xy: Points) -> Points:
        """Return pixel coordinates (..., 2), x and y, of places (..., 2) in disc diameters."""
        turn = self.from_retina_23
        return np.asarray(xy @ turn[:, :2].T + turn[:, 2])

    @cached_property
    def grid(self) -> tuple[FloatArray, FloatArray]:
        """Return x and y, each (H, W) float32, of all pixels in disc diameters from the disc."""
        back = cv2.invertAffineTransform(self.from_retina_23)
        columns = np.arange(self.width_px, dtype=np.float64)[None]
        rows = np.arange(self.height_px, dtype=np.float64)[:, None]
        x = back[0, 0] * columns + back[0, 1] * rows + back[0, 2]
        y = back[1, 0] * columns + back[1, 1] * rows + back[1, 2]
        return x.astype(np.float32), y.astype(np.float32)

    def cloud(self, size_dd: float, rng: np.random.Generator) -> FloatArray:
        """Return smooth noise (H, W) of mean 0 and standard deviation about 1, bumps of `size_dd`.

        It is fixed to the retina: the same generator gives the same bumps at the same places of
        the eye in every frame. Bumps finer than a pixel fade, as they do in a camera.
        """
        cells = int(2 * TEXTURE_REACH / size_dd) + 4
        coarse = rng.standard_normal((cells, cells), np.float32)
        corner = np.array(TEXTURE_CENTRE) - TEXTURE_REACH
        turn = self.from_retina_23
        to_px = np.hstack([turn[:, :2] * size_dd, (turn[:, :2] @ corner + turn[:, 2])[:, None]])
        fine = cv2.warpAffine(coarse, to_px, (self.width_px, self.height_px), flags=cv2.INTER_CUBIC)
        fade = min(1.0, size_dd * self.px_per_dd / 1.5) / CUBIC_DEVIATION
        return np.asarray(fine * np.float32(fade), np.float32)

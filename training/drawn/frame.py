"""Where disc diameters fall on the pixels of a photograph, and textures that know no pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle
from training.drawn.anatomy import FIELD_RADIUS, Points

ASPECT = 4 / 3
FIELD_SHARE = 1.06
"""Diameter of the field over height of the photograph: a table-top camera clips top and bottom."""


def rgb(red: float, green: float, blue: float) -> FloatArray:
    """Return a colour or an optical density, one value a channel, shape (3,)."""
    return np.array([red, green, blue], np.float32)


@dataclass(frozen=True)
class Frame:
    """A photograph of `height_px` rows; the field's centre is its middle."""

    height_px: int
    field_centre: tuple[float, float]
    """In disc diameters, as in `Anatomy`."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height_px, round(ASPECT * self.height_px)

    @property
    def px_per_dd(self) -> float:
        """Pixels in a disc diameter."""
        return self.circle.radius_px / FIELD_RADIUS

    @property
    def circle(self) -> FovCircle:
        """The round field."""
        rows, columns = self.shape
        return FovCircle((columns - 1) / 2, (rows - 1) / 2, FIELD_SHARE * rows / 2)

    def to_px(self, xy: Points) -> Points:
        """Return pixel coordinates (x, y) of places (..., 2) in disc diameters."""
        middle = np.array([self.circle.x_px, self.circle.y_px])
        return np.asarray((xy - np.array(self.field_centre)) * self.px_per_dd + middle)

    def grid(self) -> tuple[FloatArray, FloatArray]:
        """Return x (1, W) and y (H, 1) of all pixels, in disc diameters from the disc's centre."""
        rows, columns = self.shape
        x = (np.arange(columns) - self.circle.x_px) / self.px_per_dd + self.field_centre[0]
        y = (np.arange(rows) - self.circle.y_px) / self.px_per_dd + self.field_centre[1]
        return x[None].astype(np.float32), y[:, None].astype(np.float32)

    def cloud(self, size_dd: float, rng: np.random.Generator) -> FloatArray:
        """Return smooth noise (H, W) of mean 0 and standard deviation 1, bumps of `size_dd`.

        The same generator gives the same clouds at every height of the photograph.
        """
        side = 2 * FIELD_RADIUS / FIELD_SHARE / size_dd
        coarse = rng.normal(0, 1, (int(side) + 4, int(side * ASPECT) + 4)).astype(np.float32)
        step = size_dd * self.px_per_dd
        to_photograph = np.array([[step, 0, -1.5 * step], [0, step, -1.5 * step]])
        size = self.shape[::-1]
        fine = cv2.warpAffine(coarse, to_photograph, size, flags=cv2.INTER_CUBIC)
        return np.asarray((fine - fine.mean()) / fine.std(), np.float32)

"""The map of tissue that vessels still have to reach."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.drawn.anatomy import FIELD_RADIUS, Points

CELL = 0.03
"""Side of a cell, in disc diameters."""
REACH = 1.4 * FIELD_RADIUS
"""Vessels are grown past the edge of the photograph, so that they leave it with some calibre."""


class TissueMap:
    """A square map around the field's centre; its cells are free or hold a vessel."""

    def __init__(self, centre: tuple[float, float]) -> None:
        self._corner = np.array(centre) - REACH
        side = round(2 * REACH / CELL)
        self._free = np.full((side, side), 255, np.uint8)
        x, y = ((np.arange(side) + 0.5) * CELL + corner for corner in self._corner)
        self.cells: Points = np.stack(np.meshgrid(x, y), axis=-1)

    def fill(self, curve: Points) -> None:
        """Mark a vessel along the points (N, 2) of a curve."""
        cells = np.round(((curve - self._corner) / CELL - 0.5) * 16).astype(np.int32)
        cv2.polylines(self._free, [cells], False, (0,), shift=4)

    def clearance(self) -> npt.NDArray[np.float32]:
        """Return each cell's distance to the nearest vessel (large where there is none)."""
        if self._free.all():
            return np.full(self._free.shape, 2 * REACH, np.float32)
        distance = cv2.distanceTransform(self._free, cv2.DIST_L2, 5) * CELL
        return np.asarray(distance, np.float32)

    def at(self, values: npt.NDArray[np.float32], points: Points) -> npt.NDArray[np.float32]:
        """Return a map's values at points (N, 2); beyond the map those of its edge."""
        column, row = ((points - self._corner) / CELL).astype(int).clip(0, len(values) - 1).T
        return np.asarray(values[row, column])

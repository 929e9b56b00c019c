"""The map of tissue that vessels still have to reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, FloatArray
from training.drawn.anatomy import Points

Number = TypeVar("Number", np.float32, np.uint8)

CELL = 0.045
"""Side of a cell, in disc diameters."""
CENTRE = (-1.9, 0.1)
REACH = 5.2
"""Half side of the map: vessels are grown past the edge of any photograph of 45 degrees that shows
the disc or the macula, so that they leave it with some calibre."""
SIDE = round(2 * REACH / CELL)
WALL_CELLS = 3
"""Vessels of one kind keep about this many cells apart, unless they join."""

_AXIS = (np.arange(SIDE) + 0.5) * CELL - REACH
CELLS: Points = np.stack(np.meshgrid(_AXIS + CENTRE[0], _AXIS + CENTRE[1]), axis=-1)
"""Centres of all cells (SIDE, SIDE, 2)."""


class TissueMap:
    """A square map of cells that are free or hold a vessel."""

    def __init__(self) -> None:
        self._free = np.full((SIDE, SIDE), 255, np.uint8)
        self._walls = np.zeros((SIDE, SIDE), np.uint8)

    def fill(self, curves: Sequence[Points]) -> None:
        """Mark vessels along curves, each of points (N, 2); there may be none."""
        if not curves:
            return
        cv2.polylines(self._free, _lines(curves), False, (0,), shift=4)

    def clearance(self) -> FloatArray:
        """Return each cell's distance to the nearest vessel (large where there is none)."""
        if self._free.all():
            return np.full(self._free.shape, 2 * REACH, np.float32)
        distance = cv2.distanceTransform(self._free, cv2.DIST_L2, 5)
        return np.asarray(distance * np.float32(CELL), np.float32)


class Walls:
    """A square map of cells at or beside vessels."""

    def __init__(self) -> None:
        self._near = np.zeros((SIDE, SIDE), np.uint8)

    def build(self, curve: Points) -> None:
        """Mark a vessel along a curve (N, 2)."""
        cv2.polylines(self._near, _lines([curve]), False, (1,), WALL_CELLS, shift=4)

    def meets(self, points: Points) -> bool:
        """Tell whether any of the points (N, 2) lies at a vessel."""
        return bool(at(self._near, points).any())


def at(values: npt.NDArray[Number], points: Points) -> npt.NDArray[Number]:
    """Return a map's values at points (..., 2); beyond the map those of its edge."""
    cells = _cell_of(points).astype(np.int32).clip(0, SIDE - 1)
    return np.asarray(values[cells[..., 1], cells[..., 0]])


def patchy(sigma: float, rng: np.random.Generator) -> FloatArray:
    """Return a map of smooth factors about 1, with the standard deviation of their logarithm."""
    coarse = rng.normal(0, 1.2 * sigma, (14, 14)).astype(np.float32)
    fine = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.exp(fine), np.float32)


def close(places: BoolArray, centre: Points, radius: float) -> None:
    """Set a map of places True within `radius` of a point, in place."""
    column, row = (int(c) for c in _cell_of(centre))
    reach = int(radius / CELL)
    rows, columns = (
        slice(max(row - reach, 0), row + reach + 1),
        slice(max(column - reach, 0), column + reach + 1),
    )
    near = CELLS[rows, columns] - centre
    places[rows, columns] |= (near**2).sum(-1) < radius**2


def _cell_of(points: Points) -> Points:
    return np.asarray((points - (CENTRE[0] - REACH, CENTRE[1] - REACH)) / CELL)


def _lines(curves: Sequence[Points]) -> list[npt.NDArray[np.int32]]:
    """Return curves as OpenCV draws them, in sixteenths of a cell."""
    return [np.round((_cell_of(curve) - 0.5) * 16).astype(np.int32) for curve in curves]

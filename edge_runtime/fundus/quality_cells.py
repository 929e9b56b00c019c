"""A field in small squares: its light, hue and texture without noise, and where they change.

A lid, the iris or a reflection ends light, hue or texture along a line; what the retina itself
does, and light that falls off to the rim, changes slowly or in places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from edge_runtime.fundus.normalised_field import FIELD_RADIUS_PX, NormalisedField

# H rows, W columns, N squares inside the field, A directions

CELL_PX, DIRECTIONS, BANDS, LEAST_CELLS = 8, 16, 16, 6

SEEN_AROUND = 0.25
"""Retina is read so far around a vessel, in field radii: between vessels lies no more than that."""


@dataclass(frozen=True)
class Cells:
    """Squares of CELL_PX that lie inside a field."""

    rows_N: npt.NDArray[np.intp]
    columns_N: npt.NDArray[np.intp]
    x_N: FloatArray
    y_N: FloatArray
    """Place from the field's centre, in radii."""
    shape: tuple[int, int]
    """Rows and columns of all squares, outside ones too."""

    def mean(self, plane_HW: FloatArray | UInt8Array) -> FloatArray:
        """Return the mean of a plane in each square."""
        small_HW = cv2.resize(plane_HW, self.shape[::-1], interpolation=cv2.INTER_AREA)
        return np.asarray(small_HW[self.rows_N, self.columns_N], dtype=np.float32)


def cells_of(copy: NormalisedField) -> Cells:
    """Return the squares of a normalised field."""
    height, width = (max(1, side // CELL_PX) for side in copy.inside.shape)
    inside_HW = cv2.resize(
        copy.inside.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA
    )
    rows_N, columns_N = np.nonzero(np.asarray(inside_HW) > 250)
    x_N = ((columns_N + 0.5) * CELL_PX - copy.centre_px[0]) / FIELD_RADIUS_PX
    y_N = ((rows_N + 0.5) * CELL_PX - copy.centre_px[1]) / FIELD_RADIUS_PX
    return Cells(rows_N, columns_N, x_N.astype(np.float32), y_N.astype(np.float32), (height, width))


def steepest_fall(cells: Cells, values_N: FloatArray) -> float:
    """Return the largest fall of a mean across a straight line, in any of 16 directions.

    Bands across each direction are compared two before with two behind the one between: light that
    falls off to the rim falls slowly, a lid or the iris ends it within a band.
    """
    angles_A1 = np.arange(DIRECTIONS)[:, None] * (2.0 * np.pi / DIRECTIONS)
    along_AN = np.cos(angles_A1) * cells.x_N + np.sin(angles_A1) * cells.y_N
    band_AN = np.clip((along_AN + 1.0) * (BANDS / 2.0), 0, BANDS - 1).astype(int)
    index_AN = band_AN + np.arange(DIRECTIONS)[:, None] * BANDS
    size = DIRECTIONS * BANDS
    counts = np.bincount(index_AN.ravel(), minlength=size).reshape(DIRECTIONS, BANDS)
    sums = np.bincount(
        index_AN.ravel(), weights=np.tile(values_N, DIRECTIONS), minlength=size
    ).reshape(DIRECTIONS, BANDS)
    pair_counts, pair_sums = counts[:, :-1] + counts[:, 1:], sums[:, :-1] + sums[:, 1:]
    means = pair_sums / np.maximum(pair_counts, 1)
    falls = means[:, :-3] - means[:, 3:]
    known = (pair_counts[:, :-3] >= LEAST_CELLS) & (pair_counts[:, 3:] >= LEAST_CELLS)
    return float(falls.max(initial=0.0, where=known))


def seen_around(cells: Cells, vessels_HW: BoolArray) -> tuple[float, float]:
    """Return the share of the field near a vessel, and how far off centre that share lies.

    The second is the distance of its middle from that of the field, in radii; 1 where none is seen.
    """
    if not len(cells.x_N):
        return 0.0, 1.0
    some_HW = np.zeros(cells.shape, np.float32)
    some_HW[cells.rows_N, cells.columns_N] = cells.mean(vessels_HW.astype(np.float32)) > 0.0
    reach = round(SEEN_AROUND * FIELD_RADIUS_PX / CELL_PX)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    seen_N = cv2.dilate(some_HW, around)[cells.rows_N, cells.columns_N] > 0.0
    if not seen_N.any():
        return 0.0, 1.0
    x, y = (float(place[seen_N].mean() - place.mean()) for place in (cells.x_N, cells.y_N))
    return float(seen_N.mean()), math.hypot(x, y)

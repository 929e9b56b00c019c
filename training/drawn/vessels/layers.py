"""A vessel tree on pixels: how much blood lies over each, and which pixels are vessel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, FloatArray
from training.drawn.anatomy import Points
from training.drawn.frame import Frame
from training.drawn.vessels.tree import VesselTree

CALIBRE_STEPS_DD = (0.0, 0.008, 0.014, 0.022, 0.032, 1.0)
"""Vessels are laid down by classes of radius, so that a twig never thins the trunk it leaves."""
LEAST_RADIUS_PX = 0.75
"""Thinner vessels are marked this wide: no grader marks less than a pixel."""


@dataclass(frozen=True)
class VesselLayer:
    """One kind's vessels over the picture, each (H, W)."""

    blood: FloatArray
    """Thickness of blood in disc diameters (a vessel is a round tube)."""

    reflex: FloatArray
    """Strength in [0, 1] of the bright line that a wide vessel's wall throws back."""

    mask: BoolArray


def lay_vessels(tree: VesselTree, frame: Frame) -> VesselLayer:
    """Return one tree's layer."""
    line = _line_of(tree, frame)
    layer = VesselLayer(
        blood=np.zeros(frame.shape, np.float32),
        reflex=np.zeros(frame.shape, np.float32),
        mask=np.zeros(frame.shape, bool),
    )
    classes = np.digitize(line.radius / frame.px_per_dd, CALIBRE_STEPS_DD)
    for calibre in np.unique(classes):
        _lay(line.of(classes == calibre), layer)
    layer.blood[:] /= frame.px_per_dd
    return layer


@dataclass(frozen=True)
class _Line:
    """Points (N, 2) along vessels, less than a pixel apart, with directions and radii, in px."""

    points: Points
    along: Points
    radius: npt.NDArray[np.float64]

    def of(self, chosen: BoolArray) -> _Line:
        return _Line(self.points[chosen], self.along[chosen], self.radius[chosen])


def _line_of(tree: VesselTree, frame: Frame) -> _Line:
    ends = frame.to_px(tree.xy)
    begin = ends[tree.parent[1:]]
    along = ends[1:] - begin
    length = np.linalg.norm(along, axis=1)
    count = np.maximum(np.ceil(length / 0.6).astype(int), 1)
    piece = np.repeat(np.arange(len(count)), count)
    share = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    share = (share + 0.5) / count[piece]
    unit = along / np.maximum(length, 1e-9)[:, None]
    radius = tree.radius[1:][piece] * frame.px_per_dd
    line = _Line(begin[piece] + share[:, None] * along[piece], unit[piece], radius)
    last_row, last_column = frame.shape[0] - 1, frame.shape[1] - 1
    inside = (line.points > -0.5) & (line.points < (last_column + 0.5, last_row + 0.5))
    return line.of(np.all(inside, axis=1))


def _lay(line: _Line, layer: VesselLayer) -> None:
    """Add vessels to the layer's arrays, in place."""
    near, nearest = _nearest_points(line, layer.mask.shape)
    along, r = line.along[nearest], line.radius[nearest]
    offset = np.stack(near[::-1], 1) - line.points[nearest]
    lengthways = np.maximum(np.abs((offset * along).sum(1)) - 0.6, 0)
    away = np.hypot(offset[:, 0] * along[:, 1] - offset[:, 1] * along[:, 0], lengthways)
    gleam = np.exp(-((away / (0.28 * r)) ** 2)) * np.clip((r - 1.5) / 2.5, 0, 1)
    layer.blood[near] = np.maximum(layer.blood[near], _chord(away, r))
    layer.reflex[near] = np.maximum(layer.reflex[near], gleam)
    layer.mask[near] |= away <= np.maximum(r, LEAST_RADIUS_PX)


def _nearest_points(
    line: _Line, shape: tuple[int, ...]
) -> tuple[tuple[npt.NDArray[np.int64], ...], npt.NDArray[np.int64]]:
    """Return the pixels near a line, as (rows, columns), and the nearest point to each."""
    column, row = np.round(line.points).astype(int).T
    free = np.full(shape, 255, np.uint8)
    free[row, column] = 0
    distance, label = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    point_of = np.zeros(int(label.max()) + 1, np.int64)
    point_of[label[row, column]] = np.arange(len(row))
    near = np.nonzero(distance < line.radius.max() + 2)
    return near, point_of[label[near]]


def _chord(
    away: npt.NDArray[np.float64], radius: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the way of light through a tube, averaged over about a pixel's width."""
    shifts = np.array([-0.4, 0.0, 0.4])[:, None]
    return np.asarray(2 * np.sqrt(np.maximum(radius**2 - (away + shifts) ** 2, 0)).mean(0))

"""Pieces of a photograph that are painted by themselves: a coarse copy, a window about a place.

What is smooth on the retina is painted on few pixels and enlarged, and what is small is painted
where it lies. Both are frames of their own, so that every texture stays where it is on the retina.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle
from training.drawn.anatomy import Points
from training.drawn.frame import CUBIC_DEVIATION, Frame

DISC_REACH_DD = 3.0


@dataclass(frozen=True)
class Window:
    """A rectangle of a photograph."""

    frame: Frame
    """The frame of the rectangle alone."""

    rows: slice
    columns: slice

    def of(self, picture: FloatArray) -> FloatArray:
        """Return the view of a picture (H, W, ...) inside the window."""
        return picture[self.rows, self.columns]


def window_about(frame: Frame, middle_dd: tuple[float, float], reach_dd: float) -> Window | None:
    """Return the window that holds all within `reach_dd` of a place, cut at the picture's border.

    None where nothing of it is in the picture.
    """
    middle: Points = frame.to_px(np.array(middle_dd))
    reach = reach_dd * frame.px_per_dd
    x0, y0 = np.maximum(np.floor(middle - reach), 0).astype(int)
    x1, y1 = np.ceil(middle + reach).astype(int) + 1
    x1, y1 = min(x1, frame.width_px), min(y1, frame.height_px)
    if x1 <= x0 or y1 <= y0:
        return None
    circle = FovCircle(frame.circle.x_px - x0, frame.circle.y_px - y0, frame.circle.radius_px)
    part = replace(frame, width_px=int(x1 - x0), height_px=int(y1 - y0), circle=circle)
    return Window(part, slice(int(y0), int(y1)), slice(int(x0), int(x1)))


def coarse_frame(frame: Frame, px_per_dd: float) -> tuple[Frame, int]:
    """Return a frame with one pixel for factor x factor, and that factor.

    The factor is the largest that leaves at least `px_per_dd`, or 1.
    """
    factor = max(1, int(frame.px_per_dd / px_per_dd))
    width, height = -(-frame.width_px // factor), -(-frame.height_px // factor)
    circle = FovCircle(
        (frame.circle.x_px + 0.5) / factor - 0.5,
        (frame.circle.y_px + 0.5) / factor - 0.5,
        frame.circle.radius_px / factor,
    )
    scale = frame.px_per_dd / factor
    part = replace(frame, width_px=width, height_px=height, circle=circle, px_per_dd=scale)
    return part, factor


def enlarge(picture: FloatArray, factor: int, frame: Frame) -> FloatArray:
    """Return a picture painted on a coarse frame in the size of the whole one."""
    rows, columns = picture.shape[0] * factor, picture.shape[1] * factor
    whole = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(whole[: frame.height_px, : frame.width_px], np.float32)


def distance(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the length (H, W) of (x, y).

    cv2.magnitude gives other last bits where an array lies elsewhere in memory, so that the same
    eye would not be the same bytes; np.hypot is six times slower.
    """
    return np.asarray(np.sqrt(x * x + y * y))


def coloured(field: FloatArray, colour: FloatArray, offset: float = 0.0) -> FloatArray:
    """Return (H, W, 3), `offset` plus a field (H, W) times a colour (3,)."""
    return np.asarray(cv2.merge([field * share + np.float32(offset) for share in colour]))


def mixed(layers: Sequence[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """Return (H, W, 3), the sum of fields (H, W) each times its colour (3,).

    Plane by plane: numpy is an order slower where the last axis is the three channels.
    """
    planes = [sum(field * colour[channel] for field, colour in layers) for channel in range(3)]
    return np.asarray(cv2.merge([np.asarray(plane, np.float32) for plane in planes]))


def disc_cloud(frame: Frame, size_dd: float, rng: np.random.Generator) -> FloatArray:
    """Return noise (H, W) like `Frame.cloud`, but only within `DISC_REACH_DD` of the disc.

    Fine noise over the whole retina would cost more than all else that is painted about the disc.
    """
    cells = int(2 * DISC_REACH_DD / size_dd) + 4
    coarse = rng.standard_normal((cells, cells), np.float32)
    turn = frame.from_retina_23
    corner = turn[:, :2] @ np.full(2, -DISC_REACH_DD) + turn[:, 2]
    to_px = np.hstack([turn[:, :2] * size_dd, corner[:, None]])
    fine = cv2.warpAffine(coarse, to_px, (frame.width_px, frame.height_px), flags=cv2.INTER_CUBIC)
    fade = min(1.0, size_dd * frame.px_per_dd / 1.5) / CUBIC_DEVIATION
    return np.asarray(fine * np.float32(fade))

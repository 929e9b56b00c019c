"""The camera: uneven light, a little blur and haze, the sensor's noise, and the round field."""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Eye, FloatArray, FovCircle, UInt8Array
from training.drawn.anatomy import FIELD_RADIUS, Anatomy
from training.drawn.frame import Frame, rgb

BLUR_DD = 0.0055
"""Standard deviation of the point spread, eye and camera together: about 10 um on the retina."""
ASPECT = 4 / 3
FIELD_SHARE = 1.06
"""Diameter of the field over height of the photograph: a table-top camera clips top and bottom."""
HAZE = rgb(0.030, 0.026, 0.024)
SHOT_NOISE, GREY_NOISE = 0.0085, 0.0035


def table_top_frame(anatomy: Anatomy, eye: Eye, height_px: int) -> Frame:
    """Return the frame of a well-aimed table-top camera of 45 degrees."""
    width = round(ASPECT * height_px)
    circle = FovCircle((width - 1) / 2, (height_px - 1) / 2, FIELD_SHARE * height_px / 2)
    return Frame(
        width_px=width,
        height_px=height_px,
        circle=circle,
        px_per_dd=circle.radius_px / FIELD_RADIUS,
        field_centre=anatomy.field_centre,
        mirrored=eye is Eye.OS,
    )


def field_mask(frame: Frame) -> BoolArray:
    """Return (H, W), True inside the round field."""
    x, y = frame.grid
    away = np.hypot(x - frame.field_centre[0], y - frame.field_centre[1])
    return np.asarray(away <= FIELD_RADIUS)


def take_photograph(retina: FloatArray, frame: Frame, rng: np.random.Generator) -> UInt8Array:
    """Return the photograph (H, W, 3), RGB, of a retina's colour (H, W, 3)."""
    light = _illumination(frame, rng)
    picture = cv2.GaussianBlur(retina, (0, 0), BLUR_DD * frame.px_per_dd)
    picture = picture * light[..., None] + HAZE * (1 - 0.5 * light[..., None])
    picture = _shoulder(picture)
    noise = rng.standard_normal(picture.shape, np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * np.float32(2.2)
    picture += noise * (SHOT_NOISE * np.sqrt(picture.clip(0)) + GREY_NOISE)
    edge = _field_edge(frame)[..., None]
    surround = 0.006 + 0.002 * noise
    return np.asarray(np.clip(edge * picture + (1 - edge) * surround, 0, 1) * 255 + 0.5, np.uint8)


def _illumination(frame: Frame, rng: np.random.Generator) -> FloatArray:
    """Return the light (H, W): 1 near the middle, less to the edge, a little uneven."""
    x, y = frame.grid
    x, y = (x - frame.field_centre[0]) / FIELD_RADIUS, (y - frame.field_centre[1]) / FIELD_RADIUS
    shift = rng.uniform(-0.12, 0.12, 2)
    squared = (x - shift[0]) ** 2 + (y - shift[1]) ** 2
    tilt = rng.uniform(-0.05, 0.05, 2)
    return np.asarray(
        1.0 - 0.20 * squared - 0.10 * squared**2 + tilt[0] * x + tilt[1] * y, np.float32
    )


def _shoulder(picture: FloatArray) -> FloatArray:
    """Bend the brightest values down as a camera does, so that the disc keeps its detail."""
    knee = np.float32(0.82)
    over = np.maximum(picture - knee, 0) / (1 - knee)
    return np.asarray(np.minimum(picture, knee) + (1 - knee) * np.tanh(over), np.float32)


def _field_edge(frame: Frame) -> FloatArray:
    """Return 1 inside the field and 0 outside, with an edge of a few pixels."""
    x, y = frame.grid
    away = np.hypot(x - frame.field_centre[0], y - frame.field_centre[1])
    edge = (FIELD_RADIUS - away) * frame.px_per_dd / 1.5 + 0.5
    return np.asarray(np.clip(edge, 0, 1), np.float32)

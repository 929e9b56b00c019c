"""Where the eye lies in the photograph, and the shape of the field: round, cut, with a tab.

Angles become lengths by the eye's optics; a standard eye of 24 mm is assumed for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Eye, FloatArray, FovCircle
from training.camera.framing import FIELD_OVER_FRAME, shift_to_lose
from training.camera.optics import LEVELS
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.camera.state import CameraState
from training.drawn.eye_state import UM_PER_DD
from training.drawn.frame import Frame

UM_PER_DEG = 13.06 * (24.0 - 1.82)
"""Retina per degree of field, in um, of an eye 24 mm long (Bennett 1994, Graefes 232:361)."""

TAB_RADII = 0.055
"""Half width of the tab: seen on DRIVE, HRF_AV, GRAPE and DRISHTI_GS."""

REACH_RADII = 1.12
"""Tab and lens rim lie within this; beyond is the surround alone."""


def field_dd(field_deg: float) -> float:
    """Return the diameter of a field in standard disc diameters; 45 degrees are 13.0 mm."""
    return field_deg * UM_PER_DEG / UM_PER_DD


def frame_of(camera: CameraState, anatomy: Anatomy, eye: Eye, height_px: int) -> Frame:
    """Return the frame of one shot of an eye, `height_px` high.

    The field's circle may reach past the photograph's edges. A `small_field` shrinks it and a
    `clipped_field` that the frame is to blame for shifts it.
    """
    width_px = round(camera.aspect * height_px)
    radius = 0.5 * camera.field_over_height * height_px
    circle = FovCircle(
        (width_px - 1) / 2 + camera.decentred_x * radius,
        (height_px - 1) / 2 + camera.decentred_y * radius,
        radius,
    )
    circle = _spoilt(circle, camera, width_px, height_px)
    return Frame(
        width_px=width_px,
        height_px=height_px,
        circle=circle,
        px_per_dd=2 * circle.radius_px / field_dd(camera.field_deg),
        field_centre=_aim(camera, anatomy),
        roll_deg=camera.roll_deg,
        mirrored=eye is Eye.OS,
    )


def _aim(camera: CameraState, anatomy: Anatomy) -> tuple[float, float]:
    """Return the place that the camera looks at: on the way from fovea to disc, and off it."""
    x, y = ((1 - camera.towards_disc) * part for part in anatomy.fovea)
    dd_per_deg = UM_PER_DEG / UM_PER_DD
    return x + camera.aim_x_deg * dd_per_deg, y + camera.aim_y_deg * dd_per_deg


def _spoilt(circle: FovCircle, camera: CameraState, width_px: int, height_px: int) -> FovCircle:
    """Return the circle after a defect of framing; the strengths are `training.camera`'s."""
    rng = rng_of(camera.shot_seed, "framing")
    if camera.defect == "small_field":
        side = min(width_px, height_px)
        own = 2 * circle.radius_px / side
        levels = [own, min(FIELD_OVER_FRAME[0], 0.8 * own), min(FIELD_OVER_FRAME[1], 0.4 * own)]
        zoom = float(np.exp(np.interp(camera.severity, LEVELS, np.log(levels)))) / own
        room = 0.25 * (1 - zoom) * side * rng.uniform(-1, 1, 2)
        return FovCircle(circle.x_px + room[0], circle.y_px + room[1], zoom * circle.radius_px)
    if camera.blocked_by == "frame":
        x, y = shift_to_lose(circle, (height_px, width_px), camera.severity, rng)
        return FovCircle(circle.x_px + x, circle.y_px + y, circle.radius_px)
    return circle


@dataclass(frozen=True)
class Window:
    """The part of a photograph that the camera works on: the field with tab and rim."""

    rows: slice
    columns: slice
    circle: FovCircle
    """In the photograph's pixels."""
    um_per_px: float

    @cached_property
    def u(self) -> FloatArray:
        """Return (1, W): pixels right of the field's centre, in radii."""
        columns = np.arange(self.columns.start, self.columns.stop, dtype=np.float32)[None]
        return np.asarray((columns - self.circle.x_px) / self.circle.radius_px, np.float32)

    @cached_property
    def v(self) -> FloatArray:
        """Return (H, 1): pixels below it."""
        rows = np.arange(self.rows.start, self.rows.stop, dtype=np.float32)[:, None]
        return np.asarray((rows - self.circle.y_px) / self.circle.radius_px, np.float32)

    @cached_property
    def away(self) -> FloatArray:
        """Return (H, W): distance from the field's centre in radii."""
        return np.asarray(np.sqrt(self.u**2 + self.v**2), np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start


def window_of(circle: FovCircle, shape: tuple[int, int], um_per_px: float) -> Window:
    """Return the window of a field in a photograph of `shape`; at least a pixel is in it."""
    reach = REACH_RADII * circle.radius_px
    bounds = []
    for centre, side in ((circle.y_px, shape[0]), (circle.x_px, shape[1])):
        start = int(np.clip(np.floor(centre - reach), 0, side - 1))
        bounds.append(slice(start, int(np.clip(np.ceil(centre + reach) + 1, start + 1, side))))
    return Window(bounds[0], bounds[1], circle, um_per_px)


def window_of_frame(frame: Frame) -> Window:
    """Return the window of a drawn frame's field."""
    return window_of(frame.circle, frame.shape, UM_PER_DD / frame.px_per_dd)


def field_mask(frame: Frame, camera: CameraState) -> BoolArray:
    """Return (H, W), True where the camera shows retina: the round field, less cuts, and tab.

    As in the masks that come with public sets, the tab counts and shadows do not.
    """
    window = window_of_frame(frame)
    mask = np.zeros(frame.shape, np.bool_)
    mask[window.rows, window.columns] = field_cover(window, camera) >= 0.5
    return mask


def field_cover(window: Window, camera: CameraState) -> FloatArray:
    """Return (H, W) of the window: 1 inside the field, 0 outside, a slope between."""
    steepness = 1 / max(camera.edge_softness, 1 / window.circle.radius_px)
    cover = np.clip((1 - window.away) * np.float32(steepness) + np.float32(0.5), 0, 1)
    if camera.cut > 0:
        tilt = np.float32(np.tan(np.deg2rad(camera.cut_tilt_deg)))
        depth = (1 - camera.cut) - np.abs(window.v - tilt * window.u)
        cover = np.minimum(cover, np.clip(depth * np.float32(steepness) + np.float32(0.5), 0, 1))
    if camera.tab != "none":
        _add_tab(cover, window, camera, steepness)
    return np.asarray(cover, np.float32)


def _add_tab(cover: FloatArray, window: Window, camera: CameraState, steepness: float) -> None:
    """Lay the tab over the field's cover, in place; only its own corner is looked at."""
    angle = -np.deg2rad(camera.tab_deg)
    u0, v0 = np.cos(angle), np.sin(angle)
    near_u = np.flatnonzero(np.abs(window.u[0] - 1.02 * u0) < 2 * TAB_RADII)
    near_v = np.flatnonzero(np.abs(window.v[:, 0] - 1.02 * v0) < 2 * TAB_RADII)
    if not near_u.size or not near_v.size:
        return
    corner = np.ix_(near_v, near_u)
    u, v = window.u[:, near_u], window.v[near_v]
    out, along = u * u0 + v * v0 - 1, v * u0 - u * v0
    inside = {
        "round": TAB_RADII - np.hypot(out - 0.01, along),
        "square": np.minimum(TAB_RADII - 0.01 - np.abs(along), 0.06 - out),
        "triangle": 0.06 - np.maximum(out, 0) - np.abs(along),
    }[camera.tab]
    inside = np.where(out < -0.05, -1, inside)
    tab = np.clip(inside * steepness + 0.5, 0, 1).astype(np.float32)
    cover[corner] = np.maximum(cover[corner], tab)


def covered(picture: FloatArray, around: FloatArray, cover: FloatArray) -> FloatArray:
    """Return a picture (H, W, 3) where cover (H, W) is 1 and what is around it where it is 0."""
    cover_HWC = cv2.merge([cover, cover, cover])
    return np.asarray(around + cover_HWC * (picture - around), np.float32)

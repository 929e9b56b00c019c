"""The sheen of the nerve fibre layer, along the fibres' course.

The course is that of Jansonius et al. 2009 (Vision Res 49:2157-2163): in polar coordinates about
the disc a fibre that leaves it at angle phi_0 lies at phi_0 + b (r - 4)^c, r in degrees of the
visual field, b and c by phi_0. Angles: 0 to the nose, 90 up, 180 to the fovea, -90 down.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.complexion import complexion_of
from training.drawn.retina.macula import youth
from training.drawn.retina.sheets import (
    coarse_frame,
    coloured,
    distance,
    enlarge,
    window_about,
)

DEG_PER_DD = 6.0
"""15 degrees from disc to fovea over 2.5 disc diameters."""
REACH_DD = 3.4
STEPS_PER_DD = 8
FINE_PX_PER_DD = 50.0
SHEEN = rgb(0.050, 0.085, 0.066)
"""Light thrown back by the thickest bundles of a person of 35."""
WEDGE_DEG = 11.0
"""Half width (1/e) of a bundle defect at the disc's margin."""


def lay_nerve_fibres(
    retina: FloatArray, anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> None:
    """Add the sheen to a retina (H, W, 3) in place."""
    window = window_about(frame, (0.0, 0.0), REACH_DD)
    if window is None:
        return
    fine, factor = coarse_frame(window.frame, FINE_PX_PER_DD)
    sheen = nerve_fibre_sheen(anatomy, traits, state, fine)
    window.of(retina)[:] += enlarge(coloured(sheen, SHEEN), factor, window.frame)


def nerve_fibre_sheen(
    anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> FloatArray:
    """Return the brightness (H, W) of the fibres, about 1 at most in a healthy person of 35."""
    x, y = frame.grid
    away, origin = _origin(x, y, anatomy)
    at_origin = bundle_thickness(state)[(origin + np.float32(180.5)).astype(np.int16)]
    thickness = np.exp(-(away - 0.5).clip(0) / np.float32(1.25)) * at_origin
    dx, dy = x - np.float32(anatomy.fovea[0]), y - np.float32(anatomy.fovea[1])
    thickness *= 1 - np.exp((dx * dx + dy * dy) * np.float32(-1.1))
    thickness *= ((REACH_DD - away) / np.float32(0.8)).clip(0, 1)
    strength = complexion_of(traits).sheen * (0.45 + 0.8 * youth(state))
    striae = _striae(traits, away, origin)
    return np.asarray(np.float32(strength) * thickness * (1 + striae), np.float32)


def origin_at_disc(places_dd: npt.NDArray[np.float64], anatomy: Anatomy) -> FloatArray:
    """Return the angle (N,) in degrees at the disc of the fibres that pass places (N, 2)."""
    x, y = np.ascontiguousarray(places_dd.T, np.float32)[:, :, None]
    return _origin(x, y, anatomy)[1][:, 0]


def _origin(x: FloatArray, y: FloatArray, anatomy: Anatomy) -> tuple[FloatArray, FloatArray]:
    """Return distance from the disc (DD) and the fibres' angle at the disc (degrees)."""
    to_fovea = (1 + x / np.float32(-anatomy.fovea[0])).clip(0, 1)
    level = y - np.float32(anatomy.fovea[1]) * (1 - to_fovea * to_fovea)
    away = distance(x, level)
    angle = np.rad2deg(np.arctan2(-level, x), dtype=np.float32)
    origin = cv2.remap(
        _origin_table(),
        angle + np.float32(180),
        away * np.float32(STEPS_PER_DD),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return away, np.asarray(origin)


@cache
def _origin_table() -> FloatArray:
    """Return phi_0 (degrees) by distance (rows, STEPS_PER_DD) and angle (columns, -180 to 180)."""
    starts = np.arange(-180.0, 181.0)
    rows = []
    for step in range(int(6 * STEPS_PER_DD) + 1):
        beyond = max(step / STEPS_PER_DD * DEG_PER_DD - 4, 0.0)
        upper = np.maximum.accumulate(np.minimum(_bent(starts[180:], beyond), 180.0))
        lower = np.maximum.accumulate(np.minimum(_bent(-starts[180::-1], beyond), 180.0))
        angles = np.arange(181.0)
        of_upper = np.interp(angles, upper, starts[180:])
        of_lower = -np.interp(angles, lower, starts[180:])
        rows.append(np.concatenate([of_lower[:0:-1], of_upper]))
    return np.array(rows, np.float32)


def _bent(start: npt.NDArray[np.float64], beyond: float) -> npt.NDArray[np.float64]:
    """Return how far from the nasal horizontal fibres lie that left at `start`, 0 to 180.

    Upper and lower fibres share the superior law, a mild asymmetry of the paper left out; nasal
    ones (below 60, which the paper does not treat) bend in proportion (assumed).
    """
    law = np.maximum(start, 60.0)
    b = np.exp(-1.9 + 3.9 * np.tanh(-(law - 121) / 14))
    c = 1.9 + 1.4 * np.tanh((law - 121) / 14)
    return np.asarray(start + b * beyond**c * np.minimum(start / 60.0, 1.0))


def bundle_thickness(state: EyeState) -> FloatArray:
    """Return the layer's thickness (361,) by the angle at the disc, -180 to 180 degrees.

    Thickest above and below, thinned by what the eye has lost, most at the notch's bundle.
    """
    angle = np.arange(-180.0, 181.0)
    humps = 0.32 + np.exp(-(((np.abs(angle) - 100) / 34) ** 2))
    notch = 90.0 - 30.0 * state.notch_clock_hour
    from_notch = (angle - notch + 180) % 360 - 180
    wedge = np.exp(-((from_notch / WEDGE_DEG) ** 2))
    depth = np.clip(1.5 * state.notch_depth + 0.5 * state.nerve_fibre_loss, 0, 1)
    return np.asarray(humps * (1 - state.nerve_fibre_loss) * (1 - depth * wedge), np.float32)


def _striae(traits: EyeTraits, away: FloatArray, origin: FloatArray) -> FloatArray:
    """Return the streaks (H, W) of single bundles, a few tenths in size."""
    rng = rng_of(traits.seed, "striae", traits.eye.value)
    total = np.zeros_like(away)
    for per_degree, along, size in ((0.9, 1.4, 0.30), (0.28, 1.0, 0.32)):
        table = rng.standard_normal((int(6 * along) + 2, int(360 * per_degree) + 2), np.float32)
        total += np.float32(size) * cv2.remap(
            table,
            (origin + np.float32(180)) * np.float32(per_degree),
            away * np.float32(along),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return np.asarray(total.clip(-0.9, 1.5))

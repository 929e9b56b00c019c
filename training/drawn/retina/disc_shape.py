"""The outlines of disc and cup, and the truth masks that follow from them.

Both are polar curves about the disc's centre. The cup is the disc's margin times a share of it,
level ** exponent(angle): a large exponent is a broad rim. The level is solved for, so that the
cup's height over the disc's is the state's ratio exactly, whatever the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import UM_PER_DD, EyeState, EyeTraits
from training.drawn.frame import Frame
from training.drawn.retina.sheets import distance, window_about

Curve = npt.NDArray[np.float64]
ANGLES = np.arange(2048) * (2 * np.pi / 2048)
"""Radians from the nose, clockwise as one sees a right eye (y is down)."""
NOTCH_RAD = np.deg2rad(24.0)
"""Half width (1/e) of a notch of the rim."""
DEEPEST_NOTCH = 0.85
"""A notch of 1 still leaves a thread of rim: the cup never crosses the disc's margin."""
RIM_WAVES = 4


@dataclass(frozen=True)
class DiscShape:
    """Outlines in disc diameters by angle, each (2048,)."""

    margin: Curve
    cup: Curve

    def at(self, curve: Curve, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return distances (H, W) from the centre and those of a curve in the same direction."""
        angle = np.arctan2(y, x) * np.float32(len(ANGLES) / (2 * np.pi))
        index = (angle + np.float32(len(ANGLES) + 0.5)).astype(np.int32) & (len(ANGLES) - 1)
        return distance(x, y), np.asarray(curve.astype(np.float32)[index])


@lru_cache(maxsize=8)
def disc_shape(anatomy: Anatomy, traits: EyeTraits, state: EyeState) -> DiscShape:
    """Return the outlines of an eye's disc and cup at one moment."""
    margin = _margin(anatomy, traits, state)
    exponent = _rim_exponent(traits, state)
    height = _height(margin)
    low, high = -60.0, 0.0
    for _ in range(32):
        level = 0.5 * (low + high)
        if _height(margin * np.exp(level * exponent)) < state.cdr_vertical * height:
            low = level
        else:
            high = level
    cup = margin * np.exp(high * exponent)
    margin.flags.writeable = cup.flags.writeable = False
    return DiscShape(margin, cup)


def disc_mask(anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame) -> BoolArray:
    """Return (H, W), True on the disc, scleral ring and atrophy left out."""
    return _filled(frame, disc_shape(anatomy, traits, state), cup=False)


def cup_mask(anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame) -> BoolArray:
    """Return (H, W), True in the cup; its height over the disc's is the state's `cdr_vertical`.

    Heights are measured along the eye's own vertical, which a rolled camera turns.
    """
    return _filled(frame, disc_shape(anatomy, traits, state), cup=True)


def _filled(frame: Frame, shape: DiscShape, cup: bool) -> BoolArray:
    mask = np.zeros(frame.shape, bool)
    window = window_about(frame, (0.0, 0.0), float(shape.margin.max()) + 0.05)
    if window is None:
        return mask
    away, limit = shape.at(shape.cup if cup else shape.margin, *window.frame.grid)
    mask[window.rows, window.columns] = away <= limit
    return mask


def _margin(anatomy: Anatomy, traits: EyeTraits, state: EyeState) -> Curve:
    """Return a slightly uneven oval of exactly this eye's disc height, about the middle of it."""
    rng = rng_of(traits.seed, "disc margin", traits.eye.value)
    half_width, half_height = anatomy.disc_semi_axes
    turned = ANGLES - np.deg2rad(anatomy.disc_torsion_deg)
    width = half_width * (1 - state.disc_tilt)
    oval = 1 / np.hypot(np.cos(turned) / width, np.sin(turned) / half_height)
    for wave in (2, 3, 4, 5):
        size = 0.020 / (wave - 1)
        oval *= 1 + rng.normal(0, size) * np.cos(wave * ANGLES + rng.uniform(0, 2 * np.pi))
    return np.asarray(oval * (traits.disc_height_um / UM_PER_DD / _height(oval)))


def _rim_exponent(traits: EyeTraits, state: EyeState) -> Curve:
    """Return the exponents of the rim's width by angle: the ISNT rule, chance, and the notch.

    The healthy rim is broadest below, then above, then at the nose, least to the temple
    (Jonas et al. 1988, Invest Ophthalmol Vis Sci 29:1151-1158).
    """
    rng = rng_of(traits.seed, "rim", traits.eye.value)
    nasal, below = np.cos(ANGLES), np.sin(ANGLES)
    exponent = 1 + 0.07 * nasal - 0.06 * np.cos(2 * ANGLES) + 0.05 * below
    for wave in range(2, 2 + RIM_WAVES):
        exponent += rng.normal(0, 0.05 / wave) * np.cos(wave * ANGLES + rng.uniform(0, 2 * np.pi))
    notch = np.deg2rad(30.0 * state.notch_clock_hour - 90)
    from_notch = (ANGLES - notch + np.pi) % (2 * np.pi) - np.pi
    depth = min(state.notch_depth, 1.0) * DEEPEST_NOTCH
    return np.asarray(exponent * (1 - depth * np.exp(-((from_notch / NOTCH_RAD) ** 2))))


def _height(curve: Curve) -> float:
    return float(np.ptp(curve * np.sin(ANGLES)))

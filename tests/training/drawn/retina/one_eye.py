"""One healthy eye, and the photograph's geometry, for the tests of the fundus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edge_runtime.domain import BoolArray, Eye, FloatArray, FovCircle
from training.drawn import sample_eyes
from training.drawn.anatomy import draw_anatomy
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame
from training.drawn.retina.background import paint_background
from training.drawn.retina.disc import lay_disc
from training.drawn.retina.nerve_fibres import lay_nerve_fibres

HEALTHY = replace(sample_eyes.HEALTHY, age_years=50.0, tessellation=0.3, media_opacity=0.0)


def traits_of(seed: int = 3, eye: Eye = Eye.OD, pigmentation: float = 0.5) -> EyeTraits:
    """Return an eye with a disc of 1.9 mm."""
    return EyeTraits(seed, eye, pigmentation, disc_height_um=1900.0)


def frame_of(
    eye: Eye = Eye.OD,
    px_per_dd: float = 40.0,
    centre: tuple[float, float] = (-1.6, 0.2),
    reach_dd: float = 3.0,
    roll_deg: float = 0.0,
) -> Frame:
    """Return a square photograph that shows `reach_dd` to each side of `centre`."""
    side = round(2 * reach_dd * px_per_dd)
    middle = (side - 1) / 2
    circle = FovCircle(middle, middle, side / 2)
    return Frame(side, side, circle, px_per_dd, centre, roll_deg, mirrored=eye is Eye.OS)


def disc_frame(eye: Eye = Eye.OD, px_per_dd: float = 160.0) -> Frame:
    """Return a close view of the disc."""
    return frame_of(eye, px_per_dd, centre=(0.0, 0.0), reach_dd=1.5)


def fundus(traits: EyeTraits, state: EyeState, frame: Frame) -> FloatArray:
    """Return the fundus with fibres and disc, without vessels, (H, W, 3)."""
    anatomy = draw_anatomy(traits)
    retina = paint_background(anatomy, traits, state, frame)
    lay_nerve_fibres(retina, anatomy, traits, state, frame)
    lay_disc(retina, anatomy, traits, state, frame)
    return retina


def height_of(mask_HW: BoolArray) -> int:
    """Return the rows that a mask touches."""
    return int(mask_HW.any(axis=1).sum())


def correlation(one: FloatArray, other: FloatArray) -> float:
    """Return the correlation of two pictures' pixels."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.domain import BoolArray, Eye
from tests.training.drawn.retina.one_eye import HEALTHY, disc_frame, frame_of, height_of, traits_of
from training.drawn.anatomy import draw_anatomy
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame
from training.drawn.retina.disc_shape import cup_mask, disc_mask

Masks = tuple[BoolArray, BoolArray]


def masks_of(traits: EyeTraits, state: EyeState, frame: Frame) -> Masks:
    anatomy = draw_anatomy(traits)
    return disc_mask(anatomy, traits, state, frame), cup_mask(anatomy, traits, state, frame)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    cdr=st.floats(0.15, 0.95),
    notch=st.floats(0, 1),
    hour=st.floats(1, 12),
    tilt=st.floats(0, 0.4),
)
def test_the_cup_is_as_high_as_the_ratio_says_but_for_the_tip_of_a_notch(
    seed: int, cdr: float, notch: float, hour: float, tilt: float
) -> None:
    state = replace(
        HEALTHY, cdr_vertical=cdr, notch_depth=notch, notch_clock_hour=hour, disc_tilt=tilt
    )

    disc, cup = masks_of(traits_of(seed), state, disc_frame())

    assert height_of(disc) == pytest.approx(1900 / 1800 * 160, abs=1.5)
    # The tip of a deep notch in a small cup is narrower than a pixel.
    assert height_of(cup) == pytest.approx(cdr * height_of(disc), abs=2.5)
    assert (cup <= disc).all()


def rim_widths(traits: EyeTraits) -> dict[str, float]:
    """Return the rim below, above, at the nose and to the temple, in pixels through the middle."""
    disc, cup = masks_of(traits, HEALTHY, disc_frame())
    rim = disc & ~cup
    middle = (rim.shape[0] - 1) // 2
    across, along = rim[middle], rim[:, middle]
    return {
        "I": float(along[middle:].sum()),
        "S": float(along[:middle].sum()),
        "N": float(across[middle:].sum()),
        "T": float(across[:middle].sum()),
    }


def test_healthy_rims_are_broadest_below_then_above_then_nasal_then_temporal() -> None:
    widths = [rim_widths(traits_of(seed)) for seed in range(24)]
    mean = {side: np.mean([width[side] for width in widths]) for side in "ISNT"}

    assert mean["I"] > mean["S"] > mean["N"] > mean["T"]


def test_a_notch_thins_the_rim_at_its_hour_and_only_there() -> None:
    notched = replace(HEALTHY, cdr_vertical=0.7, notch_depth=0.9, notch_clock_hour=6.0)
    disc, cup = masks_of(traits_of(), notched, disc_frame())
    middle = (disc.shape[0] - 1) // 2
    rim = (disc & ~cup)[:, middle]

    assert rim[middle:].sum() < 0.35 * rim[:middle].sum()
    assert rim[middle:].sum() > 0


def test_a_tilted_disc_is_narrower_by_its_tilt_and_no_lower() -> None:
    upright, _ = masks_of(traits_of(), HEALTHY, disc_frame())
    tilted, _ = masks_of(traits_of(), replace(HEALTHY, disc_tilt=0.4), disc_frame())

    assert height_of(tilted) == pytest.approx(height_of(upright), abs=1)
    assert height_of(tilted.T) / height_of(upright.T) == pytest.approx(0.6, abs=0.06)


def test_a_disc_outside_the_photograph_gives_empty_masks() -> None:
    temporal = frame_of(centre=(-6.0, 0.0), reach_dd=2.0)

    disc, cup = masks_of(traits_of(), HEALTHY, temporal)

    assert not disc.any()
    assert not cup.any()


def test_the_two_eyes_of_a_person_are_alike_but_no_mirror_copies() -> None:
    right, _ = masks_of(traits_of(eye=Eye.OD), HEALTHY, disc_frame(Eye.OD))
    left, _ = masks_of(traits_of(eye=Eye.OS), HEALTHY, disc_frame(Eye.OS))
    mirrored = left[:, ::-1]

    assert (right != mirrored).any()
    assert 2 * (right & mirrored).sum() / (right.sum() + mirrored.sum()) > 0.9

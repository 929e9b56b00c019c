from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.training.drawn.retina.one_eye import HEALTHY, frame_of, traits_of
from training.drawn.anatomy import draw_anatomy
from training.drawn.eye_state import EyeState
from training.drawn.retina.nerve_fibres import (
    bundle_thickness,
    nerve_fibre_sheen,
    origin_at_disc,
)


def sheen_at(state: EyeState, x: float, y: float) -> float:
    """Return the mean sheen within 0.2 disc diameters of a place."""
    traits, frame = traits_of(), frame_of()
    sheen = nerve_fibre_sheen(draw_anatomy(traits), traits, state, frame)
    columns, rows = frame.grid
    return float(sheen[np.hypot(columns - x, rows - y) < 0.2].mean())


def test_fibres_of_the_upper_arcade_leave_the_disc_above_and_of_the_lower_below() -> None:
    anatomy = draw_anatomy(traits_of())
    above, below = np.array([anatomy.fovea[0], -1.4]), np.array([anatomy.fovea[0], 2.0])

    origin = origin_at_disc(np.stack([above, below]), anatomy)

    assert 60 < origin[0] < 130
    assert -130 < origin[1] < -60


def test_fibres_between_disc_and_fovea_run_straight_and_nasal_ones_too() -> None:
    anatomy = draw_anatomy(traits_of())
    places = np.array([[-1.2, 0.07], [1.5, 0.0]])

    origin = origin_at_disc(places, anatomy)

    assert abs(origin[0]) > 170
    assert abs(origin[1]) < 10


def test_a_fibre_bends_round_the_fovea() -> None:
    anatomy = draw_anatomy(traits_of())
    level = anatomy.fovea[1]
    beside = origin_at_disc(np.array([[anatomy.fovea[0] - 1.0, level - 1.0]]), anatomy)[0]

    straight = np.rad2deg(np.arctan2(1.0 - level, anatomy.fovea[0] - 1.0))
    assert beside < straight - 20


def test_the_sheen_is_strongest_above_and_below_the_disc() -> None:
    above, below, nasal = (
        sheen_at(HEALTHY, *place) for place in ((-0.4, -0.9), (-0.4, 0.9), (1, 0))
    )

    assert above > 1.5 * nasal
    assert below > 1.5 * nasal


def test_the_sheen_falls_as_fibres_are_lost() -> None:
    levels = [
        sheen_at(replace(HEALTHY, nerve_fibre_loss=loss), -0.4, -0.9) for loss in (0, 0.3, 0.6, 1.0)
    ]

    assert levels[0] > levels[1] > levels[2] > levels[3]
    assert levels[3] == pytest.approx(0, abs=1e-6)


def test_a_notch_below_darkens_the_lower_bundle_alone() -> None:
    notched = replace(HEALTHY, notch_depth=0.6, notch_clock_hour=6.5)

    change = bundle_thickness(notched) / bundle_thickness(HEALTHY)

    hour_6_30 = -105 + 180
    assert change[hour_6_30] < 0.2
    assert change[90 + 180] == pytest.approx(1.0, abs=0.01)


def test_the_young_gleam_more_than_the_old() -> None:
    young, old = (sheen_at(replace(HEALTHY, age_years=age), -0.4, 0.9) for age in (15.0, 80.0))

    assert young > 1.5 * old

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge_runtime.domain import Eye, FloatArray
from tests.training.drawn.retina.one_eye import (
    HEALTHY,
    correlation,
    disc_frame,
    frame_of,
    fundus,
    traits_of,
)
from training.drawn.anatomy import draw_anatomy
from training.drawn.frame import Frame
from training.drawn.retina.background import paint_background
from training.drawn.retina.choroid import choroidal_vessels
from training.drawn.retina.complexion import complexion_of


def onto(picture: FloatArray, source: Frame, target: Frame) -> FloatArray:
    """Return a picture taken in one frame as it would lie in another."""
    there = np.vstack([source.from_retina_23, [0, 0, 1]])
    here = np.vstack([target.from_retina_23, [0, 0, 1]])
    way = (here @ np.linalg.inv(there))[:2]
    return np.asarray(cv2.warpAffine(picture, way, (target.width_px, target.height_px)))


def fine_texture(picture: FloatArray) -> FloatArray:
    green = np.log(picture[..., 1])
    return np.asarray(green - cv2.GaussianBlur(green, (0, 0), 12))


def test_two_visits_in_the_same_state_are_equal() -> None:
    first = fundus(traits_of(), HEALTHY, frame_of())
    second = fundus(traits_of(), HEALTHY, frame_of())

    assert np.array_equal(first, second)


@pytest.mark.parametrize("eye", Eye)
def test_another_camera_sees_the_same_texture_elsewhere(eye: Eye) -> None:
    state = replace(HEALTHY, tessellation=0.6)
    near = frame_of(eye, px_per_dd=60.0)
    far = frame_of(eye, px_per_dd=47.0, centre=(-1.2, 0.5), roll_deg=8.0, reach_dd=3.5)

    here = fine_texture(fundus(traits_of(eye=eye), state, near))
    there = onto(fine_texture(fundus(traits_of(eye=eye), state, far)), far, near)
    both = onto(np.ones(far.shape, np.float32), far, near) > 0.99

    assert correlation(here[both], there[both]) > 0.9


def test_another_person_has_another_texture() -> None:
    one = fine_texture(paint_background_of(seed=3))
    other = fine_texture(paint_background_of(seed=4))

    assert abs(correlation(one, other)) < 0.3


def paint_background_of(seed: int = 3, pigmentation: float = 0.5) -> FloatArray:
    traits = traits_of(seed, pigmentation=pigmentation)
    return paint_background(draw_anatomy(traits), traits, HEALTHY, frame_of())


def test_more_pigment_is_darker_in_every_channel() -> None:
    medians = [
        np.median(paint_background_of(pigmentation=pigmentation), axis=(0, 1))
        for pigmentation in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]

    assert (np.diff(medians, axis=0) < 0).all()


def test_colours_lie_between_black_and_white_and_red_leads() -> None:
    for pigmentation in (0.0, 1.0):
        retina = paint_background_of(pigmentation=pigmentation)

        assert retina.dtype == np.float32
        assert 0 <= retina.min() <= retina.max() <= 1
        red, green, blue = np.median(retina, axis=(0, 1))
        assert red > green > blue


def test_the_fovea_is_darker_than_the_retina_about_it() -> None:
    traits, frame = traits_of(), frame_of()
    retina = paint_background(draw_anatomy(traits), traits, HEALTHY, frame)
    x, y = frame.grid
    away = np.hypot(x - draw_anatomy(traits).fovea[0], y - draw_anatomy(traits).fovea[1])

    green = retina[..., 1]
    assert np.median(green[away < 0.25]) < 0.85 * np.median(green[(away > 1.0) & (away < 1.4)])


def test_tessellation_brings_the_choroidal_net_out() -> None:
    traits, frame = traits_of(pigmentation=0.8), frame_of()
    net = choroidal_vessels(draw_anatomy(traits), traits, complexion_of(traits), frame)

    def seen(tessellation: float) -> float:
        state = replace(HEALTHY, tessellation=tessellation)
        retina = paint_background(draw_anatomy(traits), traits, state, frame)
        return correlation(fine_texture(retina), net)

    assert seen(0.9) > seen(0.4) > seen(0.0)
    assert seen(0.9) > 0.5


@pytest.mark.parametrize("eye", Eye)
def test_the_crescent_of_atrophy_lies_temporal_and_is_pale(eye: Eye) -> None:
    traits, frame = traits_of(eye=eye), disc_frame(eye)
    plain = fundus(traits, HEALTHY, frame)
    pale = fundus(traits, replace(HEALTHY, peripapillary_atrophy_dd=0.3), frame) - plain
    to_temple = slice(0, plain.shape[1] // 2) if eye is Eye.OD else slice(plain.shape[1] // 2, None)

    gain = pale[..., 1].clip(0)
    assert gain[:, to_temple].sum() > 0.9 * gain.sum()
    assert gain.max() > 0.1


def test_a_lost_disc_leaves_the_picture_as_it_was() -> None:
    traits, frame = traits_of(), frame_of(centre=(-7.0, 0.0), reach_dd=2.0)
    background = paint_background(draw_anatomy(traits), traits, HEALTHY, frame)

    assert np.array_equal(fundus(traits, HEALTHY, frame), background)


def test_the_disc_is_brighter_than_the_retina_and_its_cup_brightest() -> None:
    traits, frame = traits_of(), disc_frame()
    retina = fundus(traits, replace(HEALTHY, cdr_vertical=0.6), frame)[..., 1]
    x, y = frame.grid
    away = np.hypot(x, y)

    cup, rim = np.median(retina[away < 0.15]), np.median(retina[(away > 0.42) & (away < 0.45)])
    assert cup > 1.15 * rim
    assert rim > 1.15 * np.median(retina[(away > 0.8) & (away < 1.2)])


def test_a_camera_far_away_draws_no_gap_beyond_the_retina() -> None:
    traits, far = traits_of(), frame_of(px_per_dd=2.0, reach_dd=60.0)

    vessels = choroidal_vessels(draw_anatomy(traits), traits, complexion_of(traits), far)

    assert np.isfinite(vessels).all()

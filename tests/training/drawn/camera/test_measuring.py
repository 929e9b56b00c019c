"""The statistics by which drawn and public photographs are compared give back what was put in."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.training.drawn.camera.shots import ideal_camera, photograph_by
from training.drawn.camera.measuring import edge_sigma_px, measured_shot, noise_sd

WHOLE = np.ones((240, 240), np.bool_)


@pytest.mark.parametrize("sigma_px", [1.5, 3.0])
def test_the_spread_of_a_blurred_step_is_measured(sigma_px: float) -> None:
    tiles = np.kron(np.indices((4, 4)).sum(axis=0) % 2, np.ones((60, 60))).astype(np.float32)
    blurred = cv2.GaussianBlur(0.2 + 0.4 * tiles, (0, 0), sigma_px)

    assert edge_sigma_px(blurred, WHOLE) == pytest.approx(sigma_px, rel=0.12)


def test_white_noise_on_a_slope_is_measured_and_the_slope_is_not() -> None:
    slope = np.tile(np.linspace(0.2, 0.6, 240, dtype=np.float32), (240, 1))
    noise = np.random.default_rng(0).normal(0, 0.01, slope.shape).astype(np.float32)

    dark, bright = noise_sd(slope + noise, WHOLE)

    assert (dark, bright) == pytest.approx((0.01, 0.01), rel=0.12)
    assert noise_sd(slope, WHOLE)[0] < 0.0005


def test_framing_and_colour_of_a_drawn_shot_are_read_from_it() -> None:
    camera = ideal_camera(field_over_height=1.25, decentred_x=0.05)
    picture, frame = photograph_by(camera)

    shot = measured_shot(picture, frame.circle, camera.field_deg)

    assert shot.aspect == pytest.approx(4 / 3, abs=0.01)
    assert shot.field_over_height == pytest.approx(1.25)
    assert (shot.cut_top, shot.cut_bottom) == pytest.approx((0.2, 0.2), abs=0.01)
    assert (shot.red, shot.green, shot.blue) == pytest.approx((0.75, 0.36, 0.17), abs=0.03)

"""Degrees become pixels as computed by hand, and the disc lies where camera and eye put it."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Eye
from tests.training.drawn.camera.shots import anatomy_of, good_camera
from training.drawn.camera.framing import field_dd, field_mask, frame_of
from training.drawn.camera.state import CameraState
from training.drawn.frame import Frame


def disc_from_centre(frame: Frame) -> tuple[float, float]:
    """The disc's place from the field's centre, in disc diameters of the photograph."""
    x, y = frame.to_px(np.zeros(2))
    return (
        (x - frame.circle.x_px) / frame.px_per_dd,
        (y - frame.circle.y_px) / frame.px_per_dd,
    )


def frame_by(camera: CameraState, eye: Eye = Eye.OD, height_px: int = 500) -> Frame:
    return frame_of(camera, anatomy_of(eye), eye, height_px)


def test_45_degrees_are_13_mm_of_retina_and_7_2_disc_diameters() -> None:
    assert field_dd(45.0) * 1.8 == pytest.approx(13.03, abs=0.01)
    assert field_dd(45.0) == pytest.approx(7.24, abs=0.01)


def test_a_field_of_45_degrees_500_px_across_shows_69_px_a_disc_diameter() -> None:
    assert frame_by(good_camera()).px_per_dd == pytest.approx(69.05, abs=0.05)


def test_a_field_of_30_degrees_enlarges_one_and_a_half_times() -> None:
    narrow = frame_by(good_camera(field_deg=30.0))

    assert narrow.px_per_dd == pytest.approx(1.5 * frame_by(good_camera()).px_per_dd)


def test_aimed_at_the_fovea_the_disc_of_a_right_eye_is_on_the_right_a_little_higher() -> None:
    fovea = anatomy_of().fovea

    assert disc_from_centre(frame_by(good_camera())) == pytest.approx((-fovea[0], -fovea[1]))


def test_a_left_eye_is_mirrored() -> None:
    fovea = anatomy_of(Eye.OS).fovea

    assert disc_from_centre(frame_by(good_camera(), Eye.OS)) == pytest.approx((fovea[0], -fovea[1]))


def test_aimed_at_the_disc_it_is_in_the_middle_and_half_way_it_is_half_as_far() -> None:
    fovea = anatomy_of().fovea
    between = disc_from_centre(frame_by(good_camera(towards_disc=0.5)))

    assert disc_from_centre(frame_by(good_camera(towards_disc=1.0))) == pytest.approx((0.0, 0.0))
    assert between == pytest.approx((-0.5 * fovea[0], -0.5 * fovea[1]))


@pytest.mark.parametrize("eye", Eye)
def test_an_aim_6_2_degrees_to_the_nose_moves_the_disc_one_diameter_to_the_temple(eye: Eye) -> None:
    before = disc_from_centre(frame_by(good_camera(), eye))
    after = disc_from_centre(frame_by(good_camera(aim_x_deg=6.214), eye))
    to_the_temple = -1 if eye is Eye.OD else 1

    assert after[0] - before[0] == pytest.approx(to_the_temple, abs=0.001)
    assert after[1] == pytest.approx(before[1])


def test_a_quarter_turn_clockwise_brings_the_disc_from_the_right_to_below() -> None:
    x, y = disc_from_centre(frame_by(good_camera()))

    assert disc_from_centre(frame_by(good_camera(roll_deg=90.0))) == pytest.approx((-y, x))


def test_field_and_frame_have_the_shape_that_the_camera_states() -> None:
    frame = frame_by(good_camera(aspect=1.5, field_over_height=0.8, decentred_x=0.1))

    assert frame.shape == (500, 750)
    assert frame.circle.radius_px == pytest.approx(200.0)
    assert frame.circle.x_px == pytest.approx(374.5 + 20.0)


def test_a_field_larger_than_the_frame_is_clipped_above_and_below() -> None:
    camera = good_camera(field_over_height=1.25)
    mask = field_mask(frame_by(camera), camera)

    assert mask[0].any()
    assert mask[-1].any()
    assert not mask[:, 0].any()


def test_a_straight_cut_takes_its_part_of_the_radius_above_and_below() -> None:
    camera = good_camera(field_over_height=0.8, cut=0.2, cut_tilt_deg=0.0)
    rows = np.flatnonzero(field_mask(frame_by(camera), camera).any(axis=1))

    assert len(rows) == pytest.approx(0.8 * 400, abs=2)


@pytest.mark.parametrize("tab", ["round", "square", "triangle"])
def test_a_tab_stands_out_at_the_upper_right_and_belongs_to_the_field(tab: str) -> None:
    camera = good_camera(tab=tab, tab_deg=45.0, field_over_height=0.9)
    plain = field_mask(frame_by(good_camera(field_over_height=0.9)), camera)
    without = good_camera(field_over_height=0.9)
    frame = frame_by(camera)
    tab_only = field_mask(frame, camera) & ~field_mask(frame, without)
    rows, columns = np.nonzero(tab_only)

    assert plain.shape == tab_only.shape
    assert 40 < len(rows) < 0.01 * plain.sum()
    assert columns.min() > frame.circle.x_px + 0.6 * frame.circle.radius_px
    assert rows.max() < frame.circle.y_px - 0.6 * frame.circle.radius_px


def test_a_small_field_shrinks_and_shows_the_same_retina() -> None:
    camera = good_camera(defect="small_field", severity=0.6)
    small, whole = frame_by(camera), frame_by(good_camera())

    assert small.circle.radius_px < 0.45 * whole.circle.radius_px
    assert small.px_per_dd / small.circle.radius_px == pytest.approx(
        whole.px_per_dd / whole.circle.radius_px
    )


def test_a_field_cut_off_by_the_frame_loses_its_share() -> None:
    camera = good_camera(defect="clipped_field", severity=0.5, blocked_by="frame")
    left = field_mask(frame_by(camera), camera).sum()
    whole = field_mask(frame_by(good_camera()), good_camera()).sum()

    assert 1 - left / whole == pytest.approx(0.38, abs=0.03)

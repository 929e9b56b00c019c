"""What the camera does to light, by hand truths, and that the product finds the field it drew."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge_runtime.domain import Eye, FloatArray, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from tests.training.drawn.camera.shots import (
    HEIGHT_PX,
    STATE,
    anatomy_of,
    as_decoded,
    good_camera,
    ideal_camera,
    painted,
    photograph_by,
    traits_of,
)
from training.camera.defects import OPERATORS
from training.drawn.camera.framing import field_mask, frame_of
from training.drawn.camera.photographing import encoded_jpeg, take_photograph
from training.drawn.camera.presets import Preset, camera_kinds
from training.drawn.camera.state import CameraState, camera_state, typical_shot

pytestmark = pytest.mark.slow

SINGLE = (Preset.CLINIC, Preset.HANDHELD, Preset.PHONE)


def step_photograph(camera: CameraState, height_px: int = 900) -> tuple[FloatArray, float]:
    """Green light across a vertical step in the field's middle, and um a pixel."""
    frame = frame_of(camera, anatomy_of(), Eye.OD, height_px)
    retina = np.full((*frame.shape, 3), 0.3, np.float32)
    retina[:, frame.width_px // 2 :] = 0.6
    picture = take_photograph(retina, frame, camera, traits_of(), STATE)
    middle = slice(frame.height_px // 2 - 20, frame.height_px // 2 + 20)
    light = (picture[middle, :, 1].astype(np.float32) / 255) ** 2
    return np.asarray(light.mean(axis=0)), 1800 / frame.px_per_dd


def sigma_of_step(light_W: FloatArray) -> float:
    """Standard deviation, in pixels, of the edge in the middle third."""
    third = len(light_W) // 3
    slope = np.diff(light_W[third:-third]).clip(0)
    place = np.arange(len(slope))
    mean = (slope * place).sum() / slope.sum()
    return float(np.sqrt((slope * (place - mean) ** 2).sum() / slope.sum()))


def test_a_camera_that_spoils_nothing_gives_back_what_went_in() -> None:
    camera = ideal_camera()
    picture, frame = photograph_by(camera)
    field = cv2.erode(field_mask(frame, camera).astype(np.uint8), np.ones((7, 7))) > 0
    painted_there = painted(frame, anatomy_of())
    middle = (painted_there < 0.8).all(axis=2) & field

    apart = np.abs(picture[middle] - 255 * painted_there[middle])
    assert np.quantile(apart, 0.99) < 2.0


@pytest.mark.parametrize("um", [40.0, 80.0])
def test_blur_widens_an_edge_by_the_stated_micrometres(um: float) -> None:
    light, um_per_px = step_photograph(ideal_camera(defocus_um=um))

    assert sigma_of_step(light) * um_per_px == pytest.approx(um, rel=0.07)


def test_optics_and_focus_add_in_quadrature() -> None:
    light, um_per_px = step_photograph(ideal_camera(defocus_um=40.0, optics_um=30.0))

    assert sigma_of_step(light) * um_per_px == pytest.approx(50.0, rel=0.07)


def test_a_movement_of_200_um_along_the_rows_spreads_a_vertical_edge_as_a_box_does() -> None:
    light, um_per_px = step_photograph(ideal_camera(motion_um=200.0, motion_deg=0.0))
    across, _ = step_photograph(ideal_camera(motion_um=200.0, motion_deg=90.0))

    assert sigma_of_step(light) * um_per_px == pytest.approx(200.0 / np.sqrt(12), rel=0.1)
    assert sigma_of_step(across) < 0.35 * sigma_of_step(light)


def test_the_camera_exposes_for_its_metered_level() -> None:
    camera = ideal_camera(metering=1.0, metered_level=0.5)
    picture, frame = photograph_by(camera)
    field = field_mask(frame, camera)

    assert np.median(picture[field].max(axis=1)) / 255 == pytest.approx(0.5, abs=0.02)


def test_one_stop_more_is_twice_the_light() -> None:
    plain, frame = photograph_by(ideal_camera())
    darker, _ = photograph_by(ideal_camera(exposure_stops=-1.0))
    field = field_mask(frame, ideal_camera())
    light = [np.median((p[field][:, 1] / 255.0) ** 2) for p in (plain, darker)]

    assert light[0] / light[1] == pytest.approx(2.0, rel=0.05)


def test_the_rim_gets_the_stated_share_of_the_middles_light() -> None:
    plain, frame = photograph_by(ideal_camera())
    dim, _ = photograph_by(ideal_camera(rim_light=0.4))
    rows, columns = np.indices(frame.shape)
    away = np.hypot(rows - frame.circle.y_px, columns - frame.circle.x_px) / frame.circle.radius_px
    ring = (away > 0.93) & (away < 0.97)
    share = np.median((dim[ring][:, 0] / plain[ring][:, 0].astype(float)) ** 2)

    assert share == pytest.approx(0.4, abs=0.08)


@pytest.mark.parametrize("preset", SINGLE)
def test_the_surround_is_dark(preset: Preset) -> None:
    for kind in camera_kinds(preset):
        picture, frame = photograph_by(replace(typical_shot(preset, kind.name), tab="none"))
        rows, columns = np.indices(frame.shape)
        away = np.hypot(rows - frame.circle.y_px, columns - frame.circle.x_px)
        outside = picture[away > 1.08 * frame.circle.radius_px]

        assert not outside.size or np.median(outside) <= 13
        assert not outside.size or np.quantile(outside, 0.99) < 25


def test_the_same_camera_state_gives_the_same_bytes() -> None:
    camera = camera_state(Preset.PHONE, np.random.default_rng(4))
    first, _ = photograph_by(camera)
    again, _ = photograph_by(camera)

    assert first.tobytes() == again.tobytes()
    assert encoded_jpeg(first, camera) == encoded_jpeg(again, camera)


def test_another_shot_seed_gives_other_noise_alone() -> None:
    first, _ = photograph_by(good_camera())
    second, _ = photograph_by(good_camera(shot_seed=9))

    assert first.tobytes() != second.tobytes()
    assert np.abs(first.astype(int) - second).mean() < 6


def test_haze_of_the_eye_takes_contrast_from_lines_and_shows_in_every_shot() -> None:
    def contrast(picture: UInt8Array) -> float:
        middle = picture[100:-100, 100:-100, 1].astype(np.float32)
        fine = middle - cv2.GaussianBlur(middle, (0, 0), 8)
        return float(fine.std() / middle.mean())

    values = [
        contrast(photograph_by(good_camera(shot_noise=0.0), media_opacity=opacity)[0])
        for opacity in (0.0, 0.3, 0.7, 1.0)
    ]

    assert values == sorted(values, reverse=True)
    assert values[2] < 0.4 * values[0]


def test_clouded_media_turn_the_picture_yellow() -> None:
    clear, clouded = (
        photograph_by(ideal_camera(), media_opacity=opacity)[0][100:-100, 150:-150].mean(
            axis=(0, 1)
        )
        for opacity in (0.0, 0.6)
    )

    assert clouded[2] / clouded[0] < 0.95 * clear[2] / clear[0]


@pytest.mark.parametrize("defect", sorted(OPERATORS))
def test_every_defect_changes_the_photograph(defect: str) -> None:
    blocked_by = "lid" if defect == "clipped_field" else ""
    plain, _ = photograph_by(good_camera())
    spoilt, _ = photograph_by(good_camera(defect=defect, severity=0.8, blocked_by=blocked_by))

    assert np.abs(plain.astype(int) - spoilt).mean() > 1


def test_dust_stays_at_its_place_of_the_field_when_the_aim_moves() -> None:
    def specks(**changed: float) -> FloatArray:
        dusty, clean = (
            photograph_by(ideal_camera(dust=dust, device_seed=5, **changed))[0].astype(np.float32)
            for dust in (6.0, 0.0)
        )
        return np.asarray((clean - dusty).max(axis=2))

    here, moved = specks(), specks(aim_x_deg=3.0)

    assert (here > 4).sum() > 10
    assert np.corrcoef(here.ravel(), moved.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("preset", SINGLE)
def test_the_product_finds_the_field_of_a_presets_photographs_within_2_per_cent(
    preset: Preset,
) -> None:
    rng = np.random.default_rng(8)
    for _ in range(12):
        camera = replace(camera_state(preset, rng), defect="", severity=0.0, blocked_by="")
        picture, frame = photograph_by(camera, height_px=HEIGHT_PX)
        found = find_field_of_view(as_decoded(picture))

        assert found is not None, camera
        circle, radius = frame.circle, frame.circle.radius_px
        assert found.circle.radius_px == pytest.approx(radius, rel=0.02), camera
        assert found.circle.x_px == pytest.approx(circle.x_px, abs=0.02 * radius), camera
        assert found.circle.y_px == pytest.approx(circle.y_px, abs=0.02 * radius), camera

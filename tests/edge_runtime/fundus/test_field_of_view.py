"""The round field is found whole, cut, dark, framed and stamped; what has none is told apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.domain import FieldOfView, FovCircle, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of

WIDTH, HEIGHT = 640, 480
CIRCLE = FovCircle(330.0, 236.0, 210.0)


def found_in(pixels_HWC: UInt8Array) -> FieldOfView:
    field = find_field_of_view(photograph_of(pixels_HWC))
    assert field is not None
    return field


def error_of(field: FieldOfView, circle: FovCircle) -> float:
    """Largest of the errors of centre and radius, in radii."""
    off = np.hypot(field.circle.x_px - circle.x_px, field.circle.y_px - circle.y_px)
    return float(max(off, abs(field.circle.radius_px - circle.radius_px)) / circle.radius_px)


def test_a_whole_field_is_found_and_nothing_is_clipped() -> None:
    field = found_in(draw_field(CIRCLE, WIDTH, HEIGHT))

    assert error_of(field, CIRCLE) < 0.01
    assert field.clipped < 0.01


@settings(deadline=None, max_examples=25)
@given(
    x=st.floats(0.3, 0.7),
    y=st.floats(0.3, 0.7),
    radius=st.floats(0.25, 0.62),
    light=st.floats(0.15, 1.3),
)
def test_a_field_anywhere_is_found_however_it_is_cut(
    x: float, y: float, radius: float, light: float
) -> None:
    circle = FovCircle(x * 320, y * 240, radius * 240)

    field = found_in(draw_field(circle, 320, 240, light))

    assert error_of(field, circle) < 0.015


def test_the_clipped_share_is_the_area_outside_the_photograph() -> None:
    half = FovCircle(319.5, -0.5, 200.0)

    field = found_in(draw_field(half, WIDTH, HEIGHT))

    assert field.clipped == pytest.approx(0.5, abs=0.01)


def test_a_wide_field_seen_only_in_the_corners_keeps_its_circle() -> None:
    wide = FovCircle(322.0, 236.0, 372.0)

    field = found_in(draw_field(wide, WIDTH, HEIGHT))

    assert error_of(field, wide) < 0.015


def with_white_border(picture: UInt8Array) -> tuple[UInt8Array, FovCircle]:
    framed = cv2.copyMakeBorder(picture, 24, 24, 24, 24, cv2.BORDER_CONSTANT, value=(255,) * 3)
    return framed, FovCircle(CIRCLE.x_px + 24, CIRCLE.y_px + 24, CIRCLE.radius_px)


def with_grey_bar_and_text(picture: UInt8Array) -> tuple[UInt8Array, FovCircle]:
    framed = cv2.copyMakeBorder(picture, 40, 0, 0, 0, cv2.BORDER_CONSTANT, value=(128,) * 3)
    cv2.putText(framed, "Patient 12 OD 45 deg", (10, 28), 0, 0.8, (250, 250, 250), 2)
    return framed, FovCircle(CIRCLE.x_px, CIRCLE.y_px + 40, CIRCLE.radius_px)


def with_burnt_in_text(picture: UInt8Array) -> tuple[UInt8Array, FovCircle]:
    cv2.putText(picture, "02.11.2009 12:33", (300, 40), 0, 0.9, (0, 255, 0), 2)
    cv2.putText(picture, "ID 4411", (6, 460), 0, 0.9, (255, 255, 255), 2)
    return picture, CIRCLE


def with_black_letterbox(picture: UInt8Array) -> tuple[UInt8Array, FovCircle]:
    picture[:90] = picture[400:] = 0
    return picture, CIRCLE


def on_a_noisy_phone_surround(picture: UInt8Array) -> tuple[UInt8Array, FovCircle]:
    surround = np.random.default_rng(3).normal(12.0, 4.0, (900, 1200, 3))
    surround = np.clip(surround, 0, 255).astype(np.uint8)
    part = surround[100 : 100 + HEIGHT, 200 : 200 + WIDTH]
    lit = picture.any(axis=2)
    part[lit] = picture[lit]
    return surround, FovCircle(CIRCLE.x_px + 200, CIRCLE.y_px + 100, CIRCLE.radius_px)


def on_white(picture: UInt8Array) -> tuple[UInt8Array, FovCircle]:
    picture[~picture.any(axis=2)] = 245
    return picture, CIRCLE


@pytest.mark.parametrize(
    "framed",
    [
        with_white_border,
        with_grey_bar_and_text,
        with_burnt_in_text,
        with_black_letterbox,
        on_a_noisy_phone_surround,
        on_white,
    ],
)
def test_what_lies_around_the_field_does_not_move_it(
    framed: Callable[[UInt8Array], tuple[UInt8Array, FovCircle]],
) -> None:
    pixels_HWC, circle = framed(draw_field(CIRCLE, WIDTH, HEIGHT))

    field = found_in(pixels_HWC)

    assert error_of(field, circle) < 0.012


def test_the_mask_leaves_out_a_letterbox() -> None:
    pixels_HWC, _ = with_black_letterbox(draw_field(CIRCLE, WIDTH, HEIGHT))

    field = found_in(pixels_HWC)

    assert field.mask_HW.shape == pixels_HWC.shape[:2]
    assert not field.mask_HW[:86].any()
    assert not field.mask_HW[404:].any()
    assert field.mask_HW[236, 330]


def test_a_photograph_decoded_at_half_size_has_the_same_circle() -> None:
    whole = draw_field(CIRCLE, WIDTH, HEIGHT)
    half = cv2.resize(whole, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)

    field = find_field_of_view(photograph_of(half, scale=0.5))

    assert field is not None
    assert error_of(field, CIRCLE) < 0.01
    assert field.mask_HW.shape == (HEIGHT // 2, WIDTH // 2)


def test_a_crop_of_retina_is_taken_with_the_circle_through_its_corners() -> None:
    crop = draw_field(CIRCLE, WIDTH, HEIGHT)[136:336, 230:430]

    field = found_in(crop)

    assert field.circle.radius_px == pytest.approx(100.0 * np.sqrt(2.0), rel=0.02)
    assert field.mask_HW.all()


def plain(level: int) -> UInt8Array:
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def field_mask() -> UInt8Array:
    return cv2.circle(plain(0), (320, 240), 200, (255, 255, 255), -1)


def vessel_mask() -> UInt8Array:
    picture = plain(0)
    for offset in range(-150, 151, 50):
        cv2.ellipse(picture, (320, 240 + offset), (200, 90), 20, 0, 200, (255, 255, 255), 5)
    return picture


def grey_noise() -> UInt8Array:
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def desk() -> UInt8Array:
    """A grey table top under a lamp, with a sheet of paper."""
    picture = np.linspace(90, 160, WIDTH)[None, :, None] + np.zeros((HEIGHT, 1, 3))
    picture += np.random.default_rng(0).normal(0, 3, picture.shape)
    picture[100:300, 80:300] = 235
    return np.clip(picture, 0, 255).astype(np.uint8)


def narrow_strip() -> UInt8Array:
    return draw_field(CIRCLE, WIDTH, HEIGHT)[220:250]


@pytest.mark.parametrize(
    "picture",
    [
        plain(0),
        plain(255),
        plain(128),
        field_mask(),
        vessel_mask(),
        grey_noise(),
        desk(),
        narrow_strip(),
    ],
    ids=["black", "white", "grey", "field mask", "vessel mask", "noise", "desk", "strip"],
)
def test_what_is_no_fundus_photograph_has_no_field(picture: UInt8Array) -> None:
    assert find_field_of_view(photograph_of(picture)) is None


OFFICIAL_MASKS = {
    "DRIVE/test": ("images/01_test.tif", "mask/01_test_mask.gif"),
    "CHASEDB1/training": ("images/Image_01L.jpg", "mask/Image_01L.png"),
    "HRF_AV/training": ("images/01_dr.JPG", "mask/01_dr_mask.png"),
}


def pixels_of(path: Path) -> UInt8Array:
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.photographs
@pytest.mark.parametrize("folder", OFFICIAL_MASKS)
def test_the_field_agrees_with_the_official_masks(data_folder: Path, folder: str) -> None:
    picture, mask = (data_folder / folder / name for name in OFFICIAL_MASKS[folder])
    official_HW = pixels_of(mask)[..., 0] > 127

    found_HW = found_in(pixels_of(picture)).mask_HW

    assert (found_HW & official_HW).sum() / (found_HW | official_HW).sum() > 0.98


@pytest.mark.photographs
def test_label_files_are_no_photographs(data_folder: Path) -> None:
    labels = [
        "DRIVE/test/1st_manual/01_manual1.gif",
        "DRIVE/test/mask/01_test_mask.gif",
        "CHASEDB1/training/mask/Image_01L.png",
        "HRF_AV/training/1st_manual/01_dr_AVmanual.png",
        "DRISHTI_GS/Training/GT/drishtiGS_002/SoftMap/drishtiGS_002_ODsegSoftmap.png",
    ]

    for label in labels:
        assert find_field_of_view(photograph_of(pixels_of(data_folder / label))) is None, label

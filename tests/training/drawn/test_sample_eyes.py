from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime.domain import BoolArray, Eye, Photograph
from edge_runtime.errors import OutputError
from edge_runtime.fundus.field_of_view import find_field_of_view
from training.drawn.drawn_eye import DrawnPhotograph
from training.drawn.sample_eyes import draw_eye, write_sample_eyes

pytestmark = pytest.mark.slow

SIDE_PX = 400


@cache
def drawn(eye: Eye, seed: int = 5) -> DrawnPhotograph:
    return draw_eye(eye, seed, SIDE_PX)


def centre_of(mask_HW: BoolArray) -> tuple[float, float]:
    rows, columns = np.nonzero(mask_HW)
    return float(columns.mean()), float(rows.mean())


def height_of(mask_HW: BoolArray) -> int:
    return int(mask_HW.any(axis=1).sum())


def test_the_disc_is_on_the_right_of_a_right_eye_and_on_the_left_of_a_left_eye() -> None:
    for eye, side in ((Eye.OD, 1), (Eye.OS, -1)):
        picture = drawn(eye)
        from_middle = centre_of(picture.disc_HW)[0] - picture.fov_circle.x_px

        assert side * from_middle > 0.4 * picture.fov_circle.radius_px


@pytest.mark.parametrize("eye", Eye)
def test_the_fovea_is_two_and_a_half_discs_to_the_temple_and_a_little_lower(eye: Eye) -> None:
    picture = drawn(eye)
    disc_x, disc_y = centre_of(picture.disc_HW)
    diameter = 2 * np.sqrt(picture.disc_HW.sum() / np.pi)
    to_the_temple = (disc_x - picture.fovea_px[0]) * (1 if eye is Eye.OD else -1)

    assert to_the_temple / diameter == pytest.approx(2.5, abs=0.25)
    assert 0 < (picture.fovea_px[1] - disc_y) / diameter < 0.6


@pytest.mark.parametrize("eye", Eye)
def test_no_vessel_lies_on_the_fovea(eye: Eye) -> None:
    picture = drawn(eye)
    rows, columns = np.indices(picture.vessel_HW.shape)
    away = np.hypot(columns - picture.fovea_px[0], rows - picture.fovea_px[1])

    assert not picture.vessel_HW[away < 0.3 * height_of(picture.disc_HW)].any()


@pytest.mark.parametrize("eye", Eye)
def test_the_cup_lies_in_the_disc_at_the_ratio_of_a_healthy_eye(eye: Eye) -> None:
    picture = drawn(eye)

    assert (picture.cup_HW <= picture.disc_HW).all()
    ratio = height_of(picture.cup_HW) / height_of(picture.disc_HW)
    assert ratio == pytest.approx(0.4, abs=0.12)


@pytest.mark.parametrize("eye", Eye)
def test_every_vessel_is_arteriole_or_venule_and_rarely_both(eye: Eye) -> None:
    picture = drawn(eye)
    either, both = (
        picture.arteriole_HW | picture.venule_HW,
        picture.arteriole_HW & picture.venule_HW,
    )

    assert (either == picture.vessel_HW).all()
    assert both.sum() < 0.12 * either.sum()
    assert picture.arteriole_HW.sum() < picture.venule_HW.sum()


@pytest.mark.parametrize("eye", Eye)
def test_vessels_are_darker_than_the_retina_and_venules_darkest(eye: Eye) -> None:
    picture = drawn(eye)
    green = picture.photograph_HWC[..., 1].astype(np.float32)
    around = cv2.medianBlur(picture.photograph_HWC[..., 1], 31).astype(np.float32)
    off_disc = ~cv2.dilate(picture.disc_HW.astype(np.uint8), np.ones((15, 15))).astype(bool)
    wide = cv2.erode(picture.vessel_HW.astype(np.uint8), np.ones((3, 3))).astype(bool) & off_disc
    contrast = {
        kind: float(np.median((green / np.maximum(around, 1))[wide & mask]))
        for kind, mask in (
            ("arteriole", picture.arteriole_HW & ~picture.venule_HW),
            ("venule", picture.venule_HW & ~picture.arteriole_HW),
        )
    }

    assert contrast["venule"] < contrast["arteriole"] < 0.9


def test_the_disc_is_the_brightest_place() -> None:
    picture = drawn(Eye.OD)
    green = cv2.GaussianBlur(picture.photograph_HWC[..., 1], (0, 0), 6)

    assert picture.disc_HW[np.unravel_index(green.argmax(), green.shape)]


def test_maculas_are_as_dark_as_in_public_photographs() -> None:
    ratios = [fovea_over_surround(drawn(Eye.OD, seed)) for seed in range(5, 14)]

    # Medians of six public sets (188 eyes, role train): 0.62 to 0.77.
    assert 0.62 < np.median(ratios) < 0.77
    assert max(ratios) < 0.9


def fovea_over_surround(picture: DrawnPhotograph) -> float:
    """Green of the fovea over the median within about 1.7 disc diameters of it."""
    green = cv2.GaussianBlur(picture.photograph_HWC[..., 1], (0, 0), 1)
    rows, columns = np.indices(green.shape)
    away = np.hypot(columns - picture.fovea_px[0], rows - picture.fovea_px[1])
    return float(green[away < 6].mean() / np.median(green[away < 100]))


def test_the_surround_is_black_and_no_truth_lies_in_it() -> None:
    picture = drawn(Eye.OD)
    rows, columns = np.indices(picture.vessel_HW.shape)
    circle = picture.fov_circle
    outside = np.hypot(columns - circle.x_px, rows - circle.y_px) > circle.radius_px + 2

    assert picture.photograph_HWC[outside].max() < 12
    assert not (picture.vessel_HW | picture.disc_HW)[outside].any()


@pytest.mark.parametrize("eye", Eye)
def test_the_product_finds_the_field_of_a_drawn_eye(eye: Eye) -> None:
    picture = drawn(eye)
    rows, columns, _ = picture.photograph_HWC.shape
    photograph = Photograph("drawn.jpg", "0" * 64, columns, rows, picture.photograph_HWC)

    field = find_field_of_view(photograph)

    assert field is not None
    assert field.circle.x_px == pytest.approx(picture.fov_circle.x_px, abs=4)
    assert field.circle.y_px == pytest.approx(picture.fov_circle.y_px, abs=4)
    assert field.circle.radius_px == pytest.approx(picture.fov_circle.radius_px, rel=0.02)


def test_the_same_seed_draws_the_same_eye_byte_for_byte() -> None:
    again = draw_eye(Eye.OD, 5, SIDE_PX)

    assert again.photograph_HWC.tobytes() == drawn(Eye.OD).photograph_HWC.tobytes()
    assert again.vessel_HW.tobytes() == drawn(Eye.OD).vessel_HW.tobytes()


def test_another_seed_draws_another_eye() -> None:
    assert (drawn(Eye.OD, 6).vessel_HW != drawn(Eye.OD).vessel_HW).mean() > 0.08


def test_a_left_eye_is_no_mirrored_right_eye() -> None:
    mirrored = drawn(Eye.OD).vessel_HW[:, ::-1]

    assert (drawn(Eye.OS).vessel_HW != mirrored).mean() > 0.08


def test_a_larger_picture_shows_the_same_eye() -> None:
    small, large = drawn(Eye.OD), draw_eye(Eye.OD, 5, 2 * SIDE_PX)
    disc_small, disc_large = centre_of(small.disc_HW), centre_of(large.disc_HW)
    shrunk = cv2.resize(large.photograph_HWC[..., 1], small.vessel_HW.shape[::-1])

    assert np.allclose(np.array(disc_large) / 2, disc_small, atol=1)
    assert np.corrcoef(shrunk.ravel(), small.photograph_HWC[..., 1].ravel())[0, 1] > 0.98


def test_sample_eyes_are_jpegs_of_both_eyes_with_masks_only_if_asked(tmp_path: Path) -> None:
    written = write_sample_eyes(tmp_path / "plain", side_px=SIDE_PX)
    with_masks = write_sample_eyes(tmp_path / "truth", masks=True, side_px=SIDE_PX)

    assert [path.name for path in written] == ["sample_OD.jpg", "sample_OS.jpg"]
    assert sorted((tmp_path / "plain").iterdir()) == written
    assert cv2.imread(str(written[0])).shape == (SIDE_PX, round(4 / 3 * SIDE_PX), 3)
    assert written[0].read_bytes() == with_masks[0].read_bytes()
    venules = cv2.imread(str(tmp_path / "truth" / "sample_OS_venule.png"), cv2.IMREAD_UNCHANGED)
    assert set(np.unique(venules)) == {0, 255}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")

    with pytest.raises(OutputError):
        write_sample_eyes(tmp_path / "taken")

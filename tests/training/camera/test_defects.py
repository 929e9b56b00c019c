"""Each operator does to a photograph what its name says, more with severity, and nothing at 0."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from edge_runtime.domain import FovCircle, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from edge_runtime.fundus.quality_weights import DEFECTS
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of
from training.camera.defects import OPERATORS, RETAKE, Operator, spoilt
from training.camera.framing import behind_a_lid, decentred, shaded
from training.camera.light import picture_of, scene_of

CIRCLE = FovCircle(200.0, 150.0, 140.0)
EYE = draw_field(CIRCLE, 400, 300)
RISING = (0.0, 0.25, RETAKE, 0.75, 1.0)


def spoilt_eye(defect: str, severity: float, seed: int = 3) -> UInt8Array:
    return spoilt(EYE, CIRCLE, defect, severity, np.random.default_rng(seed))


def measured(pixels_HWC: UInt8Array) -> QualityMeasurements:
    photograph = photograph_of(pixels_HWC)
    field = find_field_of_view(photograph)
    assert field is not None
    values = measure_quality(photograph, field)
    assert values is not None
    return values


def over_severity(defect: str, name: str, seed: int = 3) -> list[float]:
    return [getattr(measured(spoilt_eye(defect, s, seed)), name) for s in RISING]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 3])
def test_sharpness_falls_with_every_step_of_blur(seed: int) -> None:
    sharpness = over_severity("blur", "edge_sharpness", seed)

    assert all(one > two for one, two in pairwise(sharpness))


def test_darkness_lowers_and_overexposure_raises_the_light() -> None:
    dark = [spoilt_eye("dark", s).astype(float).mean() for s in RISING]
    bright = [spoilt_eye("bright", s).astype(float).mean() for s in RISING]

    assert dark == sorted(dark, reverse=True)
    assert bright == sorted(bright)
    assert measured(spoilt_eye("dark", RETAKE)).brightness == pytest.approx(
        np.log2(22.0 + 4.0), abs=0.1
    )
    assert measured(spoilt_eye("bright", RETAKE)).burnt_share == pytest.approx(0.33, abs=0.08)


def test_glare_covers_more_of_the_field_with_white() -> None:
    pale = over_severity("glare", "pale_share")

    assert pale[0] < 0.08 < pale[2] < pale[4]


@pytest.mark.slow
def test_haze_takes_contrast_and_leaves_the_brightness() -> None:
    contrast = over_severity("haze", "middle_contrast")
    brightness = over_severity("haze", "brightness")

    assert all(one > two for one, two in pairwise(contrast))
    assert brightness[2] == pytest.approx(brightness[0], abs=0.3)


def test_haze_keeps_what_is_left_in_focus_and_blur_does_not() -> None:
    clear, hazy, blurred = (
        measured(picture).edge_sharpness
        for picture in (EYE, spoilt_eye("haze", RETAKE), spoilt_eye("blur", RETAKE))
    )

    assert clear - hazy < 0.5 * (clear - blurred)


def test_a_yellowed_lens_takes_blue_before_green() -> None:
    hazy = spoilt_eye("haze", RETAKE).astype(float).mean(axis=(0, 1))
    clear = EYE.astype(float).mean(axis=(0, 1))

    assert hazy[2] / clear[2] < hazy[1] / clear[1]


@pytest.mark.parametrize("seed", range(4))
def test_a_small_field_is_found_smaller(seed: int) -> None:
    found = find_field_of_view(photograph_of(spoilt_eye("small_field", RETAKE, seed)))

    assert found is not None
    assert found.circle.radius_px == pytest.approx(0.40 * 150.0, rel=0.06)


@pytest.mark.parametrize("cover", [shaded, behind_a_lid])
@pytest.mark.parametrize("seed", range(4))
def test_shadow_and_lid_cover_two_fifths_of_the_field(cover: Operator, seed: int) -> None:
    scene = scene_of(EYE, CIRCLE)
    covered = picture_of(cover(scene, RETAKE, np.random.default_rng(seed)))

    changed_HW = np.abs(covered.astype(int) - EYE.astype(int)).max(axis=2) > 20

    assert changed_HW[scene.inside_HW > 0.5].mean() == pytest.approx(0.38, abs=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_a_decentred_field_is_found_cut_off(seed: int) -> None:
    light = decentred(scene_of(EYE, CIRCLE), RETAKE, np.random.default_rng(seed))

    found = find_field_of_view(photograph_of(picture_of(light)))

    assert found is not None
    assert found.clipped == pytest.approx(0.38, abs=0.05)


@pytest.mark.parametrize("defect", OPERATORS)
def test_severity_0_changes_next_to_nothing(defect: str) -> None:
    away = np.abs(spoilt_eye(defect, 0.0).astype(int) - EYE.astype(int))

    assert np.quantile(away, 0.98) <= 3


@pytest.mark.parametrize("defect", OPERATORS)
def test_the_same_seed_gives_the_same_picture_and_another_another(defect: str) -> None:
    one, two, other = (spoilt_eye(defect, RETAKE, seed) for seed in (5, 5, 6))

    assert one.shape == EYE.shape
    assert (one == two).all()
    assert (one != other).any() or defect == "bright"


@pytest.mark.parametrize("defect", set(OPERATORS) - {"small_field", "clipped_field"})
def test_what_lies_around_the_field_is_left_as_it_is(defect: str) -> None:
    rows, columns = np.mgrid[:300, :400]
    around = np.hypot(columns - CIRCLE.x_px, rows - CIRCLE.y_px) > CIRCLE.radius_px + 1.0

    assert (spoilt_eye(defect, 1.0)[around] == EYE[around]).all()


def test_operators_are_named_as_the_contract_names_defects() -> None:
    assert set(OPERATORS) == set(DEFECTS) - {"not_a_fundus"}


def test_an_unknown_defect_or_a_severity_out_of_range_is_refused() -> None:
    with pytest.raises(KeyError):
        spoilt_eye("fog", 0.5)
    with pytest.raises(ValueError, match="severity"):
        spoilt_eye("blur", 1.5)

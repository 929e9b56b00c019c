"""What can be read is told from what cannot, with a reason; camera and stamp change nothing."""

from __future__ import annotations

from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.domain import FieldOfView, FovCircle, Photograph, UInt8Array
from edge_runtime.errors import BundleCorrupt
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.quality import (
    ADVICE,
    CAUSE,
    REASONS,
    QualityJudgement,
    judge_quality,
)
from edge_runtime.fundus.quality_framing import unseen_defect
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from edge_runtime.fundus.quality_weights import (
    DEFECTS,
    MEASUREMENTS,
    Curve,
    QualityWeights,
    Ramp,
    Signs,
    Term,
)
from edge_runtime.fundus.quality_wording import NO_COLOUR
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of

pytestmark = pytest.mark.slow

CIRCLE = FovCircle(330.0, 236.0, 210.0)

RAMPS = {
    "blur": [Ramp(measurement="sharpness", start=-0.8, full=-1.6)],
    "dark": [Ramp(measurement="brightness", start=5.6, full=4.6)],
    "bright": [Ramp(measurement="burnt_share", start=0.02, full=0.3)],
    "glare": [Ramp(measurement="glare_share", start=0.02, full=0.2)],
    "small_field": [Ramp(measurement="field_radius_px", start=150.0, full=75.0)],
    "clipped_field": [Ramp(measurement="clipped_share", start=0.5, full=0.7)],
    "haze": [Ramp(measurement="faint_reach", start=1.2, full=0.4)],
    "not_a_fundus": [Ramp(measurement="odd_colour", start=0.05, full=0.4)],
}


def weights_on(**coefficients: float) -> QualityWeights:
    """Weights that look at the named measurements alone, around a reach of one radius."""
    means = {"vessel_reach": 0.9, "faint_reach": 0.9, "brightness": 6.0}
    terms = {
        name: Term(mean=means.get(name, 0.0), scale=0.2, coefficient=coefficients.get(name, 0.0))
        for name in MEASUREMENTS
    }
    return QualityWeights(terms=terms, bias=0.0, threshold=0.5, ramps=RAMPS)


BY_REACH = weights_on(vessel_reach=2.0)


def eye() -> UInt8Array:
    return draw_field(CIRCLE, 640, 480)


def blurred() -> UInt8Array:
    return np.asarray(cv2.GaussianBlur(eye(), (0, 0), 9.0), dtype=np.uint8)


def grey() -> UInt8Array:
    return np.repeat(eye()[..., 1:2], 3, axis=2)


def field_of(photograph: Photograph) -> FieldOfView:
    field = find_field_of_view(photograph)
    assert field is not None
    return field


def measured(pixels_HWC: UInt8Array, scale: float = 1.0) -> QualityMeasurements:
    photograph = photograph_of(pixels_HWC, scale)
    values = measure_quality(photograph, field_of(photograph))
    assert values is not None
    return values


def judged(pixels_HWC: UInt8Array, weights: QualityWeights = BY_REACH) -> QualityJudgement:
    photograph = photograph_of(pixels_HWC)
    return judge_quality(photograph, find_field_of_view(photograph), weights)


def test_a_clear_eye_is_gradable_without_advice() -> None:
    judgement = judged(eye())

    assert judgement.gradable
    assert judgement.reason == ""
    assert judgement.advice == ()
    assert judgement.cause is None
    assert set(judgement.defects) == set(DEFECTS)


def test_a_blurred_eye_is_refused_as_blurred() -> None:
    judgement = judged(blurred())

    assert not judgement.gradable
    assert judgement.reason == REASONS["blur"]
    assert judgement.advice[0] == ADVICE["blur"]


def test_darkness_is_blamed_before_the_vessels_that_it_hides() -> None:
    dark = draw_field(CIRCLE, 640, 480, light=0.12)

    judgement = judged(dark, weights_on(brightness=3.0))

    assert judgement.reason == REASONS["dark"]


def test_a_picture_without_a_field_is_no_fundus() -> None:
    judgement = judged(np.zeros((480, 640, 3), np.uint8))

    assert not judgement.gradable
    assert judgement.probability == 0.0
    assert judgement.defects["not_a_fundus"] == 1.0
    assert judgement.reason


def test_a_grey_picture_is_refused_for_its_want_of_colour_and_no_eye_is_denied() -> None:
    judgement = judged(grey(), weights_on(odd_colour=-9.0))

    assert judgement.reason == NO_COLOUR
    assert judgement.advice == (ADVICE["not_a_fundus"],)


def test_a_picture_in_wrong_colours_is_no_fundus() -> None:
    wrong = np.ascontiguousarray(eye()[..., ::-1])

    assert judged(wrong, weights_on(odd_colour=-9.0)).reason == REASONS["not_a_fundus"]


def test_a_field_mostly_outside_the_photograph_is_refused_as_cut_off() -> None:
    photograph = photograph_of(eye())
    sliver = field_of(photograph).mask_HW.copy()
    sliver[:, 140:] = False

    judgement = judge_quality(photograph, FieldOfView(CIRCLE, sliver, 0.97), BY_REACH)

    assert judgement.reason == REASONS["clipped_field"]


def test_a_tiny_field_is_refused_however_clear_it_is() -> None:
    photograph = photograph_of(eye())
    field = field_of(photograph)
    far_away = replace(field.circle, radius_px=60.0)

    judgement = judge_quality(photograph, replace(field, circle=far_away), BY_REACH)

    assert judgement.defects["small_field"] == 1.0
    assert judgement.probability == 0.0


def test_a_picture_with_hardly_any_light_is_too_dark_and_not_another_scene() -> None:
    dim = np.full((480, 640, 3), 6, np.uint8)

    assert judged(dim).reason == REASONS["dark"]


def test_too_dark_an_eye_whose_field_is_not_found_is_dark_though_its_disc_shines() -> None:
    dim = np.full((480, 640, 3), 4, np.uint8)
    dim[40:440, 60:600] = (22, 14, 5)
    dim[200:260, 100:160] = (90, 70, 30)

    assert unseen_defect(photograph_of(dim), None) == "dark"


def test_black_with_a_stamp_is_not_merely_dark() -> None:
    black = np.zeros((480, 640, 3), np.uint8)
    black[10:20, 500:600] = (0, 40, 0)

    assert unseen_defect(photograph_of(black), None) == "not_a_fundus"


def test_a_part_of_a_fundus_without_a_rim_is_cut_off_or_too_small() -> None:
    part, speck = np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640, 3), np.uint8)
    part[100:400, :300] = eye()[140:440, 180:480]
    speck[200:260, 300:390] = eye()[140:200, 180:270]

    assert judged(part).reason == REASONS["clipped_field"]
    assert judged(speck).reason == REASONS["small_field"]


HAZY = Signs(bias=-3.0, curves={"middle_contrast": Curve(knots=[-6.0, -4.0], heights=[6.0, 0.0])})


def judging_haze() -> QualityWeights:
    ramps = {name: ramps for name, ramps in RAMPS.items() if name != "haze"}
    values = {**BY_REACH.model_dump(), "ramps": ramps, "signs": {"haze": HAZY}}
    return QualityWeights.model_validate(values)


def test_haze_is_the_eyes_own_and_more_photographs_are_not_asked_for() -> None:
    veil = np.array([170.0, 85.0, 30.0]) + np.random.default_rng(1).normal(0, 1.5, (480, 640, 3))
    veiled = (eye() * 0.06 + veil * 0.94).astype(np.uint8)
    veiled[eye().max(axis=2) < 20] = 0

    judgement = judged(veiled, judging_haze())

    assert not judgement.gradable
    assert judgement.defects["haze"] > 0.9
    assert judgement.advice[0] == ADVICE["haze"]
    assert judgement.cause == "eye"
    assert "take it again" not in ADVICE["haze"]


def test_only_haze_is_caused_by_the_eye() -> None:
    assert {name for name, cause in CAUSE.items() if cause == "eye"} == {"haze"}


def test_a_defect_that_is_sure_refuses_whatever_else_is_seen() -> None:
    sure = Signs(bias=9.0, curves={"sharpness": Curve(knots=[0.0, 1.0], heights=[0.0, 0.0])})
    weights = judging_haze().model_copy(update={"signs": {"haze": sure}})

    assert not judged(eye(), weights).gradable


@given(st.floats(-1e3, 1e3))
def test_a_curve_stays_between_its_heights(value: float) -> None:
    curve = Curve(knots=[-1.0, 0.5, 2.0], heights=[0.0, -3.0, 4.0])

    assert -3.0 <= curve.height(value) <= 4.0
    assert curve.height(-0.25) == -1.5


def test_a_refusal_without_a_single_cause_still_has_a_reason_and_advice() -> None:
    judgement = judged(eye(), weights_on(vessel_reach=-5.0))

    assert not judgement.gradable
    assert judgement.reason
    assert len(judgement.advice) == 1


def test_vessels_reach_across_a_clear_eye_and_not_across_a_blurred_one() -> None:
    assert measured(eye()).vessel_reach > 1.0
    assert measured(blurred()).vessel_reach < 0.5
    assert measured(blurred()).sharpness < measured(eye()).sharpness - 0.5


@pytest.mark.parametrize("zoom", [0.6, 0.8, 1.7])
def test_the_size_of_the_camera_changes_little(zoom: float) -> None:
    size = (round(640 * zoom), round(480 * zoom))
    other = np.asarray(cv2.resize(eye(), size, interpolation=cv2.INTER_AREA), dtype=np.uint8)

    one, two = measured(eye()), measured(other, scale=zoom if zoom < 1.0 else 1.0)

    assert two.vessel_reach == pytest.approx(one.vessel_reach, abs=0.1)
    assert two.brightness == pytest.approx(one.brightness, abs=0.05)
    assert two.coarse_contrast == pytest.approx(one.coarse_contrast, abs=0.1)
    assert two.disc_contrast == pytest.approx(one.disc_contrast, abs=0.1)


def test_a_mirrored_eye_measures_the_same() -> None:
    one, two = measured(eye()), measured(np.ascontiguousarray(eye()[:, ::-1]))

    for name, value in asdict(one).items():
        assert getattr(two, name) == pytest.approx(value, abs=0.1), name


def test_a_burnt_in_stamp_is_no_cue() -> None:
    stamped = eye()
    cv2.putText(stamped, "02.11.2009 12:33", (250, 120), 0, 0.8, (0, 255, 0), 2)

    one, two = measured(eye()), measured(stamped)

    for name, value in asdict(one).items():
        assert getattr(two, name) == pytest.approx(value, rel=0.1, abs=0.15), name


@given(st.floats(-1e6, 1e6), st.floats(-10.0, 10.0), st.floats(0.01, 10.0))
def test_a_ramp_stays_between_none_and_sure(value: float, start: float, width: float) -> None:
    ramp = Ramp(measurement="sharpness", start=start, full=start - width)

    assert 0.0 <= ramp.value({"sharpness": value}) <= 1.0
    assert ramp.value({"sharpness": start}) == 0.0
    assert ramp.value({"sharpness": start - 2.0 * width}) == 1.0


def test_weights_survive_the_journey_through_json() -> None:
    assert QualityWeights.from_json(judging_haze().to_json()) == judging_haze()


def test_weights_of_ramps_alone_are_still_read() -> None:
    text = BY_REACH.model_dump_json(exclude={"signs"})

    assert QualityWeights.from_json(text) == BY_REACH


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ('"bias"', '"biass"'),
        ('"vessel_reach"', '"vessel_length"'),
        ('"middle_contrast"', '"contrast"'),
        ("-6.0", "-3.0"),
        ('"haze": {', '"fog": {'),
        ('"threshold": 0.5', '"threshold": 1.5'),
        ('"bias": 0.0', '"bias": NaN'),
        ('"scale": 0.2', '"scale": "0.2"'),
        ("{", "["),
    ],
)
def test_weights_that_are_not_as_they_should_be_are_refused(found: str, put: str) -> None:
    text = judging_haze().to_json().replace(found, put, 1)

    with pytest.raises(BundleCorrupt, match="quality weights"):
        QualityWeights.from_json(text)


def test_every_defect_has_advice_and_a_reason() -> None:
    assert set(ADVICE) == set(REASONS) == set(CAUSE) == set(DEFECTS)

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.domain import Eye, Reading
from edge_runtime.fundus.biomarkers import UNIT_OF, AnatomyMasks, biomarkers
from edge_runtime.fundus.biomarkers.disc import DISC_DIAMETER_UM
from edge_runtime.fundus.biomarkers.fovea import Fovea
from edge_runtime.fundus.biomarkers.rim_width import RIM_WIDTHS

UM = ("crae_um", "crve_um", "avr")
CALIBRES = st.lists(st.floats(4.0, 10.0), min_size=6, max_size=6)
# Every 30 degrees there is a spoke: none may lie along the grid or its diagonals, where a bar that
# is drawn 4.9 pixels wide is 4 or 6 pixels wide.
TURNS = st.floats(4.0, 11.0)
DENSITIES = ("vessel_density", "arteriole_density", "venule_density")
DISTANCES = ("disc_fovea_distance_dd", "disc_fovea_distance_um")
BRANCHING = ("branching_angle_arterioles", "branching_angle_venules")
NO_FOVEA = dict.fromkeys(DISTANCES, "this bundle's model does not find the fovea")
NOT_DIVIDING = {
    f"branching_angle_{kind}s": f"0 divisions of {kind}s, 5 are needed"
    for kind in ("arteriole", "venule")
}
"""Spokes divide nowhere."""
NAMES = ("vessel_HW", "arteriole_HW", "venule_HW", "disc_HW", "cup_HW")


def values(readings):
    return {name: reading.value for name, reading in readings.items()}


def reasons(readings):
    return {name: r.missing_because for name, r in readings.items() if r.missing_because}


def test_every_biomarker_of_a_whole_eye_has_a_value(drawn_eye):
    masks = replace(drawn_eye().masks, fovea=Fovea(120.0, 330.0))

    readings = biomarkers(masks, Eye.OD)

    assert reasons(readings) == NOT_DIVIDING
    assert list(readings) == list(UNIT_OF)
    assert {name: reading.unit for name, reading in readings.items()} == UNIT_OF


def test_six_equal_vessels_give_the_calibres_of_the_closed_formula(drawn_eye):
    um_per_px = DISC_DIAMETER_UM / 80

    found = values(biomarkers(drawn_eye((5.0,) * 6, (7.0,) * 6).masks))

    assert found["crae_um"] == pytest.approx(1.74843 * 5 * um_per_px, rel=0.015)
    assert found["crve_um"] == pytest.approx(2.13761 * 7 * um_per_px, rel=0.015)
    assert found["avr"] == pytest.approx(1.74843 * 5 / (2.13761 * 7), rel=0.02)


def test_the_other_readings_of_a_drawn_eye_are_those_of_its_shapes(drawn_eye):
    found = values(biomarkers(drawn_eye().masks))

    # Spokes of 145 px, all outside the disc, in a field of radius 320 with a disc of radius 40.
    outside = np.pi * (320**2 - 40**2)
    assert found["arteriole_density"] == pytest.approx(6 * 145 * 5 / outside, rel=0.01)
    assert found["venule_density"] == pytest.approx(6 * 145 * 7 / outside, rel=0.01)
    assert found["vessel_density"] == pytest.approx(6 * 145 * 12 / outside, rel=0.01)
    assert found["tortuosity_distance_arterioles"] == pytest.approx(1.0, abs=0.005)
    assert found["cdr_vertical"] == pytest.approx(0.5, abs=0.01)
    assert found["cdr_area"] == pytest.approx(0.25, abs=0.01)


@pytest.mark.slow
@given(scale=st.floats(0.8, 1.6), turn=TURNS, calibres=CALIBRES)
@settings(max_examples=10, deadline=None)
def test_readings_do_not_depend_on_the_size_of_the_picture(drawn_eye, scale, turn, calibres):
    one = drawn_eye(calibres, turn_deg=turn)

    small, large = biomarkers(one.masks), biomarkers(replace(one, scale=scale).masks)

    for name in (*UM, "cdr_vertical", "cdr_area", "vessel_density", "fractal_dimension"):
        assert large[name].value == pytest.approx(small[name].value, rel=0.05), name


@pytest.mark.slow
@given(turn=TURNS, arterioles=CALIBRES, venules=CALIBRES)
@settings(max_examples=10, deadline=None)
def test_a_mirrored_eye_gives_the_same_readings(drawn_eye, turn, arterioles, venules):
    masks = drawn_eye(arterioles, venules, disc_at=(400.0, 330.0), turn_deg=turn).masks
    cup = np.roll(masks.cup_HW, (3, -5), axis=(0, 1))
    masks = replace(masks, cup_HW=cup, fovea=Fovea(210.0, 350.0))
    mirrored = AnatomyMasks(
        **{name: getattr(masks, name)[:, ::-1] for name in (*NAMES, "field_HW")},
        fovea=Fovea(639.0 - 210.0, 350.0),
    )

    one, other = biomarkers(masks, Eye.OD), biomarkers(mirrored, Eye.OS)

    assert reasons(other) == reasons(one) == NOT_DIVIDING
    for name in set(UNIT_OF) - set(NOT_DIVIDING):
        # A straight vessel's turns are the grid's alone.
        absolute = 0.4 if "curvature" in name else 0.0
        assert other[name].value == pytest.approx(one[name].value, rel=0.02, abs=absolute), name


@pytest.mark.slow
@given(turn=TURNS, arterioles=CALIBRES, venules=CALIBRES)
@settings(max_examples=10, deadline=None)
def test_swapping_arterioles_and_venules_swaps_their_readings(drawn_eye, turn, arterioles, venules):
    masks = drawn_eye(arterioles, venules, turn_deg=turn).masks
    swapped = replace(masks, arteriole_HW=masks.venule_HW, venule_HW=masks.arteriole_HW)

    one, other = values(biomarkers(masks)), values(biomarkers(swapped))

    for kind in (
        "{}_density",
        "fractal_dimension_{}s",
        "tortuosity_distance_{}s",
        "tortuosity_curvature_{}s",
    ):
        assert other[kind.format("arteriole")] == one[kind.format("venule")]
        assert other[kind.format("venule")] == one[kind.format("arteriole")]
    # The calibres are the same, the constant is the other: venules weigh 2.13761 / 1.74843 more.
    # That is the ratio for equal vessels; unequal ones come within a few percent of it.
    assert other["crve_um"] / one["crae_um"] == pytest.approx(2.13761 / 1.74843, rel=0.04)
    assert one["crve_um"] / other["crae_um"] == pytest.approx(2.13761 / 1.74843, rel=0.04)


@pytest.mark.parametrize(
    ("emptied", "expected"),
    [
        (
            ["disc_HW"],
            dict.fromkeys(
                [
                    "cdr_vertical",
                    "cdr_area",
                    "disc_diameter_of_field",
                    *UM,
                    *DENSITIES,
                    *DISTANCES,
                    *RIM_WIDTHS,
                ],
                "no disc found",
            ),
        ),
        (["cup_HW"], dict.fromkeys(["cdr_vertical", "cdr_area", *RIM_WIDTHS], "no cup found")),
        (
            ["arteriole_HW"],
            {
                "crae_um": "0 arterioles in zone B, 6 are needed",
                "avr": "0 arterioles in zone B, 6 are needed",
                "arteriole_density": "no arterioles found",
                "fractal_dimension_arterioles": "no arterioles found",
                "tortuosity_distance_arterioles": "no arterioles found",
                "tortuosity_curvature_arterioles": "no arterioles found",
                "branching_angle_arterioles": "no arterioles found",
            },
        ),
        (
            ["vessel_HW"],
            dict.fromkeys(
                [
                    "vessel_density",
                    "fractal_dimension",
                    "fractal_dimension_information",
                    "fractal_dimension_correlation",
                ],
                "no vessels found",
            ),
        ),
    ],
)
def test_what_cannot_be_measured_is_missing_with_its_reason(drawn_eye, without, emptied, expected):
    masks = replace(drawn_eye().masks, fovea=Fovea(120.0, 330.0))

    readings = biomarkers(without(masks, *emptied), Eye.OS)

    assert reasons(readings) == NOT_DIVIDING | expected
    assert {name: reading.unit for name, reading in readings.items()} == UNIT_OF


def test_without_a_fovea_or_an_eye_what_needs_them_is_missing(drawn_eye):
    missing = reasons(biomarkers(drawn_eye().masks))

    assert missing == NOT_DIVIDING | NO_FOVEA | dict.fromkeys(
        RIM_WIDTHS, "not known whether it is a right or a left eye"
    )


def test_four_arterioles_are_too_few(drawn_eye):
    readings = biomarkers(drawn_eye(arteriole_calibres=(5.0,) * 4).masks)

    reason = "4 arterioles in zone B, 6 are needed"
    assert readings["crae_um"] == Reading(None, "um", reason)
    assert readings["avr"] == Reading(None, "1", reason)
    assert readings["crve_um"].value is not None


def test_a_zone_b_that_is_half_out_of_the_field_is_not_read(drawn_eye, without):
    masks = drawn_eye().masks
    field = masks.field_HW.copy()
    field[:, :265] = field[:265] = False

    readings = biomarkers(without(masks, field_HW=field))

    reason = "44 % of zone B lies in the field, 60 % is needed"
    assert readings["crae_um"] == readings["crve_um"] == Reading(None, "um", reason)
    assert readings["avr"] == Reading(None, "1", reason)
    assert readings["cdr_vertical"].value == pytest.approx(0.5, abs=0.01)


def test_what_lies_outside_the_field_does_not_count(drawn_eye, without):
    masks = drawn_eye().masks
    spoilt = {name: getattr(masks, name) | ~masks.field_HW for name in NAMES[:3]}

    assert biomarkers(without(masks, **spoilt)) == biomarkers(masks)


def test_empty_masks_give_a_reason_for_every_biomarker():
    nothing = np.zeros((64, 64), bool)

    readings = biomarkers(AnatomyMasks(*[nothing] * 5, field_HW=~nothing))

    assert set(reasons(readings)) == set(UNIT_OF)


@pytest.mark.slow
@given(seed=st.integers(0, 2**31), share=st.floats(0.3, 0.7), side=st.integers(8, 150))
@settings(max_examples=40, deadline=None)
def test_whatever_the_masks_each_biomarker_has_a_finite_value_or_a_reason(seed, share, side):
    noise = np.random.default_rng(seed).random((6, side, side + 5))
    blurred = [cv2.GaussianBlur(layer, (0, 0), 2.5) for layer in noise]
    masks = [layer > np.quantile(layer, share) for layer in blurred]

    readings = biomarkers(AnatomyMasks(*masks))

    assert list(readings) == list(UNIT_OF)
    for reading in readings.values():
        assert reading.value is None or np.isfinite(reading.value)
        assert reading.value is None or reading.value >= 0


def test_masks_are_not_changed(drawn_eye):
    masks = drawn_eye().masks
    before = {name: getattr(masks, name).copy() for name in NAMES}

    biomarkers(masks)

    assert all(np.array_equal(getattr(masks, name), before[name]) for name in NAMES)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((64, 64), np.uint8), "disc_HW must be boolean, got uint8"),
        (np.zeros((64, 32), np.bool_), "disc_HW is"),
    ],
)
def test_masks_of_another_kind_or_shape_are_refused(wrong, message):
    right = np.ones((64, 64), np.bool_)

    with pytest.raises(ValueError, match=message):
        AnatomyMasks(right, right, right, wrong, right, right)


def test_an_empty_field_is_refused():
    nothing = np.zeros((64, 64), np.bool_)

    with pytest.raises(ValueError, match="field_HW is empty"):
        AnatomyMasks(*[nothing] * 6)

"""A spoilt eye keeps its field and loses what made it readable."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import FieldOfView, FovCircle, Photograph
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of
from training.quality.spoil import KINDS, spoilt


@pytest.fixture(scope="module")
def eye() -> Photograph:
    return photograph_of(draw_field(FovCircle(400.0, 300.0, 280.0), 800, 600))


@pytest.fixture(scope="module")
def field(eye: Photograph) -> FieldOfView:
    found = find_field_of_view(eye)
    assert found is not None
    return found


def measured(photograph: Photograph, field: FieldOfView) -> QualityMeasurements:
    values = measure_quality(photograph, field)
    assert values is not None
    return values


def spoilt_eye(eye: Photograph, field: FieldOfView, kind: str) -> QualityMeasurements:
    return measured(*spoilt(eye, field, kind, np.random.default_rng(5)))


def test_a_defocused_or_veiled_eye_loses_its_vessels(eye: Photograph, field: FieldOfView) -> None:
    clear = measured(eye, field)

    for kind in ("defocused", "veiled"):
        assert spoilt_eye(eye, field, kind).vessel_reach < clear.vessel_reach - 0.5
        assert spoilt_eye(eye, field, kind).fine_contrast < clear.fine_contrast - 0.5


def test_exposure_moves_the_brightness(eye: Photograph, field: FieldOfView) -> None:
    assert spoilt_eye(eye, field, "underexposed").dark_share > 0.9
    assert spoilt_eye(eye, field, "overexposed").burnt_share > 0.5


def test_a_recoloured_eye_has_no_colour_of_a_fundus(eye: Photograph, field: FieldOfView) -> None:
    assert spoilt_eye(eye, field, "recoloured").odd_colour > 0.3


def test_a_shuffled_eye_has_edges_that_no_eye_has(eye: Photograph, field: FieldOfView) -> None:
    shuffled = spoilt_eye(eye, field, "shuffled")

    assert shuffled.coarse_contrast > measured(eye, field).coarse_contrast + 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_spoiling_is_repeatable_and_leaves_the_surround_black(
    eye: Photograph, field: FieldOfView, kind: str
) -> None:
    one, where = spoilt(eye, field, kind, np.random.default_rng(5))
    two, _ = spoilt(eye, field, kind, np.random.default_rng(5))

    assert (one.pixels_HWC == two.pixels_HWC).all()
    assert not one.pixels_HWC[~where.mask_HW].any()
    assert (one.width_px, one.height_px) == (eye.width_px, eye.height_px)

"""A scene has an eye's field and light, and is none."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import FovCircle, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of
from training.quality.scenes import SCENES, colourless, elsewhere, recoloured, shuffled

CIRCLE = FovCircle(200.0, 150.0, 140.0)
EYE = draw_field(CIRCLE, 400, 300)


def measured(pixels_HWC: UInt8Array) -> QualityMeasurements:
    photograph = photograph_of(pixels_HWC)
    field = find_field_of_view(photograph)
    assert field is not None
    values = measure_quality(photograph, field)
    assert values is not None
    return values


def test_a_recoloured_eye_has_no_colour_of_a_fundus() -> None:
    picture = recoloured(EYE, CIRCLE, np.random.default_rng(5))

    assert measured(picture).odd_colour > 0.3


def test_a_shuffled_eye_has_the_same_light_and_no_long_vessel() -> None:
    picture = shuffled(EYE, CIRCLE, np.random.default_rng(5))

    assert np.sort(picture, axis=None).tolist() == np.sort(EYE, axis=None).tolist()
    assert measured(picture).vessel_reach < measured(EYE).vessel_reach - 0.3


@pytest.mark.parametrize("seed", range(6))
def test_an_eye_without_colour_has_next_to_no_saturation(seed: int) -> None:
    picture = colourless(EYE, CIRCLE, np.random.default_rng(seed))

    assert measured(picture).saturation < 0.24 < measured(EYE).saturation


@pytest.mark.parametrize("seed", range(6))
def test_another_surface_has_the_eyes_field_and_no_vessels(seed: int) -> None:
    picture = elsewhere(EYE, CIRCLE, np.random.default_rng(seed))
    field = find_field_of_view(photograph_of(picture))

    assert field is None or measured(picture).seen_share < measured(EYE).seen_share
    assert (picture[0] == EYE[0]).all()


@pytest.mark.parametrize("name", SCENES)
def test_the_same_seed_gives_the_same_scene(name: str) -> None:
    one, two = (SCENES[name](EYE, CIRCLE, np.random.default_rng(5)) for _ in range(2))

    assert (one == two).all()

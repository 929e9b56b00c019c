"""A telephone's picture of an eye: smaller, worse, and its geometry is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_runtime.domain import FovCircle
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.quality_measurements import measure_quality
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of
from training.camera.phone import phone_photograph, phone_view

pytestmark = pytest.mark.slow

CIRCLE = FovCircle(260.0, 200.0, 185.0)
EYE = draw_field(CIRCLE, 520, 400)


@pytest.mark.parametrize("seed", range(4))
def test_the_field_is_where_the_view_says(seed: int) -> None:
    view = phone_view(EYE, CIRCLE, np.random.default_rng(seed))

    found = find_field_of_view(photograph_of(view.picture_HWC))

    assert found is not None
    assert found.circle.radius_px == pytest.approx(view.circle.radius_px, rel=0.04)
    assert found.circle.x_px == pytest.approx(view.circle.x_px, abs=6.0)


def test_masks_can_follow_the_photograph() -> None:
    view = phone_view(EYE, CIRCLE, np.random.default_rng(2))
    centre = np.array([CIRCLE.x_px, CIRCLE.y_px, 1.0], np.float32)

    there = view.from_photograph_23 @ centre
    disc = cv2.transform(
        np.array([[[CIRCLE.x_px + 0.5 * CIRCLE.radius_px, CIRCLE.y_px]]], np.float32),
        view.from_photograph_23,
    )[0, 0]

    assert there == pytest.approx([view.circle.x_px, view.circle.y_px], abs=0.01)
    column, row = (round(float(place)) for place in disc)
    beside = round(float(disc[0] - 0.25 * view.circle.radius_px))
    assert int(view.picture_HWC[row, column, 1]) > int(view.picture_HWC[row, beside, 1]) + 30


def test_a_telephone_sees_less() -> None:
    photograph, telephone = (
        photograph_of(picture)
        for picture in (EYE, phone_photograph(EYE, CIRCLE, np.random.default_rng(1)))
    )
    values = []
    for one in (photograph, telephone):
        field = find_field_of_view(one)
        assert field is not None
        values.append(measure_quality(one, field))

    clear, seen = values
    assert clear is not None
    assert seen is not None
    assert seen.edge_sharpness < clear.edge_sharpness


def test_the_same_seed_gives_the_same_picture() -> None:
    one, two = (phone_photograph(EYE, CIRCLE, np.random.default_rng(8)) for _ in range(2))

    assert one.shape == EYE.shape
    assert (one == two).all()

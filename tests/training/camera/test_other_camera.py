"""Another camera's picture of an eye differs in frame and colour, and is as good as the first."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import FovCircle
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.quality_measurements import measure_quality
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of
from training.camera.other_camera import LEAST_RADIUS_PX, MEDIAN_LEVEL, CameraView, other_camera

pytestmark = pytest.mark.slow

CIRCLE = FovCircle(360.0, 280.0, 250.0)
EYE = draw_field(CIRCLE, 720, 560)
SEEDS = range(12)


def view(seed: int) -> CameraView:
    return other_camera(EYE, CIRCLE, np.random.default_rng(seed))


def test_the_same_seed_gives_the_same_picture() -> None:
    one, two = view(3), view(3)

    assert one.circle == two.circle
    assert (one.picture_HWC == two.picture_HWC).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_field_is_found_and_shows_vessels(seed: int) -> None:
    photograph = photograph_of(view(seed).picture_HWC)
    field = find_field_of_view(photograph)
    assert field is not None
    measured = measure_quality(photograph, field)

    assert measured is not None
    assert measured.faint_reach > 0.6
    assert measured.lopsided < 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_no_field_is_made_too_small_and_no_light_too_weak(seed: int) -> None:
    seen = view(seed)
    inside = seen.picture_HWC[seen.picture_HWC.max(axis=2) > 25]

    assert seen.circle.radius_px >= LEAST_RADIUS_PX - 1.0
    assert float(np.median(inside.max(axis=1))) > 0.8 * MEDIAN_LEVEL[0]


def test_cameras_differ_in_frame_and_in_colour() -> None:
    views = [view(seed) for seed in SEEDS]
    hues = [float(v.picture_HWC[..., 1].mean() / v.picture_HWC[..., 0].mean()) for v in views]

    assert len({v.picture_HWC.shape for v in views}) > 8
    assert max(hues) > 1.2 * min(hues)


def test_a_frame_that_cuts_does_so_alike_on_opposite_sides() -> None:
    for seen in map(view, SEEDS):
        height, width = seen.picture_HWC.shape[:2]
        above, below = seen.circle.y_px, height - 1 - seen.circle.y_px
        left, right = seen.circle.x_px, width - 1 - seen.circle.x_px

        assert min(above, seen.circle.radius_px) == pytest.approx(
            min(below, seen.circle.radius_px), abs=1.5
        )
        assert min(left, seen.circle.radius_px) == pytest.approx(
            min(right, seen.circle.radius_px), abs=1.5
        )

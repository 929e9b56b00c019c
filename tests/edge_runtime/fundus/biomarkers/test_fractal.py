from __future__ import annotations

from math import log

import numpy as np
import pytest

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.fractal import fractal_dimension, uneven_dimensions


def test_a_line_has_a_fractal_dimension_of_about_one():
    line = np.zeros((640, 640), bool)
    line[320] = True

    assert fractal_dimension(line, 640, "vessel").value == pytest.approx(1.0, abs=0.05)


def test_a_filled_plane_has_a_fractal_dimension_of_about_two():
    assert fractal_dimension(np.ones((640, 640), bool), 640, "vessel").value == pytest.approx(
        2.0, abs=0.1
    )


def test_a_carpet_of_sierpinski_has_its_known_dimension():
    carpet = np.ones((1, 1), bool)
    for _ in range(6):
        row = np.hstack([carpet] * 3)
        carpet = np.vstack([row, np.hstack([carpet, np.zeros_like(carpet), carpet]), row])

    assert fractal_dimension(carpet, 729, "vessel").value == pytest.approx(
        log(8) / log(3), abs=0.08
    )


def test_the_fractal_dimension_does_not_depend_on_where_the_grid_lies(rng):
    dots = rng.random((400, 400)) > 0.999
    moved = np.pad(dots, ((13, 0), (0, 7)))

    one, other = fractal_dimension(dots, 400, "vessel"), fractal_dimension(moved, 400, "vessel")

    assert other.value == pytest.approx(one.value, abs=1e-9)


@pytest.mark.parametrize(
    ("mask", "field_px", "reason"),
    [
        (np.zeros((640, 640), bool), 640, "no vessels found"),
        (np.ones((60, 60), bool), 60, "the picture is too small to count boxes in it"),
    ],
)
def test_without_boxes_to_count_there_is_no_fractal_dimension(mask, field_px, reason):
    assert fractal_dimension(mask, field_px, "vessel") == Reading(None, "1", reason)


def test_of_a_carpet_all_three_dimensions_are_the_same():
    carpet = np.ones((1, 1), bool)
    for _ in range(6):
        row = np.hstack([carpet] * 3)
        carpet = np.vstack([row, np.hstack([carpet, np.zeros_like(carpet), carpet]), row])

    information, correlation = uneven_dimensions(carpet, 729, "vessel")

    assert information.value == pytest.approx(log(8) / log(3), abs=0.08)
    assert correlation.value == pytest.approx(log(8) / log(3), abs=0.08)


def test_a_line_has_three_dimensions_of_about_one():
    line = np.zeros((640, 640), bool)
    line[320] = True

    information, correlation = uneven_dimensions(line, 640, "vessel")

    assert information.value == pytest.approx(1.0, abs=0.05)
    assert correlation.value == pytest.approx(1.0, abs=0.05)


def test_where_vessels_lie_unevenly_the_dimensions_fall_with_their_order(rng):
    # A cascade: each square gives its quarters these shares, over and over.
    shares = np.array([[0.35, 0.30], [0.25, 0.10]])
    measure = np.ones((1, 1))
    for _ in range(9):
        measure = np.kron(measure, shares)
    dots = rng.random(measure.shape) < 12_000 * measure

    information, correlation = uneven_dimensions(dots, 512, "vessel")

    assert information.value > correlation.value


def test_without_vessels_there_is_no_dimension_of_any_order():
    missing = Reading(None, "1", "no vessels found")

    assert uneven_dimensions(np.zeros((640, 640), bool), 640, "vessel") == (missing, missing)

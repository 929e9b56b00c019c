from __future__ import annotations

from math import sqrt

import pytest

from training.repeatability.scatter import scatter_of


def test_two_readings_of_each_eye_give_the_known_deviation():
    # Differences of 2 and 4: variances of 2 and 8 with one degree of freedom each, 5 on average.
    found = scatter_of([[10.0, 12.0], [20.0, 24.0]])

    assert found is not None
    assert found.within_sd == pytest.approx(sqrt(5.0))
    assert found.smallest_detectable_change == pytest.approx(1.96 * sqrt(10.0))
    assert (found.eyes, found.readings, found.mean) == (2, 4, 16.5)


def test_eyes_with_more_readings_weigh_more():
    found = scatter_of([[0.0, 2.0], [5.0, 5.0, 5.0, 5.0]])

    assert found is not None
    assert found.within_sd == pytest.approx(sqrt(2.0 / 4.0))


def test_what_differs_between_eyes_is_no_scatter():
    found = scatter_of([[1.0, 1.0], [50.0, 50.0], [900.0, 900.0]])

    assert found is not None
    assert found.smallest_detectable_change == 0.0


def test_an_eye_read_once_tells_nothing():
    assert scatter_of([[3.0], [], [7.0]]) is None
    assert scatter_of([[3.0], [1.0, 3.0]]) == scatter_of([[1.0, 3.0]])


def test_about_95_of_100_differences_of_an_unchanged_eye_stay_below(rng):
    readings = rng.normal(rng.normal(100.0, 20.0, 2000)[:, None], 3.0, (2000, 2))

    found = scatter_of(readings.tolist())

    assert found is not None
    differences = abs(readings[:, 0] - readings[:, 1])
    assert (differences < found.smallest_detectable_change).mean() == pytest.approx(0.95, abs=0.02)

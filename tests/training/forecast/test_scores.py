"""What forecasts are worth, worked by hand on a few people."""

from __future__ import annotations

import numpy as np
import pytest

from training.forecast.scores import (
    aalen_johansen,
    coverage,
    e90,
    expected_c,
    interval_score,
)


def by_pairs(forecast: np.ndarray, oracle: np.ndarray) -> float:
    right = pairs = 0.0
    for i in range(len(oracle)):
        for j in range(len(oracle)):
            if i != j:
                weight = oracle[i] * (1.0 - oracle[j])
                pairs += weight
                right += weight * ((forecast[i] > forecast[j]) + 0.5 * (forecast[i] == forecast[j]))
    return right / pairs


def test_of_two_people_the_expected_c_is_the_chance_that_the_right_one_has_it() -> None:
    # The pair comes about with 0.3 x 0.9 one way and 0.1 x 0.7 the other.
    assert expected_c([0.2, 0.1], [0.3, 0.1]) == pytest.approx(0.27 / 0.34)
    assert expected_c([0.1, 0.1], [0.3, 0.1]) == pytest.approx(0.5)


def test_expected_c_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(3)
    oracle = rng.random(60) * 0.4
    forecast = np.round(oracle + 0.1 * rng.standard_normal(60), 1)

    assert expected_c(forecast, oracle) == pytest.approx(by_pairs(forecast, oracle))


def test_with_one_person_there_is_no_pair() -> None:
    assert np.isnan(expected_c([0.1], [0.2]))


def test_a_forecast_half_of_the_truth_is_off_by_half_everywhere() -> None:
    oracle = np.full(1000, 0.2)

    assert e90(oracle, oracle) == pytest.approx(0.0)
    assert e90(oracle / 2.0, oracle) == pytest.approx(0.5)


def test_scatter_around_a_calibrated_forecast_is_smoothed_away() -> None:
    rng = np.random.default_rng(0)
    forecast = rng.uniform(0.01, 0.3, 20000)
    oracle = forecast * rng.uniform(0.5, 1.5, 20000)

    assert e90(forecast, oracle) < 0.05


def test_an_interval_that_misses_pays_twenty_times_the_miss() -> None:
    assert coverage([0.1, 0.1], [0.2, 0.2], [0.15, 0.25]) == 0.5
    assert interval_score([0.1], [0.2], [0.15]) == pytest.approx(0.1)
    assert interval_score([0.1], [0.2], [0.25]) == pytest.approx(0.1 + 20 * 0.05)


def test_aalen_johansen_of_five_people() -> None:
    # At 1 one of 5 has it; at 2 one of 4 dies; at 3 one is censored; at 4 one of 2 has it.
    years, event = [1.0, 2.0, 3.0, 4.0, 5.0], [1, 2, 0, 1, 0]

    assert aalen_johansen(years, event, 1.0) == pytest.approx(0.2)
    assert aalen_johansen(years, event, 3.5) == pytest.approx(0.2)
    assert aalen_johansen(years, event, 4.0) == pytest.approx(0.2 + 0.8 * 0.75 * 0.5)


def test_without_censoring_aalen_johansen_is_the_share() -> None:
    rng = np.random.default_rng(1)
    years, event = rng.uniform(0, 5, 300), rng.integers(1, 3, 300)

    share = np.mean((years <= 3.0) & (event == 1))
    assert aalen_johansen(years, event, 3.0) == pytest.approx(share)

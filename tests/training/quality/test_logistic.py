"""The logistic regression finds what made the data, and the area under the curve is counted."""

from __future__ import annotations

import numpy as np
import pytest

from training.quality.logistic import area_under_curve, fit_logistic


def test_the_coefficients_that_made_the_data_are_found(rng: np.random.Generator) -> None:
    rows_NM = rng.normal(size=(20000, 2))
    odds = np.exp(1.5 * rows_NM[:, 0] - 0.5 * rows_NM[:, 1] + 0.3)
    gradable_N = (rng.random(20000) < odds / (1.0 + odds)).astype(np.float64)
    even = np.full(20000, 1.0 / 20000)

    coefficients, bias = fit_logistic(rows_NM, gradable_N, even, ridge=1e-6)

    assert coefficients == pytest.approx([1.5, -0.5], abs=0.08)
    assert bias == pytest.approx(0.3, abs=0.08)


def test_separable_data_have_an_end_because_of_the_ridge() -> None:
    rows_NM = np.array([[-1.0], [-0.5], [0.5], [1.0]])
    gradable_N = np.array([0.0, 0.0, 1.0, 1.0])

    coefficients, bias = fit_logistic(rows_NM, gradable_N, np.full(4, 0.25), ridge=0.01)

    assert 0.0 < coefficients[0] < 20.0
    assert bias == pytest.approx(0.0, abs=1e-6)


def test_the_area_under_the_curve_counts_pairs() -> None:
    scores_N = np.array([0.9, 0.4, 0.4, 0.1])
    gradable_N = np.array([True, True, False, False])

    # of four pairs three are in order and one is a tie
    assert area_under_curve(scores_N, gradable_N) == pytest.approx(3.5 / 4.0)


def test_one_verdict_alone_has_no_area() -> None:
    with pytest.raises(ValueError, match="both"):
        area_under_curve(np.array([0.5]), np.array([True]))

"""The plain Cox fit against hand, against what was put in, and against lifelines."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from training.drawn.population.evidence.cox import fit_cox


def a_cohort(
    people: int, beta: float, longest_years: float = 12.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(people, 2))
    years = rng.exponential(1.0 / (0.05 * np.exp(beta * x[:, 0])))
    end = rng.uniform(0.1, longest_years, people)
    return np.minimum(years, end), years <= end, x


def test_three_people_by_hand() -> None:
    # Event order x = 1, 0, then 0.5 censored: the score is zero at one beta alone.
    years = np.array([1.0, 2.0, 3.0])
    event = np.array([True, True, False])
    x = np.array([[1.0], [0.0], [0.5]])
    beta = fit_cox(years, event, x, np.ones(3)).log_hazard_ratio[0]
    first = (np.exp(beta) + 0.5 * np.exp(0.5 * beta)) / (np.exp(beta) + 1 + np.exp(0.5 * beta))
    second = 0.5 * np.exp(0.5 * beta) / (1.0 + np.exp(0.5 * beta))
    assert 1.0 - first - second == pytest.approx(0.0, abs=1e-6)


def test_one_hazard_ratio_is_found_again() -> None:
    years, event, x = a_cohort(20_000, 0.5)
    fit = fit_cox(years, event, x, np.ones(len(x)))
    z = (fit.log_hazard_ratio - [0.5, 0.0]) / fit.standard_error
    assert np.abs(z).max() < 3.0
    assert fit.standard_error.max() < 0.02


def test_thinned_rows_with_their_weights_tell_the_same() -> None:
    years, event, x = a_cohort(20_000, 0.5, longest_years=1.5)
    kept = event | (np.random.default_rng(1).random(len(x)) < 0.25)
    weight = np.where(event, 1.0, 4.0)[kept]
    whole = fit_cox(years, event, x, np.ones(len(x)))
    thin = fit_cox(years[kept], event[kept], x[kept], weight)
    moved = (thin.log_hazard_ratio - whole.log_hazard_ratio) / whole.standard_error
    assert np.abs(moved).max() < 1.5


def test_lifelines_agrees() -> None:
    from lifelines import CoxPHFitter  # type: ignore[import-untyped,unused-ignore]

    years, event, x = a_cohort(800, 0.7)
    ours = fit_cox(years, event, x, np.ones(len(x)))
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "years": years, "event": event})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CoxPHFitter().fit(frame, "years", "event")
    np.testing.assert_allclose(ours.log_hazard_ratio, theirs.params_.to_numpy(), rtol=1e-4)
    np.testing.assert_allclose(ours.standard_error, theirs.standard_errors_.to_numpy(), rtol=1e-3)


def test_no_events_are_no_fit() -> None:
    with pytest.raises(ValueError, match="needs events"):
        fit_cox(np.ones(4), np.zeros(4, bool), np.arange(4.0)[:, None], np.ones(4))

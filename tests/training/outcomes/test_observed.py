"""Figures of forecasts by events: by hand, and against scikit-survival where nobody dies first."""

from __future__ import annotations

import numpy as np
import pytest
from sksurv.metrics import brier_score, concordance_index_ipcw, cumulative_dynamic_auc
from sksurv.util import Surv

from edge_runtime.contracts.cohort import Event
from training.forecast.scores import aalen_johansen
from training.outcomes.observed import (
    Observed,
    area_at,
    brier,
    calibration_errors,
    integrated_brier,
    net_benefit,
    uno_c,
)

E, D, L = int(Event.EVENT), int(Event.DEATH_FIRST), int(Event.CENSORED)


def observed(*ends: tuple[float, int]) -> Observed:
    years, event = zip(*ends, strict=True)
    return Observed(np.array(years, float), np.array(event, np.int8))


def a_cohort(death: float = 0.0, people: int = 1500) -> tuple[np.ndarray, Observed]:
    """People of whom a third is lost from view; a higher chance means the event comes sooner."""
    dice = np.random.default_rng(4)
    risk_N = dice.gamma(2.0, 0.04, people)
    event_years = dice.exponential(1.0 / risk_N)
    death_years = dice.exponential(1.0 / death, people) if death else np.full(people, np.inf)
    lost_years = dice.uniform(0.5, 15.0, people)
    years_N = np.minimum(np.minimum(event_years, death_years), lost_years)
    event_N = np.where(years_N == event_years, E, np.where(years_N == death_years, D, L))
    return 1.0 - np.exp(-risk_N * 5.0), Observed(years_N, event_N.astype(np.int8))


def test_who_had_it_sooner_and_was_given_more_is_a_right_pair() -> None:
    seen = observed((1.0, E), (2.0, E), (9.0, L))

    assert uno_c(np.array([0.9, 0.5, 0.1]), seen, 5.0) == pytest.approx(1.0)
    assert uno_c(np.array([0.1, 0.5, 0.9]), seen, 5.0) == pytest.approx(0.0)
    assert uno_c(np.array([0.5, 0.5, 0.5]), seen, 5.0) == pytest.approx(0.5)


def test_who_died_first_never_had_it_however_soon_that_was() -> None:
    seen = observed((3.0, E), (1.0, D))

    assert uno_c(np.array([0.2, 0.1]), seen, 5.0) == pytest.approx(1.0)
    assert area_at(np.array([0.1, 0.2]), seen, 5.0) == pytest.approx(0.0)


def test_nobody_with_the_event_makes_no_pair() -> None:
    assert np.isnan(uno_c(np.array([0.2, 0.1]), observed((3.0, L), (1.0, D)), 5.0))


def test_who_was_lost_is_made_up_for_by_those_still_in_view() -> None:
    # One of four is lost at 1 year: each of the other three stands for four thirds of a person.
    seen = observed((1.0, L), (2.0, E), (6.0, L), (7.0, L))

    assert seen.weight(5.0) == pytest.approx([0.0, 4 / 3, 4 / 3, 4 / 3])
    assert brier(np.zeros(4), seen, 5.0) == pytest.approx(1 / 3)


def test_losing_people_from_view_does_not_bias_the_mean_of_what_came() -> None:
    _, seen = a_cohort(death=0.03)

    weighed = float(np.mean(seen.weight(5.0) * seen.had(5.0)))

    assert weighed == pytest.approx(aalen_johansen(seen.years_N, seen.event_N, 5.0), abs=1e-6)


def test_without_deaths_the_figures_are_those_of_scikit_survival() -> None:
    chance_N, seen = a_cohort()
    truth = Surv.from_arrays(seen.event_N == E, seen.years_N)

    assert uno_c(chance_N, seen, 5.0) == pytest.approx(
        concordance_index_ipcw(truth, truth, chance_N, tau=5.0)[0], abs=1e-4
    )
    assert area_at(chance_N, seen, 5.0) == pytest.approx(
        cumulative_dynamic_auc(truth, truth, chance_N, [5.0])[0][0], abs=1e-4
    )
    assert brier(chance_N, seen, 5.0) == pytest.approx(
        brier_score(truth, truth, (1.0 - chance_N)[:, None], [5.0])[1][0], abs=1e-4
    )


def test_a_brier_score_over_time_is_its_mean_by_trapezoids() -> None:
    _, seen = a_cohort()
    flat_NH = np.full((len(seen.years_N), 3), 0.2)
    one, two, five = (brier(flat_NH[:, 0], seen, years) for years in (1.0, 2.0, 5.0))

    by_hand = ((one + two) / 2 * 1.0 + (two + five) / 2 * 3.0) / 4.0

    assert integrated_brier(flat_NH, seen, (1, 2, 5)) == pytest.approx(by_hand)


def test_a_true_forecast_is_calibrated_and_a_doubled_one_is_off_by_its_mean() -> None:
    chance_N, seen = a_cohort(people=20000)

    assert max(calibration_errors(chance_N, seen, 5.0)) < 0.03
    mean, median, most = calibration_errors(np.clip(2.0 * chance_N, 0, 1), seen, 5.0)
    assert mean == pytest.approx(float(chance_N.mean()), abs=0.03)
    assert median < most


def test_acting_on_those_who_will_have_it_gains_their_share() -> None:
    seen = observed((1.0, E), (9.0, L), (9.0, L), (9.0, L))

    assert net_benefit(np.array([0.5, 0.0, 0.0, 0.0]), seen, 5.0, 0.2) == pytest.approx(0.25)
    assert net_benefit(np.full(4, 0.5), seen, 5.0, 0.2) == pytest.approx(0.25 - 0.75 * 0.25)
    assert net_benefit(np.zeros(4), seen, 5.0, 0.2) == 0.0

"""Survival arithmetic: worked by hand, then what must hold whatever the hazards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edge_runtime.forecast.survival import (
    at_horizons,
    cumulative_incidence,
    moved,
    raised_hazards,
    survival,
    yearly_hazards,
    yearly_rates,
)

SHARES = hnp.arrays(np.float64, (3, 2, 10), elements=st.floats(0.0, 1.0))


def hazards_of(total: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return total * share, total * (1.0 - share)


def test_three_years_of_hazard_a_tenth_without_death() -> None:
    incidence = cumulative_incidence([0.1, 0.1, 0.1], [0.0, 0.0, 0.0])

    assert incidence == pytest.approx([0.1, 0.19, 0.271])


def test_death_first_takes_people_from_the_event() -> None:
    # 100 people: 10 events and 20 deaths leave 70; of these 7 and 14 leave 49.
    assert survival([0.1, 0.1], [0.2, 0.2]) == pytest.approx([0.70, 0.49])
    assert cumulative_incidence([0.1, 0.1], [0.2, 0.2]) == pytest.approx([0.10, 0.17])


def test_incidence_is_the_sum_of_survival_times_hazard() -> None:
    event, death = np.array([0.02, 0.05, 0.3]), np.array([0.01, 0.2, 0.1])
    by_hand: list[float] = []
    alive = 1.0
    for e, d in zip(event, death, strict=True):
        by_hand.append((by_hand[-1] if by_hand else 0.0) + alive * e)
        alive *= 1.0 - e - d

    assert cumulative_incidence(event, death) == pytest.approx(by_hand)


def test_a_horizon_inside_a_year_has_its_share_of_that_year() -> None:
    incidence = np.array([0.1, 0.2, 0.4])

    assert at_horizons(incidence, [0.5, 1, 2.5, 3]) == pytest.approx([0.05, 0.1, 0.3, 0.4])


@pytest.mark.parametrize("horizon", [0.0, -1.0, 3.5])
def test_a_horizon_beyond_the_years_is_refused(horizon: float) -> None:
    with pytest.raises(ValueError, match="within 3 years"):
        at_horizons(np.array([0.1, 0.2, 0.3]), [horizon])


def test_rates_of_a_tenth_and_a_tenth_share_those_who_leave() -> None:
    event, death = yearly_hazards(np.array([0.1]), np.array([0.1]))

    assert event == pytest.approx((1.0 - np.exp(-0.2)) / 2.0)
    assert death == pytest.approx(event)


def test_no_rate_is_no_hazard() -> None:
    assert yearly_hazards(np.zeros(2), np.zeros(2))[0] == pytest.approx([0.0, 0.0])


def test_an_increment_of_log_two_doubles_the_rate_alone() -> None:
    event, death = yearly_hazards(np.array([[0.03, 0.04]]), np.array([[0.01, 0.02]]))

    raised = raised_hazards(event, death, np.array([np.log(2.0)]))

    expected = yearly_hazards(np.array([[0.06, 0.08]]), np.array([[0.01, 0.02]]))
    assert raised[0] == pytest.approx(expected[0])
    assert raised[1] == pytest.approx(expected[1])


def test_an_offset_multiplies_the_cumulative_hazard() -> None:
    incidence = np.array([1.0 - np.exp(-0.1), 1.0 - np.exp(-0.2)])

    assert moved(incidence, np.full(2, np.log(2.0))) == pytest.approx(
        [1.0 - np.exp(-0.2), 1.0 - np.exp(-0.4)]
    )


@pytest.mark.parametrize(
    ("event", "death"), [([-0.1], [0.1]), ([0.6], [0.6]), ([np.nan], [0.1]), ([0.1, 0.1], [0.1])]
)
def test_what_is_no_hazard_is_refused(event: list[float], death: list[float]) -> None:
    with pytest.raises(ValueError, match="hazards"):
        cumulative_incidence(event, death)


@given(SHARES, SHARES)
def test_incidence_never_falls_and_all_ends_sum_to_one(
    total: np.ndarray, share: np.ndarray
) -> None:
    event, death = hazards_of(total, share)

    incidence, of_death = cumulative_incidence(event, death), cumulative_incidence(death, event)

    assert np.all(np.diff(incidence, axis=-1) >= 0.0)
    assert np.allclose(incidence + of_death + survival(event, death), 1.0)


@given(SHARES, SHARES, SHARES)
def test_a_moved_curve_stays_a_chance_and_never_falls(
    total: np.ndarray, share: np.ndarray, offset: np.ndarray
) -> None:
    incidence = cumulative_incidence(*hazards_of(total, share))

    curve = moved(incidence, 4.0 * offset - 2.0)

    assert np.all((curve >= 0.0) & (curve <= 1.0))
    assert np.all(np.diff(curve, axis=-1) >= 0.0)


@given(hnp.arrays(np.float64, (4, 5), elements=st.floats(1e-6, 2.0)))
def test_rates_to_hazards_and_back_are_the_same(rate: np.ndarray) -> None:
    death_rate = rate[::-1].copy()

    again, death_again = yearly_rates(*yearly_hazards(rate, death_rate))

    assert np.allclose(again, rate)
    assert np.allclose(death_again, death_rate)

"""The networks agree with the runtime's arithmetic, and forget what they are told to forget."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from edge_runtime.forecast.covariates import NAMES
from edge_runtime.forecast.survival import cumulative_incidence, yearly_hazards
from training.forecast.forgetting import age_and_sex, remembered, without
from training.forecast.likelihood import negative_log_likelihood
from training.forecast.networks import (
    AGE_KNOTS,
    CONDITIONS,
    YEARS,
    HazardNetwork,
    WidthNetwork,
    hats,
    incidence,
    log_minus_log,
    share_that_leaves,
)


@pytest.fixture
def network() -> HazardNetwork:
    torch.manual_seed(0)
    made = HazardNetwork(16)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return made.eval()


def people(number: int) -> tuple[torch.Tensor, torch.Tensor]:
    value = torch.rand(number, len(NAMES))
    value[:, 0] = 40.0 + 40.0 * value[:, 0]
    value[:, 1] = (value[:, 1] > 0.5).float()
    return value, torch.ones_like(value)


def test_a_straight_line_through_the_knots_finds_every_age() -> None:
    age = torch.tensor([[6.0, 7.5, 40.0, 62.5, 97.0]])
    knots = torch.tensor(AGE_KNOTS, dtype=torch.float32)

    share = hats(age, knots)

    assert share.sum(dim=-1) == pytest.approx(torch.ones(1, 5))
    assert share @ knots == pytest.approx(age)


def test_ages_beyond_the_knots_are_those_of_the_last() -> None:
    knots = torch.tensor(AGE_KNOTS, dtype=torch.float32)

    assert hats(torch.tensor([[2.0, 120.0]]), knots) @ knots == pytest.approx(
        torch.tensor([[6.0, 97.0]])
    )


def test_the_graph_counts_incidence_as_the_runtime_does(network: HazardNetwork) -> None:
    with torch.no_grad():
        log_rate, log_death = network(*people(5))
        hazard, death_hazard, chance = (a.numpy() for a in incidence(log_rate, log_death))

    rates = log_rate.exp().double().numpy(), log_death.exp().double().numpy()
    expected = yearly_hazards(*rates)
    assert hazard == pytest.approx(expected[0], abs=1e-6)
    assert death_hazard == pytest.approx(expected[1], abs=1e-6)
    assert chance == pytest.approx(cumulative_incidence(*expected), abs=1e-6)
    assert hazard.shape == (5, CONDITIONS, YEARS)


def test_what_is_not_known_does_not_count(network: HazardNetwork) -> None:
    value, known = people(4)
    known[:, 3] = 0.0
    other = value.clone()
    other[:, 3] = 1e3

    assert torch.equal(network(value, known)[0], network(other, known)[0])


def test_an_unknown_age_does_not_count(network: HazardNetwork) -> None:
    value, known = people(4)
    known[:, :2] = 0.0
    other = value.clone()
    other[:, :2] = torch.tensor([90.0, 1.0])

    assert torch.equal(network(value, known)[0], network(other, known)[0])


def test_the_interval_lies_around_the_forecast(network: HazardNetwork) -> None:
    value, known = people(6)
    chance = incidence(*network(value, known))[2]

    below, above = WidthNetwork(8)(value, known, chance)

    assert below.shape == above.shape == (6, CONDITIONS, YEARS)
    assert bool((below <= 0).all())
    assert bool((above >= 0).all())


def test_the_likelihood_of_one_person_by_hand() -> None:
    # 1.5 years at rates 0.2 and 0.1, then the event: 1.5 x 0.3 - log 0.2.
    rate = torch.full((1, 1, 3), 0.2).log()
    death = torch.full((1, 1, 3), 0.1).log()
    years, one = torch.tensor([[1.5]]), torch.ones(1, 1)

    event = negative_log_likelihood(rate, death, years, torch.tensor([[1]]), one)
    died = negative_log_likelihood(rate, death, years, torch.tensor([[2]]), one)
    censored = negative_log_likelihood(rate, death, years, torch.tensor([[0]]), one)

    assert event.item() == pytest.approx(0.45 - np.log(0.2))
    assert died.item() == pytest.approx(0.45 - np.log(0.1))
    assert censored.item() == pytest.approx(0.45)


def test_an_event_beyond_the_last_year_is_not_seen() -> None:
    rate, one = torch.zeros(1, 1, 2), torch.ones(1, 1)

    late = negative_log_likelihood(rate, rate, torch.tensor([[9.0]]), torch.tensor([[1]]), one)

    assert late.item() == pytest.approx(4.0)


def test_who_is_not_at_risk_has_no_weight() -> None:
    rate = torch.zeros(2, 1, 2)
    years, event = torch.tensor([[1.0], [2.0]]), torch.tensor([[1], [1]])

    both = negative_log_likelihood(rate, rate, years, event, torch.tensor([[1.0], [0.0]]))

    assert both.item() == pytest.approx(2.0)


def test_forgetting_never_invents_and_keeps_age_and_sex_of_nearly_all() -> None:
    known = np.ones((20_000, len(NAMES)), np.float32)
    known[::2, 4] = 0.0

    left = remembered(known, np.random.default_rng(0))

    assert not left[::2, 4].any()
    assert left[:, :2].all(axis=1).mean() == pytest.approx(0.958, abs=0.01)
    assert (left[:, 2:].sum(axis=1) == 0).mean() > 0.2
    assert left[1::2].all(axis=1).mean() > 0.2


def test_three_in_ten_are_lost_and_never_age_or_sex() -> None:
    known = np.ones((20_000, len(NAMES)), np.float32)

    left = without(known, 0.3, seed=1)

    assert left[:, :2].all()
    assert left[:, 2:].mean() == pytest.approx(0.7, abs=0.01)
    assert age_and_sex(known).sum() == 2 * len(known)


def test_small_chances_and_rates_keep_their_digits() -> None:
    small_N = torch.logspace(-7, -0.01, 400)

    scale_N, leaves_N = log_minus_log(small_N).numpy(), share_that_leaves(small_N).numpy()

    wide_N = small_N.numpy().astype(np.float64)
    exact_N = np.log(-np.log1p(-np.clip(wide_N, 1e-7, 1.0 - 1e-6)))
    np.testing.assert_allclose(scale_N, exact_N, atol=5e-6)
    np.testing.assert_allclose(leaves_N, -np.expm1(-wide_N), rtol=5e-6)

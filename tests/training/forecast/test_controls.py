"""What is dealt anew for a control comes from others of one sex and about one age."""

from __future__ import annotations

import numpy as np
import pytest

from training.forecast.controls import controlled, strangers
from training.forecast.people import People

N, K = 600, 3


@pytest.fixture(scope="module")
def people() -> People:
    rng = np.random.default_rng(0)
    value = np.stack([rng.uniform(40, 80, N), rng.integers(0, 2, N)], axis=1).astype(np.float32)
    return People(
        value_ND=value,
        known_ND=np.ones((N, 2), np.float32),
        at_risk_NK=rng.random((N, K)) < 0.9,
        years_NK=rng.uniform(0, 10, (N, K)).astype(np.float32),
        event_NK=rng.integers(0, 3, (N, K)).astype(np.int8),
        sign_NS=np.arange(N, dtype=np.float32)[:, None],
        oracle_NKH=np.empty((N, K, 0), np.float32),
    )


def test_a_stranger_is_another_of_one_sex_and_about_one_age(people: People) -> None:
    other = strangers(people)

    assert sorted(other) == list(range(N))
    assert not np.any(other == np.arange(N))
    same_sex = people.value_ND[:, 1] == people.value_ND[other, 1]
    assert same_sex.mean() > 0.98
    years = np.abs(people.value_ND[:, 0] - people.value_ND[other, 0])
    assert np.quantile(years, 0.95) < 2.5


def test_shuffled_outcomes_keep_the_eyes(people: People) -> None:
    dealt = controlled(people, "shuffled")

    assert np.array_equal(dealt.sign_NS, people.sign_NS)
    assert np.array_equal(dealt.value_ND, people.value_ND)
    assert not np.array_equal(dealt.years_NK, people.years_NK)
    assert sorted(dealt.years_NK[:, 0]) == sorted(people.years_NK[:, 0])


def test_unrelated_eyes_keep_the_outcomes(people: People) -> None:
    dealt = controlled(people, "unrelated")

    assert np.array_equal(dealt.event_NK, people.event_NK)
    assert not np.any(dealt.sign_NS == people.sign_NS)


def test_no_control_changes_nothing(people: People) -> None:
    assert controlled(people, "none") is people

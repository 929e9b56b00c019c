"""Whom to photograph: rare events are all there, and weights undo the choice."""

from __future__ import annotations

import numpy as np
import pytest

from training.forecast.people import People
from training.forecast.photographs.case_cohort import choose, first

N, K = 40_000, 10


@pytest.fixture(scope="module")
def people() -> People:
    rng = np.random.default_rng(0)
    event = np.zeros((N, K), np.int8)
    event[:, 0] = rng.random(N) < 0.1
    event[:, 1] = rng.random(N) < 0.001
    return People(
        value_ND=rng.normal(size=(N, 2)).astype(np.float32),
        known_ND=np.ones((N, 2), np.float32),
        at_risk_NK=np.ones((N, K), bool),
        years_NK=np.ones((N, K), np.float32),
        event_NK=event,
        sign_NS=np.zeros((N, 1), np.float32),
        oracle_NKH=np.empty((N, K, 0), np.float32),
    )


def test_rare_events_are_all_chosen_and_frequent_ones_thinned(people: People) -> None:
    chosen = choose(people, 3000, 200, seed=1)
    taken = people.take(chosen.place_N)

    assert len(chosen.place_N) == pytest.approx(3000, abs=200)
    assert taken.event_NK[:, 1].sum() == people.event_NK[:, 1].sum()
    assert 200 < taken.event_NK[:, 0].sum() < 1000
    assert list(chosen.place_N) == sorted(set(chosen.place_N))


def test_weighted_sums_over_the_chosen_are_those_over_everybody(people: People) -> None:
    found = []
    for seed in range(30):
        chosen = choose(people, 3000, 200, seed)
        taken = people.take(chosen.place_N)
        events = (taken.event_NK[:, 0] * chosen.weight_N).sum()
        found.append([chosen.weight_N.sum(), events])

    everybody = [N, people.event_NK[:, 0].sum()]
    assert np.mean(found, axis=0) == pytest.approx(everybody, rel=0.02)


def test_more_cases_than_people_wanted_is_refused(people: People) -> None:
    with pytest.raises(ValueError, match="cases alone"):
        choose(people, 100, 2000, seed=0)


def test_the_first_stand_for_themselves() -> None:
    assert list(first(3).place_N) == [0, 1, 2]
    assert list(first(3).weight_N) == [1.0, 1.0, 1.0]

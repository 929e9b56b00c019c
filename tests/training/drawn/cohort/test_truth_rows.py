"""The oracle's answer hangs on the state at the visit, never on what then happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.drawn.cohort.people import part_bodies
from training.drawn.cohort.truth_rows import truth_columns, visit_truths
from training.drawn.population.bodies import Bodies
from training.drawn.population.parameters import CONDITIONS


def with_another_future(bodies: Bodies) -> Bodies:
    """The same people up to their first visit; afterwards nothing is as it was."""
    after = int(bodies.moment(0.0)) + 1
    states = {name: array.copy() for name, array in bodies.states.items()}
    for name, array in states.items():
        array[..., after:] = np.nan
        if name.startswith("clock_"):
            array[...] = 0.0
    never = {name: np.full(len(bodies), np.inf, np.float32) for name in CONDITIONS}
    return replace(bodies, states=states, event_years=never, death_years=bodies.death_years + 9)


def test_the_oracle_does_not_know_the_realised_future() -> None:
    (bodies,) = part_bodies(3, (0, 1, 2, 3, 4), visits=1)

    told, otherwise = visit_truths(bodies), visit_truths(with_another_future(bodies))

    for person, same in zip(told, otherwise, strict=True):
        oracle = {name: value for name, value in person[0].items() if name.startswith("oracle_")}
        assert len(oracle) == 50
        assert oracle == {name: same[0][name] for name in oracle}


def test_no_clock_of_an_event_to_come_is_in_the_truth() -> None:
    (bodies,) = part_bodies(3, (7,), visits=2)
    row = visit_truths(bodies)[0][0]

    assert not [name for name in row if name.startswith("clock_")]
    assert row["age_years"] == bodies.person(0).truth_at(0.0)["age_years"]


def test_what_may_be_empty_is_a_number() -> None:
    row = {"photograph": "a.jpg", "lesions_irma": 0, "at_risk_stroke": True, "laser": None}

    assert truth_columns({**row, "x": 1.5}) == {
        "photograph": str,
        "lesions_irma": int,
        "at_risk_stroke": bool,
        "laser": float,
        "x": float,
    }

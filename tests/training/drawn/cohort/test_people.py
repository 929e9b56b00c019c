"""Who is drawn, and what each of them stands for."""

from __future__ import annotations

import numpy as np
import pytest

from training.drawn.cohort import people
from training.drawn.cohort.people import NobodyMeets, choose_people, part_bodies, visit_years
from training.drawn.population.drawing import draw_block
from training.drawn.population.requirement import Requirement, RequirementError

pytestmark = pytest.mark.slow


def test_without_a_requirement_the_first_people_are_drawn() -> None:
    chosen = choose_people(seed=5, people=3, visits=2, require="")

    assert chosen.numbers == (0, 1, 2)
    assert chosen.looked_at == 3
    (bodies,) = part_bodies(5, chosen.numbers, visits=2)
    assert chosen.visits == tuple(len(visit_years(bodies.person(i))) for i in range(3))


def test_everybody_drawn_meets_the_requirement_and_nobody_before_the_last_was_left_out() -> None:
    requirement = Requirement.parse("type_2_diabetes,age_years>=60")
    chosen = choose_people(5, 40, 1, "type_2_diabetes,age_years>=60")

    met = requirement.met(draw_block(5, 0, people.parameters()))
    assert list(chosen.numbers) == list(np.flatnonzero(met)[:40])
    assert chosen.looked_at == chosen.numbers[-1] + 1
    (bodies,) = part_bodies(5, chosen.numbers, visits=1)
    assert requirement.met(bodies).all()


def test_the_weight_turns_a_rate_among_the_drawn_into_the_populations() -> None:
    chosen = choose_people(5, 60, 1, "age_years>=70")
    (bodies,) = part_bodies(5, chosen.numbers, visits=1)
    treated = bodies.states["antihypertensive"][:, bodies.moment(0.0)] > 0
    weighted = treated.mean() * len(chosen.numbers) / chosen.looked_at

    everybody = draw_block(5, 0, people.parameters(), indices=range(chosen.looked_at))
    at_entry = everybody.moment(0.0)
    old = everybody.states["age_years"][:, at_entry] >= 70
    both = old & (everybody.states["antihypertensive"][:, at_entry] > 0)
    assert weighted == pytest.approx(both.mean())


def test_a_requirement_that_nobody_meets_is_told_after_a_stated_number_of_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "GIVE_UP_AFTER", 500)

    with pytest.raises(NobodyMeets, match="0 of the first 1000 people meet it"):
        choose_people(5, 1, 1, "age_years>150")


def test_a_requirement_that_names_nothing_is_refused() -> None:
    with pytest.raises(RequirementError, match="colour"):
        choose_people(5, 1, 1, "colour==2")

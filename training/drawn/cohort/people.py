"""Who is drawn: the first people of a population, or the first of them who meet a requirement.

People are looked at in order, block by block, so person k of a seed is always the same. Of the
people looked at, everybody who meets the requirement is drawn: the share of those drawn is the
sampling weight of each, and a mean over them times it is the mean over everybody looked at of what
only they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, groupby

import numpy as np

from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import BLOCK, draw_block
from training.drawn.population.parameters import Parameters, reference_population
from training.drawn.population.person import Person
from training.drawn.population.requirement import Requirement
from training.errors import TrainingError

GIVE_UP_AFTER = 100_000
"""People looked at in a row without one who meets the requirement."""


class NobodyMeets(TrainingError):
    """A requirement that (almost) nobody of the population meets."""

    public_message = "Too few people meet the requirement."


@dataclass(frozen=True)
class Chosen:
    """The people of a cohort, by their numbers in the population, in order."""

    numbers: tuple[int, ...]
    visits: tuple[int, ...]
    """How many visits each comes to: death and loss end them."""

    looked_at: int
    """Everybody up to the last one chosen."""


def choose_people(seed: int, people: int, visits: int, require: str) -> Chosen:
    """Return the first `people` of a seed's population who meet `require` at their first visit.

    Raises NobodyMeets when 100,000 people in a row do not, RequirementError for a requirement that
    cannot be read.
    """
    requirement = Requirement.parse(require) if require else None
    numbers: list[int] = []
    seen: list[int] = []
    for block in count():
        bodies = draw_block(seed, block, parameters(), visits=visits)
        met = range(BLOCK) if requirement is None else np.flatnonzero(requirement.met(bodies))
        kept = [int(place) for place in met[: people - len(numbers)]]
        numbers += [block * BLOCK + place for place in kept]
        seen += [len(visit_years(bodies.person(place))) for place in kept]
        if len(numbers) == people:
            break
        _check_found(numbers, (block + 1) * BLOCK, people, require)
    return Chosen(tuple(numbers), tuple(seen), numbers[-1] + 1)


def part_bodies(seed: int, people: tuple[int, ...], visits: int) -> Iterator[Bodies]:
    """Yield the bodies of people, given by their numbers in order; one a block that they are of."""
    for block, numbers in groupby(people, key=lambda number: number // BLOCK):
        indices = [number % BLOCK for number in numbers]
        yield draw_block(seed, block, parameters(), visits=visits, indices=indices)


def visit_years(person: Person) -> list[float]:
    """Return when a person came, in years since the first visit: death and loss end it."""
    years = person.bodies.visit_years[person.i]
    return [float(moment) for moment in years[np.isfinite(years)]]


@cache
def parameters() -> Parameters:
    """Return the reference population's parameters, read once."""
    return reference_population()


def _check_found(numbers: list[int], looked_at: int, people: int, require: str) -> None:
    if looked_at - (numbers[-1] if numbers else 0) > GIVE_UP_AFTER:
        raise NobodyMeets(
            f"{require!r}: {len(numbers)} of the first {looked_at} people meet it, and none of the "
            f"last {GIVE_UP_AFTER}; {people} were asked for"
        )

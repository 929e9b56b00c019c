"""Draws bodies block by block: the same person whoever draws, alone or among others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from training.drawn.population.baselines import read_baselines
from training.drawn.population.bodies import Bodies
from training.drawn.population.deviates import LONGEST_STEPS, entry_deviates, step_chances
from training.drawn.population.entry import HISTORY_YEARS, enter
from training.drawn.population.events import StepEvents
from training.drawn.population.hazards import Baselines, BoolArray
from training.drawn.population.lanes import STEP_YEARS, Array, Lanes
from training.drawn.population.observation import observe
from training.drawn.population.parameters import CAUSES, CONDITIONS, DEATH, Parameters
from training.drawn.population.stepping import advance, show

BLOCK = 1000
"""People in a block: the unit of work."""

YEARS = 15
BEFORE = int(HISTORY_YEARS / STEP_YEARS)


def draw_block(
    seed: int,
    block: int,
    parameters: Parameters,
    years: float = YEARS,
    *,
    visits: int | None = None,
    indices: Sequence[int] | None = None,
    baselines: Baselines | None = None,
) -> Bodies:
    """Return the people of one block (or those at `indices` of it) over `years` from their entry.

    Person i of block b depends on seed, b and i alone. `visits` changes how often they are seen,
    nothing else. Baselines come from the committed table unless given. Raises ValueError when
    years is no multiple of a quarter up to 15, or an index lies outside the block.
    """
    steps = _steps(years)
    chosen = list(range(BLOCK)) if indices is None else [int(i) for i in indices]
    if any(not 0 <= i < BLOCK for i in chosen):
        raise ValueError(f"a block has people 0 to {BLOCK - 1}")
    base = _committed(parameters) if baselines is None else baselines
    lanes = enter(*entry_deviates(seed, block, chosen), parameters)
    story = _live(lanes, seed, block, chosen, steps, parameters, base)
    seen = observe(seed, block, chosen, story.death_years, years, visits, parameters)
    grid = (np.arange(BEFORE + steps + 1) - BEFORE) * STEP_YEARS
    return Bodies(
        seed=seed,
        block=block,
        indices=np.asarray(chosen, np.intp),
        parameters=parameters,
        baselines=base,
        grid_years=grid.astype(np.float32),
        fixed=lanes.fixed,
        states={n: a for n, a in story.arrays.items() if not n.startswith(("hazard_", "risk_"))},
        hazards={n: story.arrays[f"hazard_{n}"] for n in CAUSES},
        at_risk={n: story.arrays[f"risk_{n}"] > 0 for n in CONDITIONS},
        event_years=story.event_years,
        death_years=story.death_years,
        prevalent=story.prevalent,
        censored_years=seen.censored_years,
        visit_years=seen.visit_years,
    )


def _steps(years: float) -> int:
    steps = round(years / STEP_YEARS)
    if not 0 < steps <= LONGEST_STEPS - BEFORE or abs(steps * STEP_YEARS - years) > 1e-9:
        raise ValueError(f"years must be a multiple of {STEP_YEARS} up to {YEARS}, got {years}")
    return steps


@lru_cache(maxsize=4)
def _committed_for(parameters_json: str) -> Baselines:
    return read_baselines(Parameters.model_validate_json(parameters_json))


def _committed(parameters: Parameters) -> Baselines:
    return _committed_for(parameters.model_dump_json())


class _Story:
    """What is written down while people live: everything that moves, and their events."""

    def __init__(self, people: int, moments: int) -> None:
        self.people, self.moments = people, moments
        self.arrays: dict[str, Array] = {}
        never = np.float32(np.inf)
        self.event_years = {name: np.full(people, never) for name in CONDITIONS}
        self.death_years: Array = np.full(people, never)
        self.prevalent: dict[str, BoolArray] = {}

    def write(self, moment: int, lanes: Lanes) -> None:
        for name, value in lanes.moving.items():
            if name not in self.arrays:
                room = np.empty((self.moments, *value.shape), np.float32)
                self.arrays[name] = np.moveaxis(room, 0, -1)
            self.arrays[name][..., moment] = value

    def note(self, years: float, events: StepEvents) -> None:
        for name in CONDITIONS:
            first = events.happened(name) & np.isinf(self.event_years[name])
            at = np.float32(years) + events.within_years[name]
            self.event_years[name] = np.where(first, at, self.event_years[name])
        died = events.happened(DEATH) & np.isinf(self.death_years)
        at = np.float32(years) + events.within_years[DEATH]
        self.death_years = np.where(died, at, self.death_years)

    def come(self, lanes: Lanes) -> None:
        had = {n: lanes.moving[n] > 0 for n in CONDITIONS if n in lanes.moving}
        self.prevalent = {n: had.get(n, np.zeros(self.people, bool)) for n in CONDITIONS}
        for name in CONDITIONS:
            lanes.moving[f"had_{name}"] = np.zeros(self.people, np.float32)


def _live(
    lanes: Lanes, seed: int, block: int, chosen: list[int], steps: int, p: Parameters, b: Baselines
) -> _Story:
    story = _Story(len(chosen), BEFORE + steps + 1)
    for moment, chance in enumerate(step_chances(seed, block, chosen, BEFORE + steps)):
        if moment == BEFORE:
            story.come(lanes)
        show(lanes, p, b)
        story.write(moment, lanes)
        events = advance(lanes, chance, p, mortal=moment >= BEFORE)
        if moment >= BEFORE:
            story.note((moment - BEFORE) * STEP_YEARS, events)
    show(lanes, p, b)
    story.write(BEFORE + steps, lanes)
    return story

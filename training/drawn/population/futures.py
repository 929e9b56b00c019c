"""Other futures of one drawn eye: the same true state at a moment, chance drawn anew from there.

What was before the moment stays as it was. Nobody dies in these futures: they say how the eye would
look if its owner came again. The oracle's futures (`oracle.py`) give chances; these give pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edge_runtime.domain import Eye
from training.drawn.eye_state import EyeHistory
from training.drawn.population.bodies import Bodies
from training.drawn.population.deviates import Stream, generator
from training.drawn.population.events import fresh_clocks
from training.drawn.population.lanes import NORMALS, UNIFORMS, Chance, Lanes
from training.drawn.population.parameters import CAUSES
from training.drawn.population.person import Person
from training.drawn.population.stepping import advance, show


def other_futures(
    person: Person, eye: Eye, years: float, numbers: Sequence[int]
) -> list[EyeHistory]:
    """Return the futures of these numbers, from the true state `years` after the first visit.

    The same number is the same future, whatever others are asked for. Raises ValueError outside
    the person's history.
    """
    bodies = person.bodies.take([person.i])
    moment = int(bodies.moment(years))
    arrays = _lived(bodies, moment, numbers)
    found: list[EyeHistory] = []
    for place in range(len(numbers)):
        lived = replace(bodies, states={n: a[place : place + 1] for n, a in arrays.items()})
        found.append(Person(lived, 0).eye(eye))
    return found


def _lived(bodies: Bodies, moment: int, numbers: Sequence[int]) -> dict[str, np.ndarray]:
    """Return states (F, ..., T) of F futures, which differ after the moment alone."""
    futures, last = len(numbers), len(bodies.grid_years) - 1
    now = bodies.lanes_at(np.array([moment]))
    lanes = Lanes(
        {name: np.repeat(array, futures, axis=0) for name, array in now.fixed.items()},
        {name: np.repeat(array, futures, axis=0) for name, array in now.moving.items()},
    )
    clocks, chances = _chance(bodies, moment, numbers, last - moment)
    lanes.moving |= clocks
    show(lanes, bodies.parameters, bodies.baselines)
    arrays = {name: np.repeat(array, futures, axis=0) for name, array in bodies.states.items()}
    for step, chance in enumerate(chances, start=moment + 1):
        advance(lanes, chance, bodies.parameters, mortal=False)
        show(lanes, bodies.parameters, bodies.baselines)
        for name, array in arrays.items():
            array[..., step] = lanes.moving[name]
    return arrays


def _chance(
    bodies: Bodies, moment: int, numbers: Sequence[int], steps: int
) -> tuple[dict[str, np.ndarray], list[Chance]]:
    index = int(bodies.indices[0])
    clocks = np.empty((len(CAUSES), len(numbers)), np.float32)
    normals = np.empty((steps, len(NORMALS), len(numbers)), np.float32)
    uniforms = np.empty((steps, len(UNIFORMS), len(numbers)), np.float32)
    for place, number in enumerate(numbers):
        key = (bodies.seed, bodies.block, index, Stream.FUTURES, moment, number)
        rng = generator(*key)
        clocks[:, place] = rng.random(len(CAUSES), dtype=np.float32)
        normals[..., place] = rng.standard_normal(normals.shape[:2], dtype=np.float32)
        uniforms[..., place] = rng.random(uniforms.shape[:2], dtype=np.float32)
    drawn = zip(normals, uniforms, strict=True)
    return fresh_clocks(clocks), [Chance(n, u) for n, u in drawn]

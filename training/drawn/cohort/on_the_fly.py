"""Drawn photographs for training, without files: an endless row, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from edge_runtime.domain import Eye
from training.drawn.anatomy import rng_of
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import camera_state
from training.drawn.cohort.people import parameters, visit_years
from training.drawn.drawn_eye import DrawnEye, DrawnPhotograph
from training.drawn.population.drawing import BLOCK, draw_block
from training.drawn.population.person import Person

TOGETHER = 20
"""People whose bodies are drawn at once; they divide a block. Alone, a body takes as long as a
photograph."""


def drawn_photographs(
    seed: int,
    preset: Preset,
    height_px: int,
    *,
    start: int = 0,
    per_eye: int = 4,
) -> Iterator[DrawnPhotograph]:
    """Yield photographs from the `start`-th on: `per_eye` of each eye of one person after another.

    Each has a camera of its own and one of the person's visits in turn (growing an eye takes
    longer than to photograph it). The k-th depends on the seed, k and `per_eye` alone, so a
    resumed training gets the same, and readers may share the row out. Neighbours are the same
    person: shuffle them. Memory stays flat. Raises ValueError where `per_eye` is not positive.
    """
    if start < 0 or per_eye < 1:
        raise ValueError(f"start {start} and per_eye {per_eye}: from 0 and from 1")
    first, within = divmod(start, per_eye)
    for number, eye in _eyes(seed, first):
        for shot in range(within if number == first else 0, per_eye):
            rng = rng_of(eye.traits.seed, "on the fly", eye.traits.eye.value, shot)
            years = eye.moments[shot % len(eye.moments)]
            yield eye.photograph(years, camera_state(preset, rng), height_px)


class _SeenEye(DrawnEye):
    """An eye and when it is seen."""

    def __init__(self, person: Person, eye: Eye) -> None:
        super().__init__(person.eye(eye))
        self.moments = visit_years(person)


def _eyes(seed: int, first: int) -> Iterator[tuple[int, _SeenEye]]:
    """Yield eyes with their numbers, two a person, from the first."""
    for batch in count(first // (2 * TOGETHER)):
        block, place = divmod(batch * TOGETHER, BLOCK)
        indices = range(place, place + TOGETHER)
        bodies = draw_block(seed, block, parameters(), indices=indices)
        numbers = range(max(first, 2 * TOGETHER * batch), 2 * TOGETHER * (batch + 1))
        for number in numbers:
            person = bodies.person(number // 2 - TOGETHER * batch)
            yield number, _SeenEye(person, list(Eye)[number % 2])

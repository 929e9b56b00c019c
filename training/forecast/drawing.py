"""Draws the people of a run, block by block, into files that a resumed run finds again."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.cohort import Role
from training.drawn.population.drawing import BLOCK
from training.drawn.population.parameters import reference_population
from training.forecast.people import People, drawn_people, joined, load_people

FOLDER = "people"
BLOCKS_TOGETHER = 20
FIRST_BLOCK = {Role.TRAIN: 0, Role.TUNE: 400_000, Role.TEST: 500_000}
"""Blocks of a thousand people; roles never share one, whatever the numbers asked for."""


@dataclass(frozen=True)
class Wanted:
    """Whom to draw: `people` (a multiple of a thousand) of one role, with the oracle or without."""

    seed: int
    role: Role
    people: int
    futures: int = 0

    @property
    def blocks(self) -> range:
        """Return the numbers of the blocks."""
        first = FIRST_BLOCK[self.role]
        return range(first, first + -(-self.people // BLOCK))


@dataclass(frozen=True)
class _Part:
    wanted: Wanted
    blocks: range
    path: Path


def people_of(wanted: Wanted, run: Path, workers: int = 1) -> People:
    """Return the people, drawing what does not lie in `run` yet."""
    folder = run / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    parts = list(_parts(wanted, folder))
    missing = [part for part in parts if not part.path.exists()]
    with progress_bar(f"Drawing people to {wanted.role.value}", len(missing)) as show:
        for done, _ in enumerate(_drawn(missing, workers), start=1):
            show(done)
    return joined([load_people(part.path) for part in parts])


def _parts(wanted: Wanted, folder: Path) -> Iterator[_Part]:
    # People of another population are other people: its hash is part of the name.
    population = reference_population().digest[:8]
    for start in range(wanted.blocks.start, wanted.blocks.stop, BLOCKS_TOGETHER):
        blocks = range(start, min(start + BLOCKS_TOGETHER, wanted.blocks.stop))
        told = (wanted.role.value, wanted.seed, start, len(blocks), wanted.futures, population)
        yield _Part(wanted, blocks, folder / f"{'_'.join(map(str, told))}.npz")


def _drawn(parts: list[_Part], workers: int) -> Iterator[None]:
    if workers == 1:
        yield from map(_draw, parts)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_draw, parts)


def _draw(part: _Part) -> None:
    parameters = reference_population()
    wanted = part.wanted
    joined(
        [drawn_people(wanted.seed, block, parameters, wanted.futures) for block in part.blocks]
    ).save(part.path)

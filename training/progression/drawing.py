"""Draws the courses of a run's eyes into its folder, a file an eye; what lies there stays.

Half of the eyes have something afoot already: retinopathy, suspected glaucoma, many drusen or late
macular degeneration; the other half have not. Of people as they come too few change enough to
learn from.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Eye, FloatArray
from edge_runtime.durable import make_folder
from training.drawn.camera.presets import Preset
from training.drawn.cohort.people import parameters
from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import BLOCK, draw_block
from training.forecast.drawing import FIRST_BLOCK
from training.progression.courses import Course, drawn_course, load_course

FOLDER = "courses"
DRUSEN_AFOOT = -2.5
"""Logarithm of the drusen's area (in DD^2) from which they are something afoot (assumed)."""
SHORTEST_YEARS, LONGEST_YEARS = 0.5, 10.0


@dataclass(frozen=True)
class Wanted:
    """Which eyes to draw, of one role, and how."""

    seed: int
    role: Role
    eyes: int
    moments: int
    side_px: int
    height_px: int
    preset: Preset = Preset.MIXED


@dataclass(frozen=True)
class Sitting:
    """Eyes of one block of people: places in it, which eye, and the file of each."""

    wanted: Wanted
    block: int
    places: tuple[tuple[int, Eye, Path], ...]


def courses_of(wanted: Wanted, run: Path, workers: int = 1) -> list[Path]:
    """Return the files of the courses, drawing what is missing; unreadable eyes have none."""
    sittings = list(_sittings(wanted, run / FOLDER / f"{wanted.role.value}_{wanted.side_px}px"))
    missing = [sitting for sitting in sittings if not _mark(sitting).exists()]
    with progress_bar(f"Drawing courses of eyes to {wanted.role.value}", len(missing)) as show:
        for done, _ in enumerate(_sat(missing, workers), start=1):
            show(done)
    files = [path for sitting in sittings for _, _, path in sitting.places]
    return [path for path in files if path.exists()]


def load_courses(paths: list[Path]) -> list[Course]:
    """Return the courses of files."""
    return [load_course(path) for path in paths]


def something_afoot(bodies: Bodies) -> np.ndarray:
    """Return which people (P,) have a disease of the eye at their first visit that moves on."""
    now = int(bodies.moment(0.0))
    at = {name: array[..., now] for name, array in bodies.states.items()}
    return np.asarray(
        (at["dr_severity_worst"] >= 1.0)
        | (at["glaucoma_status"] >= 1)
        | (at["late_amd"] > 0)
        | (at["log_drusen_worst"] >= DRUSEN_AFOOT)
    )


def horizons_of(rng: np.random.Generator, moments: int) -> FloatArray:
    """Return horizons in years, one in each equal part of the whole span."""
    parts = (np.arange(moments) + rng.random(moments)) / moments
    return np.asarray(SHORTEST_YEARS + parts * (LONGEST_YEARS - SHORTEST_YEARS), np.float32)


def chosen_eyes(wanted: Wanted) -> Iterator[tuple[int, int, Eye]]:
    """Yield block, place and eye to draw, turn about without and with something afoot."""
    found, block = 0, FIRST_BLOCK[wanted.role]
    while found < wanted.eyes:
        bodies = draw_block(wanted.seed, block, parameters(), visits=1)
        afoot = np.flatnonzero(something_afoot(bodies))
        plain = np.setdiff1d(np.arange(BLOCK), afoot)[: len(afoot)]
        for place in np.stack([plain, afoot[: len(plain)]], axis=1).ravel()[: wanted.eyes - found]:
            yield block, int(place), list(Eye)[int(place) % 2]
            found += 1
        block += 1


def _sittings(wanted: Wanted, folder: Path) -> Iterator[Sitting]:
    # Eyes of another population are other eyes: its hash is part of the name.
    whole = folder / f"{wanted.seed}_{wanted.preset.value}_{parameters().digest[:8]}"
    for block, eyes in groupby(chosen_eyes(wanted), key=lambda each: each[0]):
        places = tuple((p, e, whole / f"{block:06d}_{p:03d}_{e.value}.npz") for _, p, e in eyes)
        for start in range(0, len(places), 20):
            yield Sitting(wanted, block, places[start : start + 20])


def _sat(sittings: list[Sitting], workers: int) -> Iterator[None]:
    if workers == 1:
        yield from map(_draw, sittings)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_draw, sittings)


def _draw(sitting: Sitting) -> None:
    wanted = sitting.wanted
    make_folder(sitting.places[0][2].parent)
    indices = [place for place, _, _ in sitting.places]
    bodies = draw_block(wanted.seed, sitting.block, parameters(), visits=1, indices=indices)
    for number, (place, eye, path) in enumerate(sitting.places):
        if path.exists():
            continue
        rng = np.random.default_rng([wanted.seed, sitting.block, place, 11])
        course = drawn_course(
            bodies.person(number),
            eye,
            horizons_of(rng, wanted.moments),
            wanted.preset,
            wanted.height_px,
            wanted.side_px,
        )
        if course is not None:
            course.save(path)
    _mark(sitting).touch()


def _mark(sitting: Sitting) -> Path:
    """Return the file that says that a sitting is done: unreadable eyes have no file of theirs."""
    first, last = sitting.places[0][2], sitting.places[-1][2]
    return first.with_name(f"{first.stem}_to_{last.stem}_{len(sitting.places)}.done")

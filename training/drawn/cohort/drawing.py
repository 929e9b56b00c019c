"""Draws a cohort into a folder: prepare, draw what is missing in any number of processes, finish.

A person is drawn from seed and number alone, so what is written does not depend on who drew it,
when, or after how many interruptions.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edge_runtime.domain import Eye
from edge_runtime.durable import make_folder, remove_partials
from edge_runtime.errors import OutputError, ResumeMismatch
from training.drawn.cohort.drawn_part import draw_part
from training.drawn.cohort.parts import PARTS, Part, is_done, parts_of
from training.drawn.cohort.people import Chosen, choose_people, parameters
from training.drawn.cohort.processes import in_processes
from training.drawn.cohort.record import DrawRecord, Wish, begin, record_of
from training.drawn.cohort.tables import MANIFEST_FILE, write_tables

LOCK_FILE = ".draw.lock"


@dataclass(frozen=True)
class Cohort:
    """A cohort that is being drawn into a folder."""

    out: Path
    record: DrawRecord
    parts: tuple[Part, ...]
    todo: tuple[Part, ...]
    """Of the parts, those that no earlier run has done."""

    photographs: int
    """In all."""

    earlier: int
    """Of them, those that stood there before this run."""


@contextmanager
def prepare(out: Path, wish: Wish) -> Iterator[Cohort]:
    """Yield the cohort to draw, nobody else writing into its folder meanwhile.

    Raises ResumeMismatch when the folder is not empty and holds another cohort, or another run is
    writing into it; OutputError for the disk; and as `choose_people`.
    """
    with _locked(make_folder(out)):
        chosen = choose_people(wish.seed, wish.people, wish.visits, wish.require)
        record = record_of(wish, chosen.looked_at, parameters().digest)
        begin(record, out)
        remove_partials(out)
        parts = tuple(parts_of(chosen.numbers, record.people_per_part))
        finished = (out / MANIFEST_FILE).exists()
        todo = () if finished else tuple(part for part in parts if not is_done(out, part))
        total = _photographs(record, chosen, parts)
        yield Cohort(out, record, parts, todo, total, total - _photographs(record, chosen, todo))


def draw_cohort(cohort: Cohort, num_workers: int) -> Generator[int, None, None]:
    """Draw what is missing; yield again and again how many photographs there are by then.

    Close it to stop: that waits for the photographs at hand. Raises OutputError, WorkerLost.
    """
    if not cohort.todo:
        return
    draw = partial(draw_part, cohort.out, cohort.record)
    num_workers = min(num_workers, len(cohort.todo))
    with closing(in_processes(draw, cohort.todo, num_workers)) as counts:
        for drawn_now in counts:
            yield cohort.earlier + drawn_now


def finish(cohort: Cohort) -> None:
    """Write the tables from the parts, the manifest last, and remove the parts.

    Raises OutputError.
    """
    if not (cohort.out / MANIFEST_FILE).exists():
        write_tables(cohort.out, cohort.parts, cohort.record.masks)
    shutil.rmtree(cohort.out / PARTS, ignore_errors=True)


def _photographs(record: DrawRecord, chosen: Chosen, parts: tuple[Part, ...]) -> int:
    """Return how many photographs some parts hold."""
    visits = dict(zip(chosen.numbers, chosen.visits, strict=True))
    in_all = sum(visits[number] for part in parts for number in part.people)
    return in_all * len(Eye) * record.shots


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the folder, so that two runs never write into one; a killed run lets go by itself."""
    try:
        with (out / LOCK_FILE).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError:
        raise ResumeMismatch(f"another run is drawing into {out}") from None
    except PermissionError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}") from error

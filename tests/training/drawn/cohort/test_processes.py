"""Work in processes: counted, stopped, and never left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from edge_runtime.errors import OutputError
from training.drawn.cohort.processes import WorkerLost, in_processes

pytestmark = pytest.mark.slow


def write_twice(folder: Path, part: int, one_more: Callable[[], None]) -> None:
    for time_ in range(2):
        (folder / f"{part}-{time_}").touch()
        one_more()


def refuse_the_third(part: int, one_more: Callable[[], None]) -> None:
    if part == 3:
        raise OutputError("the third cannot be written")
    one_more()


def die_at_the_third(part: int, one_more: Callable[[], None]) -> None:
    if part == 3:
        os.kill(os.getpid(), signal.SIGKILL)


def count_slowly(folder: Path, part: int, one_more: Callable[[], None]) -> None:
    for number in range(1000):
        (folder / f"{part}-{number}").touch()
        time.sleep(0.01)
        one_more()


def test_every_part_is_done_once_and_counted(tmp_path: Path) -> None:
    counts = list(in_processes(partial(write_twice, tmp_path), range(5), num_workers=2))

    assert counts == sorted(counts)
    assert counts[-1] == 10
    assert len(list(tmp_path.iterdir())) == 10


def test_what_a_part_raises_is_raised_here() -> None:
    with pytest.raises(OutputError, match="the third"):
        list(in_processes(refuse_the_third, range(6), num_workers=2))


def test_a_process_that_dies_is_told_of_instead_of_waited_for() -> None:
    with pytest.raises(WorkerLost):
        list(in_processes(die_at_the_third, range(6), num_workers=2))


def test_closing_stops_after_the_photograph_at_hand(tmp_path: Path) -> None:
    with closing(in_processes(partial(count_slowly, tmp_path), range(3), num_workers=1)) as counts:
        while not next(counts):
            pass

    assert 0 < len(list(tmp_path.iterdir())) < 1000

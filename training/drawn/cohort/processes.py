"""Parts of the work in processes of their own, with a count of what is done.

A process ends by itself as soon as its parent is gone, however that ended, so that a killed run
leaves nobody writing into the folder that the next run takes up.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.context import SpawnContext
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import TypeVar

import cv2

from edge_runtime.errors import ForeseyeError, OutputError

Piece = TypeVar("Piece")

AHEAD = 2
"""Parts begun or waiting, for each process."""
LOOK_EVERY_S = 0.2


class WorkerLost(ForeseyeError):
    """A process ended without a word: killed by hand, or by the system for its memory."""

    public_message = "The drawing stopped. The same command goes on from here."


class Stopped(Exception):
    """The run stops; what this part has not written will be drawn by the next run."""


@dataclass(frozen=True)
class Shared:
    """What a process shares with its parent."""

    drawn: Synchronized[int]
    stop: Event

    def one_more(self) -> None:
        """Count a photograph. Raises Stopped when the run stops."""
        with self.drawn.get_lock():
            self.drawn.value += 1
        if self.stop.is_set():
            raise Stopped


_shared: Shared | None = None
"""Set once in each process, before its first part."""


def in_processes(
    draw: Callable[[Piece, Callable[[], None]], None], parts: Iterable[Piece], num_workers: int
) -> Generator[int, None, None]:
    """Call `draw` with each part in `num_workers` processes; yield how much they have counted.

    `draw` gets the part and a function to call after each photograph. What it raises is raised
    here, after the other processes finished the photograph at hand. Raises WorkerLost.
    """
    context = get_context("spawn")
    shared = _shared_by(context)
    todo = iter(parts)
    executor = ProcessPoolExecutor(num_workers, context, _begin, (shared,))
    try:
        at_work = {executor.submit(_draw, draw, part) for part in islice(todo, AHEAD * num_workers)}
        processes = active_children()
        while at_work:
            done, at_work = wait(at_work, LOOK_EVERY_S, FIRST_COMPLETED)
            _raise_first(done)
            at_work |= {executor.submit(_draw, draw, part) for part in islice(todo, len(done))}
            yield shared.drawn.value
    except BrokenProcessPool:
        codes = ", ".join(str(process.exitcode) for process in processes)
        raise WorkerLost(f"a process was lost (they ended with {codes}; -9: killed)") from None
    finally:
        shared.stop.set()
        executor.shutdown(cancel_futures=True)


def _shared_by(context: SpawnContext) -> Shared:
    try:
        return Shared(context.Value("q", 0), context.Event())
    except OSError as error:  # it lies in a file, which a full disk has no room for
        raise OutputError(f"there is no shared memory to be had: {error}") from error


def _raise_first(done: Iterable[Future[None]]) -> None:
    for future in done:
        future.result()


def _begin(shared: Shared) -> None:
    """Prepare a process: one thread, deaf to Ctrl-C (the parent tells it), gone with its parent."""
    global _shared
    _shared = shared
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _draw(draw: Callable[[Piece, Callable[[], None]], None], part: Piece) -> None:
    assert _shared is not None
    draw(part, _shared.one_more)

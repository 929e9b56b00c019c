"""As many exams at a time as there are workers, the others in order behind them, and no more than
will fit.

All bookkeeping happens on the event loop. A worker's thread makes the events of an exam one by one
and looks in between whether it was stopped: whatever the engine is doing ends first, and nothing is
torn out of its hands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from edge_runtime.errors import Overloaded
from edge_runtime.service.engines.job import Caller
from edge_runtime.service.exam_run import Run
from edge_runtime.service.turns import Turns

Event = TypeVar("Event")

RETRY_FULL_MS = 1_000
RETRY_DRAINING_MS = 5_000


@dataclass(frozen=True)
class QueueLimits:
    """How many exams are worked on, how many more may wait, and how many bytes all have."""

    max_waiting: int = 8
    workers: int = 1
    max_bytes: int = 512_000_000


class ExamQueue:
    """Admits exams to the workers. Use it from one event loop only."""

    def __init__(self, limits: QueueLimits, workers: ThreadPoolExecutor) -> None:
        """Serve `workers`, a pool of `limits.workers` threads."""
        self._limits = limits
        self.workers = workers
        self.turns = Turns(limits.workers)
        self._runs: set[Run[Any]] = set()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self.draining = False

    @property
    def num_exams(self) -> int:
        """Exams that wait, run or are being sent."""
        return len(self._runs)

    def enter(
        self,
        events: Generator[Event, None, None],
        caller: Caller | None = None,
        num_bytes: int = 0,
    ) -> Run[Event]:
        """Return the exam's place in the queue.

        When there is no room, the last in turn of those that wait gives its place to one whose turn
        is before its own. Raises Overloaded when there is none such, or the server drains.
        """
        caller = caller or Caller()
        if self.draining:
            raise Overloaded("the server is draining", RETRY_DRAINING_MS)
        for run in self._in_the_way_of(caller, num_bytes):
            run.stop(Overloaded("a more urgent exam took its place", RETRY_FULL_MS))
        before = sum(
            run.begun or run.caller.turn_at <= caller.turn_at for run in self._unfinished()
        )
        return Run(self, events, caller, before, num_bytes)

    async def drain(self, grace_s: float) -> None:
        """Admit nobody from now on, and return when all are served or after `grace_s` seconds.

        Exams that are not done by then are stopped, and their callers told to come back.
        """
        self.draining = True
        try:
            await asyncio.wait_for(self._emptied.wait(), grace_s)
        except asyncio.TimeoutError:
            for run in tuple(self._runs):
                run.stop(Overloaded("the server stopped before the end", RETRY_DRAINING_MS))

    def entered(self, run: Run[Any]) -> None:
        """Count a run."""
        self._runs.add(run)
        self._emptied.clear()

    def left(self, run: Run[Any]) -> None:
        """Count a run no more."""
        self._runs.discard(run)
        if not self._runs:
            self._emptied.set()

    def _unfinished(self) -> list[Run[Any]]:
        return [run for run in self._runs if not run.off_the_engines and not run.stopped]

    def _in_the_way_of(self, caller: Caller, num_bytes: int) -> list[Run[Any]]:
        """Return which runs must go for there to be room; raise Overloaded where that is not it."""
        kept = sorted(self._unfinished(), key=lambda run: (run.caller.turn_at, run.number))
        gone: list[Run[Any]] = []
        while not self._fits(kept, num_bytes):
            yields = [run for run in kept if not run.begun and run.caller.turn_at > caller.turn_at]
            if not yields:
                raise Overloaded(f"{len(kept)} exams are before this one", RETRY_FULL_MS)
            kept.remove(yields[-1])
            gone.append(yields[-1])
        return gone

    def _fits(self, runs: list[Run[Any]], num_bytes: int) -> bool:
        in_number = len(runs) < self._limits.workers + self._limits.max_waiting
        return in_number and sum(r.num_bytes for r in runs) + num_bytes <= self._limits.max_bytes

"""The local engine: several processes, each with its own models, its own share of the processors
and a few threads, so that one photograph is decoded while a model runs on another.

A process that dies (a decoder that a hostile file broke, the memory ran out) does not end the run:
its shard is done again by a fresh one, an exam at a time, and the exam of which that one dies too
is given up with a row that says so.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import replace
from multiprocessing.connection import wait

from edge_runtime.batch.engines.base import Step
from edge_runtime.batch.engines.hired import HiredWorker
from edge_runtime.batch.engines.messages import Ready
from edge_runtime.batch.engines.worker import with_threads
from edge_runtime.batch.machine import usable_processors
from edge_runtime.batch.plan import BROKEN_AFTER, EngineFacts, ScreenedShard, ShardTask, WorkPlan
from edge_runtime.batch.screening import ExamFinished
from edge_runtime.errors import InferenceFailed

log = logging.getLogger(__name__)

SILENT_AFTER_S = 900.0
"""A process that gave no sign for so long has hung and is ended like one that died."""
LOOK_EVERY_S = 30.0


class Processes:
    """Shares shards among processes. Not safe between threads."""

    def __init__(self, plan: WorkPlan, num_processes: int) -> None:
        self._num_processes = num_processes
        self._plan = with_threads(plan, num_processes, usable_processors())
        self._workers: list[HiredWorker] = []
        self._facts: EngineFacts | None = None
        self._again: deque[ShardTask] = deque()
        self._deaths_in_row = 0
        self._peak_memory_mb: dict[int, float] = {}

    def start(self, num_shards: int) -> EngineFacts:
        """As `Engine.start`."""
        num = max(1, min(self._num_processes, num_shards))
        self._workers = [HiredWorker(self._plan) for _ in range(num)]
        for place in range(num):
            self._await_ready(place)
        assert self._facts is not None
        return self._facts

    def screened(self, tasks: Iterator[ShardTask]) -> Generator[Step, None, None]:
        """As `Engine.screened`; shards come as they are finished."""
        self._give_all(tasks)
        while busy := [worker for worker in self._workers if worker.task is not None]:
            ready = wait([worker.connection for worker in busy], LOOK_EVERY_S)
            for place, worker in enumerate(self._workers):
                if worker.connection in ready:
                    yield from self._step(place)
                elif worker in busy and time.monotonic() - worker.last_sign > SILENT_AFTER_S:
                    log.error("a process of the batch gave no sign for %.0f s", SILENT_AFTER_S)
                    self._replace(place)
            self._give_all(tasks)

    def close(self) -> None:
        """As `Engine.close`. Shards at work are dropped: they were not written."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def peak_memory_mb(self) -> float:
        """As `Engine.peak_memory_mb`."""
        return round(sum(self._peak_memory_mb.values()), 1)

    def _step(self, place: int) -> Iterator[Step]:
        worker = self._workers[place]
        message = worker.heard()
        if message is None:
            self._replace(place)
        elif isinstance(message, ExamFinished):
            self._deaths_in_row = 0
            # Exams that are done again were counted the first time.
            if worker.task is not None and not worker.task.alone:
                yield message
        elif isinstance(message, ScreenedShard):
            self._peak_memory_mb[place] = max(
                worker.peak_memory_mb, self._peak_memory_mb.get(place, 0.0)
            )
            yield message

    def _give_all(self, tasks: Iterator[ShardTask]) -> None:
        for worker in self._workers:
            if worker.task is None:
                task = self._again.popleft() if self._again else next(tasks, None)
                if task is not None:
                    worker.give(task)

    def _replace(self, place: int) -> None:
        """Hire another in a dead worker's place; what that was at is done again, more carefully."""
        worker = self._workers[place]
        task, under_way = worker.task, worker.under_way
        ended = worker.end()
        self._deaths_in_row += 1
        log.warning("a process of the batch ended by %s; its part is done again", ended)
        if self._deaths_in_row > BROKEN_AFTER:
            raise InferenceFailed(f"{self._deaths_in_row} processes in a row ended, by {ended}")
        if task is not None:
            known = task.alone and len(under_way) == 1
            again = task.without(next(iter(under_way))) if known else task
            self._again.append(replace(again, alone=True))
        self._workers[place] = HiredWorker(self._plan)
        self._await_ready(place)

    def _await_ready(self, place: int) -> None:
        worker = self._workers[place]
        ready = worker.heard()
        if not isinstance(ready, Ready):
            raise InferenceFailed(f"a process of the batch ended by {worker.end()} at its start")
        if self._facts is not None and ready.facts != self._facts:
            raise InferenceFailed("the processes of the batch do not run the same models")
        self._facts = ready.facts

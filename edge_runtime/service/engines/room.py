"""The engine room: few runs at a time on the engines, and in front of them a queue for each model.

Which comes next is decided when one ends: the most urgent job of any model that is free, the
earliest among equals, with whatever may share its batch. One that is alone gets all processors,
others a share each where the model has an engine for that. The room's own threads make the runs;
one that finds nobody before it is made where it was asked for, since handing it to another thread
and the answer back costs more than a small run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from edge_runtime.backends.base import Backend
from edge_runtime.domain import Tensors
from edge_runtime.errors import Cancelled, InferenceError, NotInBundle, Overloaded, TooLate
from edge_runtime.models import LoadedModel
from edge_runtime.service.engines.batching import run_batch
from edge_runtime.service.engines.job import CALLER, Answer, Caller, Job
from edge_runtime.service.engines.job_queue import JobQueue
from edge_runtime.service.engines.narrow import SHARES
from edge_runtime.service.engines.statistics import (
    BACKEND,
    CANCELLED,
    OTHER,
    REJECTED,
    ModelStatistics,
)
from edge_runtime.service.spans import book

RETRY_CLOSED_MS = 1_000

RUNS_AT_ONCE = SHARES
"""Of engines on a share of the processors, or of different models on all: even those leave some
idle, and two exams at once take a seventh less than with one run at a time."""


@dataclass(frozen=True)
class Bounds:
    """What may wait for a model, and for how long it may wait for company."""

    max_jobs: int = 64
    max_bytes: int = 256_000_000
    max_batch_size: int = 1
    max_delay_us: int = 0
    quick: bool = False
    """A run takes less than waking a thread of the room: `answer_at_once` may make it."""


@dataclass
class _Place:
    """One model in the room."""

    model: LoadedModel
    bounds: Bounds
    queue: JobQueue
    statistics: ModelStatistics
    narrow: Backend | None = None
    """The same model on a share of the processors, for several threads at once."""
    num_running: int = 0
    """Runs in whoever's thread: one at a time, or several where there is a `narrow`."""


class EngineRoom:
    """Runs models for many callers. Every method may be called from any thread."""

    def __init__(self, name: str = "engines") -> None:
        self._places: dict[str, _Place] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(RUNS_AT_ONCE)
        ]
        for thread in self._threads:
            thread.start()

    def add(
        self,
        model: LoadedModel,
        bounds: Bounds,
        statistics: ModelStatistics,
        narrow: Backend | None = None,
    ) -> None:
        """Take a model in, with its engine on a share of the processors where it has one.

        Its engines are from now on run by this room alone.
        """
        queue = JobQueue(bounds.max_jobs, bounds.max_bytes)
        with self._changed:
            self._places[model.name] = _Place(model, bounds, queue, statistics, narrow)

    def submit(self, name: str, job: Job, *, bounded: bool) -> None:
        """Let a job wait for a model; its `answer` is resolved later.

        Raises NotInBundle for a model that is not here, and Overloaded when the room is closed or,
        where the job is `bounded`, the model's queue is full.
        """
        with self._changed:
            place = self._places.get(name)
            if place is None:
                raise NotInBundle(f"no model {name}")
            try:
                if self._closed:
                    raise Overloaded("the engines are being closed", RETRY_CLOSED_MS)
                place.queue.put(job, bounded=bounded)
            except Overloaded:
                place.statistics.failed(REJECTED, 0)
                raise
            job.answer.add_done_callback(partial(_book_failure, place.statistics, job))
            self._changed.notify()

    def answer_at_once(self, name: str, job: Job) -> Answer | None:
        """Return the answer of a quick model if nothing waits or runs; None otherwise.

        The run is made in the caller's own thread. Raises what the engine raises.
        """
        place = self._places.get(name)
        return self._answer_here(place, job) if place is not None and place.bounds.quick else None

    def run(self, name: str, inputs: Tensors) -> Tensors:
        """Return a model's outputs for the exam that this thread works on; waits for them.

        Raises NotInBundle for a model that is not here, Overloaded when the room is closed, and
        what the engine raises.
        """
        job = Job(inputs, CALLER.get(Caller()))
        began_ns = time.time_ns()
        place = self._places.get(name)
        answer = None if place is None else self._answer_here(place, job)
        if answer is None:
            self.submit(name, job, bounded=False)
            answer = job.answer.result()
        book(f"model {name}", began_ns, {f"{k}_ns": v for k, v in vars(answer.times_ns).items()})
        return answer.outputs

    def num_waiting(self, name: str) -> int:
        """Return how many jobs wait for a model."""
        with self._changed:
            return len(self._places[name].queue)

    def statistics(self) -> Mapping[str, ModelStatistics]:
        """Return each model's counters."""
        with self._changed:
            return {name: place.statistics for name, place in self._places.items()}

    def bounds(self, name: str) -> Bounds:
        """Return a model's bounds. Raises KeyError."""
        return self._places[name].bounds

    def close(self) -> None:
        """Refuse what waits, let the runs under way end, and stop the threads."""
        with self._changed:
            self._closed = True
            for place in self._places.values():
                place.queue.refuse_all(Overloaded("the engines were closed", RETRY_CLOSED_MS))
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._num_running())
        for thread in self._threads:
            thread.join()

    def _answer_here(self, place: _Place, job: Job) -> Answer | None:
        """Return the answer, made in this thread, unless others were first or are waited for."""
        if place.bounds.max_delay_us > 0 or job.unwanted(time.monotonic()):
            return None
        with self._changed:
            if self._closed or self._anybody_waits() or not self._may_run(place):
                return None
            backend = self._taken(place)
        job.answer.set_running_or_notify_cancel()
        job.answer.add_done_callback(partial(_book_failure, place.statistics, job))
        try:
            _run(place, backend, [job])
        finally:
            self._let_the_next(place)
        return job.answer.result()

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            place, backend, jobs = batch
            if jobs:
                _run(place, backend, jobs)
            self._let_the_next(place)
            # Otherwise the last answers would live until the next batch.
            del batch, place, backend, jobs

    def _taken(self, place: _Place) -> Backend:
        """Return the engine for a run of a place that may run, and book it as running."""
        alone = self._num_running() == 0 and not self._anybody_waits()
        place.num_running += 1
        if place.narrow is not None and not alone:
            return place.narrow
        return place.model.backend

    def _let_the_next(self, place: _Place) -> None:
        with self._changed:
            place.num_running -= 1
            if self._closed or self._anybody_waits():
                self._changed.notify_all()

    def _anybody_waits(self) -> bool:
        return any(len(place.queue) for place in self._places.values())

    def _num_running(self) -> int:
        return sum(place.num_running for place in self._places.values())

    def _may_run(self, place: _Place) -> bool:
        free = place.narrow is not None or place.num_running == 0
        return free and self._num_running() < RUNS_AT_ONCE

    def _next_batch(self) -> tuple[_Place, Backend, list[Job]] | None:
        with self._changed:
            while True:
                place = self._most_urgent()
                if place is not None:
                    wait_s = _wait_for_company_s(place)
                    if wait_s <= 0.0:
                        jobs = place.queue.take(place.bounds.max_batch_size)
                        return place, self._taken(place), jobs
                    self._changed.wait(wait_s)
                elif self._closed:
                    return None
                else:
                    self._changed.wait()

    def _most_urgent(self) -> _Place | None:
        found: _Place | None = None
        best: tuple[float, int] | None = None
        for place in self._places.values():
            job = place.queue.first()
            if job is not None and self._may_run(place):
                rank = (job.caller.turn_at, job.arrived_ns)
                if best is None or rank < best:
                    found, best = place, rank
        return found


def _wait_for_company_s(place: _Place) -> float:
    """Return how long the next job still waits for others to share its batch."""
    bounds, first = place.bounds, place.queue.first()
    if first is None or bounds.max_delay_us == 0:
        return 0.0
    if place.queue.num_items() >= bounds.max_batch_size:
        return 0.0
    waited_ns = time.monotonic_ns() - first.arrived_ns
    return bounds.max_delay_us / 1e6 - waited_ns / 1e9


def _run(place: _Place, backend: Backend, jobs: list[Job]) -> None:
    try:
        answers = run_batch(backend, jobs, place.bounds.max_batch_size)
    except Exception as error:  # noqa: BLE001 - carried to the callers, who tell them apart
        for job in jobs:
            job.answer.set_exception(error)
        return
    num_items = sum(job.num_items for job in jobs)
    place.statistics.ran(num_items, len(jobs), answers[0].times_ns)
    for job, answer in zip(jobs, answers, strict=True):
        place.statistics.answered(answer.times_ns.queue, time.monotonic_ns() - job.arrived_ns)
        job.answer.set_result(answer)


def _book_failure(statistics: ModelStatistics, job: Job, answer: Future[Answer]) -> None:
    error = Cancelled("") if answer.cancelled() else answer.exception()
    if error is None:
        return
    kinds = (reason for kind, reason in _REASON_OF if isinstance(error, kind))
    statistics.failed(next(kinds, OTHER), time.monotonic_ns() - job.arrived_ns)


_REASON_OF = (
    ((Cancelled, TooLate), CANCELLED),
    (Overloaded, REJECTED),
    (InferenceError, BACKEND),
)

"""The jobs that wait for one model: in turn, bounded in number and bytes.

Not thread-safe: the engine room holds its lock around every call.
"""

from __future__ import annotations

import time
from collections import deque

from edge_runtime.errors import Cancelled, Overloaded, TooLate
from edge_runtime.service.engines.job import Job
from edge_runtime.wire.urgency import Urgency

RETRY_FULL_MS = 250

QUEUE_FULL = "Exceeds maximum queue size"
WAITED_TOO_LONG = "Request timeout expired"
"""Triton's own words, which its clients look for."""


class JobQueue:
    """Jobs in the order in which they are served: those of one urgency as they came, of several
    the one whose caller's turn is first.
    """

    def __init__(self, max_jobs: int, max_bytes: int) -> None:
        self._max_jobs, self._max_bytes = max_jobs, max_bytes
        self._waiting: dict[Urgency, deque[Job]] = {urgency: deque() for urgency in Urgency}
        self._num_bytes = 0

    def __len__(self) -> int:
        return sum(len(jobs) for jobs in self._waiting.values())

    def put(self, job: Job, *, bounded: bool) -> None:
        """Add a job. Raises Overloaded where it is `bounded` and there is no room.

        Jobs of exams are not bounded here: their number is that of the exams under way.
        """
        if bounded and not self._has_room(job):
            self.drop_unwanted()
            if not self._has_room(job):
                raise _full(len(self))
        self._waiting[job.caller.urgency].append(job)
        self._num_bytes += job.num_bytes

    def first(self) -> Job | None:
        """Return the job that is served next."""
        self.drop_unwanted()
        return self._next()

    def num_items(self) -> int:
        """Return how many items wait, of all jobs."""
        return sum(job.num_items for jobs in self._waiting.values() for job in jobs)

    def take(self, max_items: int) -> list[Job]:
        """Return the next job and those that may run with it, at most `max_items` together."""
        self.drop_unwanted()
        taken: list[Job] = []
        num_items = 0
        while (job := self._next()) is not None and _fits(job, taken, num_items, max_items):
            self._waiting[job.caller.urgency].popleft()
            self._num_bytes -= job.num_bytes
            # False for one that was cancelled meanwhile.
            if job.answer.set_running_or_notify_cancel():
                taken.append(job)
                num_items += job.num_items
        return taken

    def drop_unwanted(self) -> None:
        """Drop the jobs that nobody waits for any more, or whose time is over."""
        now = time.monotonic()
        for urgency, jobs in self._waiting.items():
            if any(job.unwanted(now) for job in jobs):
                self._waiting[urgency] = deque(job for job in jobs if not self._dropped(job, now))

    def refuse_all(self, error: Overloaded) -> None:
        """Refuse whatever waits."""
        for jobs in self._waiting.values():
            while jobs:
                job = jobs.popleft()
                self._num_bytes -= job.num_bytes
                _refuse(job, error)

    def _has_room(self, job: Job) -> bool:
        return len(self) < self._max_jobs and self._num_bytes + job.num_bytes <= self._max_bytes

    def _next(self) -> Job | None:
        firsts = (jobs[0] for jobs in self._waiting.values() if jobs)
        return min(firsts, key=lambda job: job.caller.turn_at, default=None)

    def _dropped(self, job: Job, now: float) -> bool:
        if not job.unwanted(now):
            return False
        self._num_bytes -= job.num_bytes
        if job.caller.stopped:
            _refuse(job, Cancelled("the caller went away"))
        elif now > job.caller.must_end_by:
            _refuse(job, TooLate("the deadline passed while the request waited"))
        else:
            late = Overloaded("waited longer than its timeout", RETRY_FULL_MS)
            late.public_message = WAITED_TOO_LONG
            _refuse(job, late)
        return True


def _fits(job: Job, taken: list[Job], num_items: int, max_items: int) -> bool:
    if not taken:
        return True
    return num_items + job.num_items <= max_items and job.shapes == taken[0].shapes


def _refuse(job: Job, error: Exception) -> None:
    if job.answer.set_running_or_notify_cancel():
        job.answer.set_exception(error)


def _full(waiting: int) -> Overloaded:
    full = Overloaded(f"{waiting} requests wait for this model", RETRY_FULL_MS)
    full.public_message = QUEUE_FULL
    return full

"""The queue in front of one model: order, bounds, and who is dropped."""

from __future__ import annotations

import time

import pytest

from edge_runtime.errors import Cancelled, Overloaded, TooLate
from edge_runtime.service.engines.job import Job
from edge_runtime.service.engines.job_queue import JobQueue
from edge_runtime.wire.urgency import YIELDS_S, Urgency
from tests.edge_runtime.service.engines.counting_engine import a_job


def queue_of(*jobs: Job, max_jobs: int = 100, max_bytes: int = 10_000) -> JobQueue:
    queue = JobQueue(max_jobs, max_bytes)
    for job in jobs:
        queue.put(job, bounded=True)
    return queue


def firsts(jobs: list[Job]) -> list[float]:
    return [float(job.inputs["x"][0, 0]) for job in jobs]


def test_the_kiosk_comes_before_the_phone_and_the_phone_before_the_batch() -> None:
    queue = queue_of(
        a_job(1, urgency=Urgency.BATCH),
        a_job(2, urgency=Urgency.PHONE),
        a_job(3, urgency=Urgency.KIOSK),
        a_job(4, urgency=Urgency.PHONE),
        a_job(5, urgency=Urgency.KIOSK),
    )

    assert [firsts(queue.take(1)) for _ in range(5)] == [[3], [5], [2], [4], [1]]
    assert queue.take(1) == []


@pytest.mark.parametrize("urgency", [Urgency.PHONE, Urgency.BATCH])
def test_who_has_waited_its_time_comes_before_the_more_urgent_who_come_later(
    urgency: Urgency,
) -> None:
    waited, waits = a_job(1, urgency=urgency), a_job(2, urgency=urgency)
    waited.caller.came_at -= YIELDS_S[urgency] + 1.0
    queue = queue_of(waited, waits, a_job(3))

    assert [firsts(queue.take(1)) for _ in range(3)] == [[1], [3], [2]]


def test_a_batch_is_filled_in_order_and_never_overfilled() -> None:
    queue = queue_of(a_job(1), a_job(2, 2), a_job(3, 3), a_job(4))

    assert firsts(queue.take(4)) == [1, 2]
    assert firsts(queue.take(4)) == [3, 4]


def test_a_job_larger_than_a_batch_comes_alone() -> None:
    queue = queue_of(a_job(1, 1, 1), a_job(2))

    assert firsts(queue.take(2)) == [1]


def test_jobs_of_other_shapes_do_not_share_a_batch() -> None:
    queue = queue_of(a_job(1), a_job(2, columns=3), a_job(3))

    assert [firsts(queue.take(8)) for _ in range(3)] == [[1], [2], [3]]


def test_a_full_queue_refuses_what_is_bounded_and_takes_what_was_admitted_before() -> None:
    queue = queue_of(a_job(1), a_job(2), max_jobs=2)

    with pytest.raises(Overloaded) as refused:
        queue.put(a_job(3), bounded=True)
    queue.put(a_job(4), bounded=False)

    assert refused.value.public_message == "Exceeds maximum queue size"
    assert firsts(queue.take(8)) == [1, 2, 4]


def test_bytes_are_bounded_and_given_back() -> None:
    queue = queue_of(a_job(1, 1), max_bytes=16)  # two rows of two float32

    with pytest.raises(Overloaded):
        queue.put(a_job(2), bounded=True)
    queue.take(8)
    queue.put(a_job(3, 3), bounded=True)

    assert firsts(queue.take(8)) == [3]


def test_a_full_queue_drops_those_who_left_before_it_refuses_anybody() -> None:
    left = a_job(1)
    queue = queue_of(left, max_jobs=1, max_bytes=8)
    left.answer.cancel()

    queue.put(a_job(2), bounded=True)

    assert firsts(queue.take(8)) == [2]


def test_who_went_away_is_dropped() -> None:
    gone, cancelled, kept = a_job(1), a_job(2), a_job(3)
    queue = queue_of(gone, cancelled, kept)
    gone.caller.stopped = True
    cancelled.answer.cancel()

    assert queue.take(8) == [kept]
    assert isinstance(gone.answer.exception(0), Cancelled)
    assert len(queue) == 0


def test_who_is_too_late_is_dropped_with_the_reason() -> None:
    past = time.monotonic() - 1.0
    late, tired = a_job(1), a_job(2)
    late.caller.must_end_by = past
    tired.must_begin_by = past
    queue = queue_of(late, tired, a_job(3))

    assert firsts(queue.take(8)) == [3]
    assert isinstance(late.answer.exception(0), TooLate)
    waited = tired.answer.exception(0)
    assert isinstance(waited, Overloaded)
    assert waited.public_message == "Request timeout expired"


def test_closing_refuses_everybody() -> None:
    jobs = [a_job(1), a_job(2, urgency=Urgency.BATCH)]
    queue = queue_of(*jobs)

    queue.refuse_all(Overloaded("closed"))

    assert [type(job.answer.exception(0)) for job in jobs] == [Overloaded] * 2
    assert len(queue) == 0

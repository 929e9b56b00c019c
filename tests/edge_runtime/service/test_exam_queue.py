"""The queue by itself: order, slow readers, and what happens to what was stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from edge_runtime.errors import InferenceFailed, Overloaded, TooLate
from edge_runtime.service import exam_run
from edge_runtime.service.engines.job import Caller
from edge_runtime.service.exam_queue import ExamQueue, QueueLimits
from edge_runtime.service.exam_run import EVENTS_AHEAD
from edge_runtime.wire.urgency import YIELDS_S, Urgency
from tests.edge_runtime.service.held_screener import PATIENCE_S

WithQueue = Callable[[ExamQueue], Awaitable[None]]


@pytest.fixture
def engines() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as engines:
        yield engines


def tried(engines: ThreadPoolExecutor, work: WithQueue, max_waiting: int = 8) -> None:
    async def within_a_loop() -> None:
        await work(ExamQueue(QueueLimits(max_waiting), engines))

    asyncio.run(within_a_loop())


def numbers(count: int, begun: list[str] | None = None) -> Generator[int, None, None]:
    if begun is not None:
        begun.append(threading.current_thread().name)
    yield from range(count)


def test_events_arrive_in_order_and_are_made_in_the_engines_thread(
    engines: ThreadPoolExecutor,
) -> None:
    begun: list[str] = []

    async def work(queue: ExamQueue) -> None:
        async with queue.enter(numbers(3, begun)) as run:
            assert [await run.next(PATIENCE_S) for _ in range(4)] == [0, 1, 2, None]

    tried(engines, work)
    assert begun
    assert begun[0].startswith("ThreadPoolExecutor")


def test_events_made_before_a_failure_are_delivered_before_it(engines: ThreadPoolExecutor) -> None:
    def failing() -> Generator[int, None, None]:
        yield 1
        raise InferenceFailed("the engine broke")

    async def work(queue: ExamQueue) -> None:
        async with queue.enter(failing()) as run:
            assert await run.next(PATIENCE_S) == 1
            with pytest.raises(InferenceFailed):
                await run.next(PATIENCE_S)

    tried(engines, work)


def test_a_client_that_reads_slowly_gets_everything(engines: ThreadPoolExecutor) -> None:
    count = 3 * EVENTS_AHEAD

    async def work(queue: ExamQueue) -> None:
        async with queue.enter(numbers(count)) as run:
            await asyncio.sleep(0.05)
            assert [await run.next(PATIENCE_S) for _ in range(count)] == list(range(count))
            assert await run.next(PATIENCE_S) is None

    tried(engines, work)


def test_a_client_that_does_not_read_loses_its_exam_and_holds_nobody_up(
    engines: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exam_run, "PATIENCE_S", 0.05)

    async def work(queue: ExamQueue) -> None:
        async with queue.enter(numbers(10 * EVENTS_AHEAD)) as stuck:
            async with queue.enter(numbers(1)) as next_exam:
                assert await next_exam.next(PATIENCE_S) == 0
            with pytest.raises(TooLate, match="did not read"):
                await stuck.next(PATIENCE_S)

    tried(engines, work)


def test_a_run_that_is_left_early_is_closed_in_the_engines_thread(
    engines: ThreadPoolExecutor,
) -> None:
    closed_in: list[str] = []

    def endless() -> Generator[int, None, None]:
        try:
            while True:
                yield 0
        finally:
            closed_in.append(threading.current_thread().name)

    async def work(queue: ExamQueue) -> None:
        async with queue.enter(endless()) as run:
            await run.next(PATIENCE_S)
        assert queue.num_exams == 0

    tried(engines, work)
    engines.shutdown()
    assert len(closed_in) == 1
    assert closed_in[0].startswith("ThreadPoolExecutor")


def test_a_stage_that_runs_on_after_its_exam_was_stopped_delays_only_the_engines(
    engines: ThreadPoolExecutor,
) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow() -> Generator[int, None, None]:
        begun.set()
        assert release.wait(PATIENCE_S)
        yield 1

    async def work(queue: ExamQueue) -> None:
        async with queue.enter(slow()):
            await asyncio.to_thread(begun.wait, PATIENCE_S)
        async with queue.enter(numbers(1)) as run:
            with pytest.raises(TooLate):
                await run.next(0.05)
            release.set()
            assert await run.next(PATIENCE_S) == 0

    tried(engines, work)


def test_a_caller_that_is_cancelled_once_more_while_it_leaves_frees_its_place(
    engines: ThreadPoolExecutor,
) -> None:
    inside = asyncio.Event()

    async def work(queue: ExamQueue) -> None:
        async def leave() -> None:
            async with queue.enter(numbers(10 * EVENTS_AHEAD)):
                inside.set()
                await asyncio.sleep(PATIENCE_S)

        caller = asyncio.create_task(leave())
        await inside.wait()
        caller.cancel()
        await asyncio.sleep(0)  # it is leaving now
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        ends = time.monotonic() + PATIENCE_S
        while queue.num_exams and time.monotonic() < ends:
            await asyncio.sleep(0.001)
        assert queue.num_exams == 0

    tried(engines, work)


def test_a_deadline_in_the_past_is_too_late(engines: ThreadPoolExecutor) -> None:
    async def work(queue: ExamQueue) -> None:
        async with queue.enter(numbers(1)) as run:
            with pytest.raises(TooLate):
                await run.next(-1.0)

    tried(engines, work)


def test_a_queue_without_waiting_room_takes_one_exam_at_a_time(engines: ThreadPoolExecutor) -> None:
    async def work(queue: ExamQueue) -> None:
        async with queue.enter(numbers(10 * EVENTS_AHEAD)):
            with pytest.raises(Overloaded):
                queue.enter(numbers(1))

    tried(engines, work, max_waiting=0)


def test_an_exam_that_is_still_being_sent_takes_no_place_in_the_queue(
    engines: ThreadPoolExecutor,
) -> None:
    async def work(queue: ExamQueue) -> None:
        async with queue.enter(numbers(2)) as sent_slowly:
            while not sent_slowly.off_the_engines:
                await asyncio.sleep(0.001)
            async with queue.enter(numbers(1)) as run:
                assert run.queued_before == 0
                assert await run.next(PATIENCE_S) == 0

    tried(engines, work, max_waiting=0)


def test_draining_an_empty_queue_returns_at_once_and_admits_nobody(
    engines: ThreadPoolExecutor,
) -> None:
    async def work(queue: ExamQueue) -> None:
        await queue.drain(grace_s=PATIENCE_S)
        with pytest.raises(Overloaded, match="draining"):
            queue.enter(numbers(1))

    tried(engines, work)


def urgent(urgency: Urgency) -> Caller:
    return Caller(urgency)


def test_a_full_queue_gives_the_place_of_the_least_urgent_to_a_kiosk(
    engines: ThreadPoolExecutor,
) -> None:
    release = threading.Event()

    def slow() -> Generator[int, None, None]:
        assert release.wait(PATIENCE_S)
        yield 1

    async def work(queue: ExamQueue) -> None:
        async with (
            queue.enter(slow(), urgent(Urgency.BATCH)) as running,
            queue.enter(numbers(1), urgent(Urgency.PHONE)) as phone,
            queue.enter(numbers(1), urgent(Urgency.BATCH)) as batch,
        ):
            await asyncio.sleep(0.01)
            async with queue.enter(numbers(1), urgent(Urgency.KIOSK)) as kiosk:
                assert kiosk.queued_before == 1  # the one under way
                with pytest.raises(Overloaded, match="more urgent"):
                    await batch.next(PATIENCE_S)
                with pytest.raises(Overloaded):
                    queue.enter(numbers(1), urgent(Urgency.PHONE))
                release.set()
                assert await kiosk.next(PATIENCE_S) == 0
                assert await phone.next(PATIENCE_S) == 0
                assert await running.next(PATIENCE_S) == 1

    tried(engines, work, max_waiting=2)


def test_a_phone_that_has_waited_its_time_keeps_its_place_and_goes_before_a_kiosk(
    engines: ThreadPoolExecutor,
) -> None:
    release = threading.Event()
    order: list[str] = []

    def slow() -> Generator[int, None, None]:
        assert release.wait(PATIENCE_S)
        yield 1

    def named(name: str) -> Generator[int, None, None]:
        order.append(name)
        yield 1

    waiting = Caller(Urgency.PHONE, came_at=time.monotonic() - YIELDS_S[Urgency.PHONE] - 1.0)

    async def work(queue: ExamQueue) -> None:
        async with (
            queue.enter(slow()) as running,
            queue.enter(named("phone"), waiting) as phone,
        ):
            await asyncio.sleep(0.01)
            async with queue.enter(named("kiosk"), urgent(Urgency.KIOSK)) as kiosk:
                assert kiosk.queued_before == 2
                with pytest.raises(Overloaded):
                    queue.enter(numbers(1), urgent(Urgency.KIOSK))
                release.set()
                for run in (running, phone, kiosk):
                    assert await run.next(PATIENCE_S) == 1

    tried(engines, work, max_waiting=2)
    assert order == ["phone", "kiosk"]


def test_the_bytes_of_all_exams_are_bounded(engines: ThreadPoolExecutor) -> None:
    async def main() -> None:
        queue = ExamQueue(QueueLimits(max_waiting=8, max_bytes=100), engines)
        async with queue.enter(numbers(10 * EVENTS_AHEAD), num_bytes=60):
            with pytest.raises(Overloaded):
                queue.enter(numbers(1), num_bytes=41)
            queue.enter(numbers(1), num_bytes=40)

    asyncio.run(main())


def test_as_many_exams_run_at_a_time_as_there_are_workers() -> None:
    both = threading.Barrier(2)

    def meeting() -> Generator[int, None, None]:
        both.wait(PATIENCE_S)
        yield 1

    async def main(workers: ThreadPoolExecutor) -> None:
        queue = ExamQueue(QueueLimits(workers=2), workers)
        async with queue.enter(meeting()) as one, queue.enter(meeting()) as two:
            assert [await run.next(PATIENCE_S) for run in (one, two)] == [1, 1]

    with ThreadPoolExecutor(max_workers=2) as workers:
        asyncio.run(main(workers))


def test_a_stopped_exam_whose_stage_still_runs_is_closed_when_it_comes_out() -> None:
    begun, release, closed = threading.Event(), threading.Event(), threading.Event()

    def slow() -> Generator[int, None, None]:
        try:
            begun.set()
            assert release.wait(PATIENCE_S)
            yield 1
        finally:
            closed.set()

    async def main(workers: ThreadPoolExecutor) -> None:
        queue = ExamQueue(QueueLimits(workers=2), workers)
        async with queue.enter(slow()):
            await asyncio.to_thread(begun.wait, PATIENCE_S)
        await asyncio.sleep(0.01)  # the other worker has found the exam busy
        assert not closed.is_set()
        release.set()
        assert await asyncio.to_thread(closed.wait, PATIENCE_S)

    with ThreadPoolExecutor(max_workers=2) as workers:
        asyncio.run(main(workers))

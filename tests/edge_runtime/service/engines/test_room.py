"""The engine room: what runs next, in which company, and what becomes of failures."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextvars import copy_context

import numpy as np
import pytest

from edge_runtime.errors import InferenceFailed, NotInBundle, Overloaded, TooLate
from edge_runtime.service.engines.job import CALLER, Caller, Job
from edge_runtime.service.engines.room import Bounds, EngineRoom
from edge_runtime.service.engines.statistics import BACKEND, CANCELLED, REJECTED, ModelStatistics
from edge_runtime.wire.urgency import Urgency
from tests.edge_runtime.service.engines.counting_engine import CountingEngine, a_job, loaded
from tests.edge_runtime.service.held_screener import PATIENCE_S


@pytest.fixture
def room() -> Iterator[EngineRoom]:
    room = EngineRoom()
    yield room
    room.close()


def moved_in(
    room: EngineRoom, bounds: Bounds | None = None, name: str = "a"
) -> tuple[CountingEngine, ModelStatistics]:
    engine, statistics = CountingEngine(), ModelStatistics()
    room.add(loaded(engine, name), bounds or Bounds(), statistics)
    return engine, statistics


def submitted(room: EngineRoom, *jobs: Job, name: str = "a") -> None:
    for job in jobs:
        room.submit(name, job, bounded=True)


def held_by_one(room: EngineRoom, engine: CountingEngine, name: str = "a") -> Job:
    """Hold the engine in a run of the value 0."""
    engine.hold()
    first = a_job(0)
    submitted(room, first, name=name)
    assert engine.begun.wait(PATIENCE_S)
    return first


def test_an_answer_is_the_models(room: EngineRoom) -> None:
    moved_in(room)
    job = a_job(1, 2)
    submitted(room, job)

    answer = job.answer.result(PATIENCE_S)

    assert answer.outputs["y"].tolist() == [[2, 2], [4, 4]]
    assert answer.times_ns.compute_infer > 0


def test_what_waits_together_runs_together_and_each_gets_its_own(room: EngineRoom) -> None:
    engine, statistics = moved_in(room, Bounds(max_batch_size=4))
    first = held_by_one(room, engine)
    jobs = [a_job(n) for n in range(1, 7)]
    submitted(room, *jobs)
    engine.let()

    answers = [job.answer.result(PATIENCE_S).outputs["y"][0, 0] for job in (first, *jobs)]

    assert answers == [0, 2, 4, 6, 8, 10, 12]
    assert engine.runs == [[0], [1, 2, 3, 4], [5, 6]]
    assert (statistics.execution_count, statistics.inference_count) == (3, 7)
    assert {size: costs.compute_infer.count for size, costs in statistics.batches.items()} == {
        1: 1,
        2: 1,
        4: 1,
    }


def test_the_more_urgent_passes_the_others(room: EngineRoom) -> None:
    engine, _ = moved_in(room)
    other, _ = moved_in(room, name="b")
    order: list[float] = []
    first, beside = held_by_one(room, engine), held_by_one(room, other, name="b")
    jobs = [
        ("a", a_job(1, urgency=Urgency.BATCH)),
        ("b", a_job(2, urgency=Urgency.PHONE)),
        ("a", a_job(3, urgency=Urgency.BATCH)),
        ("b", a_job(4, urgency=Urgency.KIOSK)),
    ]
    for name, job in jobs:
        job.answer.add_done_callback(
            lambda answer: order.append(float(answer.result().outputs["y"][0, 0]) / 2)
        )
        submitted(room, job, name=name)
    other.let()
    for _, job in (jobs[1], jobs[3]):
        job.answer.result(PATIENCE_S)
    engine.let()
    for job in (first, beside, jobs[0][1], jobs[2][1]):
        job.answer.result(PATIENCE_S)

    assert order == [4, 2, 1, 3]
    assert other.runs == [[0], [4], [2]]


def test_a_lonely_request_waits_for_company_no_longer_than_allowed(room: EngineRoom) -> None:
    engine, _ = moved_in(room, Bounds(max_batch_size=2, max_delay_us=100_000))
    started = time.monotonic()
    alone = a_job(1)
    submitted(room, alone)

    alone.answer.result(PATIENCE_S)

    assert time.monotonic() - started >= 0.1
    assert engine.runs == [[1]]


def test_a_full_batch_waits_for_nobody(room: EngineRoom) -> None:
    engine, _ = moved_in(room, Bounds(max_batch_size=2, max_delay_us=60_000_000))
    jobs = [a_job(1), a_job(2)]
    submitted(room, *jobs)

    for job in jobs:
        job.answer.result(PATIENCE_S)

    assert engine.runs == [[1, 2]]


def test_a_request_of_more_items_than_a_run_takes_is_run_in_parts(room: EngineRoom) -> None:
    engine, _ = moved_in(room, Bounds(max_batch_size=2))
    job = a_job(1, 2, 3, 4, 5)
    submitted(room, job)

    assert job.answer.result(PATIENCE_S).outputs["y"][:, 0].tolist() == [2, 4, 6, 8, 10]
    assert engine.runs == [[1, 2], [3, 4], [5]]


def test_a_failure_reaches_everyone_in_the_batch_and_nobody_after(room: EngineRoom) -> None:
    engine, statistics = moved_in(room, Bounds(max_batch_size=8))
    engine.error = InferenceFailed("broke")
    first = held_by_one(room, engine)
    jobs = [a_job(1), a_job(2)]
    submitted(room, *jobs)
    engine.let()
    for job in (first, *jobs):
        assert isinstance(job.answer.exception(PATIENCE_S), InferenceFailed)

    engine.error = None
    after = a_job(3)
    submitted(room, after)

    assert after.answer.result(PATIENCE_S).outputs["y"][0, 0] == 6
    assert statistics.failures[BACKEND] == 3


def test_whoever_left_is_never_run_and_is_counted(room: EngineRoom) -> None:
    engine, statistics = moved_in(room)
    first = held_by_one(room, engine)
    left, kept = a_job(1), a_job(2)
    submitted(room, left, kept)
    left.answer.cancel()
    engine.let()

    first.answer.result(PATIENCE_S)
    kept.answer.result(PATIENCE_S)

    assert engine.runs == [[0], [2]]
    assert statistics.failures[CANCELLED] == 1


def test_a_refusal_is_counted(room: EngineRoom) -> None:
    engine, statistics = moved_in(room, Bounds(max_jobs=1))
    held_by_one(room, engine)
    submitted(room, a_job(1))

    with pytest.raises(Overloaded):
        submitted(room, a_job(2))

    engine.let()
    assert statistics.failures[REJECTED] == 1


def test_a_model_that_is_not_here_is_not_in_the_bundle(room: EngineRoom) -> None:
    with pytest.raises(NotInBundle):
        submitted(room, a_job(1), name="nope")


def test_an_exam_runs_a_model_under_its_own_urgency(room: EngineRoom) -> None:
    engine, _ = moved_in(room)
    first = held_by_one(room, engine)
    raw = a_job(1, urgency=Urgency.PHONE)
    submitted(room, raw)
    outputs: list[float] = []

    def exam() -> None:
        CALLER.set(Caller(Urgency.KIOSK))
        given = {"x": np.full((1, 2), 7, np.float32)}
        outputs.append(float(room.run("a", given)["y"][0, 0]))

    worker = threading.Thread(target=exam)
    worker.start()
    deadline = time.monotonic() + PATIENCE_S
    while room.num_waiting("a") < 2:
        assert time.monotonic() < deadline
    engine.let()
    worker.join(PATIENCE_S)
    first.answer.result(PATIENCE_S)
    raw.answer.result(PATIENCE_S)

    assert outputs == [14]
    assert engine.runs == [[0], [7], [1]]


def test_closing_lets_the_run_end_and_refuses_the_rest() -> None:
    room = EngineRoom()
    engine, _ = moved_in(room)
    first = held_by_one(room, engine)
    waiting = a_job(1)
    submitted(room, waiting)
    closing = threading.Thread(target=room.close)
    closing.start()
    assert isinstance(waiting.answer.exception(PATIENCE_S), Overloaded)
    engine.let()
    closing.join(PATIENCE_S)

    assert first.answer.result(0).outputs["y"][0, 0] == 0
    with pytest.raises(Overloaded):
        submitted(room, a_job(2))


def test_a_quick_model_that_nobody_else_asks_answers_in_the_callers_own_thread(
    room: EngineRoom,
) -> None:
    _, statistics = moved_in(room, Bounds(quick=True))

    answer = room.answer_at_once("a", a_job(3))

    assert answer is not None
    assert answer.outputs["y"][0, 0] == 6
    assert (statistics.success.count, statistics.execution_count) == (1, 1)


def test_a_quick_model_waits_its_turn_where_somebody_was_first(room: EngineRoom) -> None:
    engine, _ = moved_in(room, Bounds(quick=True))
    first = held_by_one(room, engine)
    assert room.answer_at_once("a", a_job(1)) is None
    waiting = a_job(2)
    submitted(room, waiting)
    assert room.answer_at_once("a", a_job(3)) is None
    engine.let()

    first.answer.result(PATIENCE_S)
    waiting.answer.result(PATIENCE_S)
    assert engine.runs == [[0], [2]]


def test_a_model_that_is_not_quick_is_never_run_in_the_callers_thread(room: EngineRoom) -> None:
    engine, _ = moved_in(room)

    assert room.answer_at_once("a", a_job(1)) is None
    assert engine.runs == []


def test_a_failure_of_a_quick_model_is_raised_and_counted(room: EngineRoom) -> None:
    engine, statistics = moved_in(room, Bounds(quick=True))
    engine.error = InferenceFailed("broke")

    with pytest.raises(InferenceFailed):
        room.answer_at_once("a", a_job(1))

    assert statistics.failures[BACKEND] == 1


X = {"x": np.full((1, 2), 7, np.float32)}


def test_an_exam_that_finds_the_engines_free_runs_its_model_in_its_own_thread(
    room: EngineRoom,
) -> None:
    engine, statistics = moved_in(room)

    assert room.run("a", X)["y"][0, 0] == 14
    assert engine.threads == [threading.get_ident()]
    assert (statistics.success.count, statistics.execution_count) == (1, 1)


def test_an_exam_waits_for_company_where_that_is_asked_for(room: EngineRoom) -> None:
    engine, _ = moved_in(room, Bounds(max_batch_size=2, max_delay_us=20_000))

    assert room.run("a", X)["y"][0, 0] == 14
    assert engine.threads != [threading.get_ident()]


def test_what_comes_during_an_exams_own_run_is_served_after_it_in_turn(room: EngineRoom) -> None:
    engine, _ = moved_in(room)
    engine.hold()
    exam = threading.Thread(target=room.run, args=("a", X))
    exam.start()
    assert engine.begun.wait(PATIENCE_S)
    later, sooner = a_job(1, urgency=Urgency.BATCH), a_job(2, urgency=Urgency.KIOSK)
    submitted(room, later, sooner)
    engine.let()

    later.answer.result(PATIENCE_S)
    exam.join(PATIENCE_S)
    assert engine.runs == [[7], [2], [1]]


def test_an_exam_whose_time_is_over_runs_nothing_on_free_engines(room: EngineRoom) -> None:
    engine, _ = moved_in(room)
    late = copy_context()
    late.run(CALLER.set, Caller(must_end_by=time.monotonic() - 1.0))

    with pytest.raises(TooLate):
        late.run(room.run, "a", X)
    assert engine.runs == []


def test_closing_waits_for_the_run_in_an_exams_own_thread() -> None:
    room = EngineRoom()
    engine, _ = moved_in(room)
    engine.hold()
    exam = threading.Thread(target=room.run, args=("a", X))
    exam.start()
    assert engine.begun.wait(PATIENCE_S)
    closing = threading.Thread(target=room.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    engine.let()

    closing.join(PATIENCE_S)
    exam.join(PATIENCE_S)
    assert not closing.is_alive()
    with pytest.raises(Overloaded):
        room.run("a", X)


def test_two_models_run_at_a_time_and_a_third_waits_for_one_of_them(room: EngineRoom) -> None:
    engines = {name: moved_in(room, name=name)[0] for name in "abc"}
    held = [held_by_one(room, engines[name], name=name) for name in "ab"]
    engines["c"].hold()
    third = a_job(3)
    submitted(room, third, name="c")
    assert not engines["c"].begun.wait(0.05)

    engines["b"].let()
    assert engines["c"].begun.wait(PATIENCE_S)
    for engine in engines.values():
        engine.let()
    for job in (*held, third):
        job.answer.result(PATIENCE_S)


def test_the_most_urgent_of_several_models_is_next(room: EngineRoom) -> None:
    engines = {name: moved_in(room, name=name)[0] for name in "abcd"}
    held = [held_by_one(room, engines[name], name=name) for name in "ab"]
    later, sooner = a_job(1, urgency=Urgency.BATCH), a_job(2, urgency=Urgency.KIOSK)
    for name in "cd":
        engines[name].hold()
    submitted(room, later, name="c")
    submitted(room, sooner, name="d")
    engines["a"].let()

    assert engines["d"].begun.wait(PATIENCE_S)
    assert not engines["c"].begun.is_set()
    for engine in engines.values():
        engine.let()
    for job in (*held, later, sooner):
        job.answer.result(PATIENCE_S)


def test_a_model_makes_one_run_at_a_time_though_engines_are_free(room: EngineRoom) -> None:
    engine, _ = moved_in(room)
    engine.hold()
    exams = [threading.Thread(target=room.run, args=("a", X)) for _ in range(2)]
    exams[0].start()
    assert engine.begun.wait(PATIENCE_S)
    exams[1].start()
    deadline = time.monotonic() + PATIENCE_S
    while room.num_waiting("a") < 1:
        assert time.monotonic() < deadline
    assert len(engine.runs) == 1
    engine.let()

    for exam in exams:
        exam.join(PATIENCE_S)
    assert engine.runs == [[7], [7]]


def with_a_narrow_engine(room: EngineRoom) -> tuple[CountingEngine, CountingEngine]:
    wide, narrow = CountingEngine(), CountingEngine()
    room.add(loaded(wide), Bounds(), ModelStatistics(), narrow)
    return wide, narrow


def test_a_run_alone_has_all_processors(room: EngineRoom) -> None:
    wide, narrow = with_a_narrow_engine(room)

    for _ in range(3):
        room.run("a", X)

    assert (len(wide.runs), len(narrow.runs)) == (3, 0)


def test_a_run_beside_another_has_its_share_of_the_processors(room: EngineRoom) -> None:
    wide, narrow = with_a_narrow_engine(room)
    first = held_by_one(room, wide)

    assert room.run("a", X)["y"][0, 0] == 14
    wide.let()
    first.answer.result(PATIENCE_S)
    assert (wide.runs, narrow.runs) == ([[0]], [[7]])


def test_where_more_wait_each_run_has_its_share(room: EngineRoom) -> None:
    wide, narrow = with_a_narrow_engine(room)
    narrow.hold()
    first = held_by_one(room, wide)
    jobs = [a_job(n) for n in range(1, 5)]
    submitted(room, *jobs)
    wide.let()
    narrow.let()

    for job in (first, *jobs):
        job.answer.result(PATIENCE_S)
    assert wide.runs[0] == [0]
    assert len(wide.runs) + len(narrow.runs) == 5
    assert len(wide.runs) <= 2, "the last may find itself alone"

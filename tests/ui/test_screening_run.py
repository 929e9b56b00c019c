"""A run: an exam on its way through the service, in a thread of its own."""

from __future__ import annotations

import time

import pytest

from edge_runtime.domain import Exam, Eye, PhotographFile
from edge_runtime.errors import Cancelled, Overloaded, ServerFailed, ServerUnreachable
from edge_runtime.wire.records import ExamDone
from tests.ui.fake_service import FakeClient
from ui import screening
from ui.checking import PhotographCheck
from ui.screening import ScreeningRun

PATIENCE_S = 30.0
EXAM = Exam("e1", (PhotographFile("r.jpg", b"r", Eye.OD),))


def until_events(run: ScreeningRun, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(run.progress().events) < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_run_gathers_every_event_and_ends() -> None:
    run = ScreeningRun(FakeClient(), EXAM)

    assert run.wait(PATIENCE_S)
    assert run.progress().finished
    assert run.progress().error is None
    assert isinstance(run.progress().events[-1], ExamDone)


def test_the_exam_waits_until_its_photographs_checks_have_read_them() -> None:
    client = FakeClient()
    client.hold_checks.clear()
    check = PhotographCheck(client, EXAM.photographs[0])

    run = ScreeningRun(client, EXAM, [check])

    assert not run.wait(0.05)
    assert client.asked == []
    client.hold_checks.set()
    assert run.wait(PATIENCE_S)
    assert client.asked == [EXAM]
    assert check.found().readable


def test_an_exam_goes_on_without_a_check_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "CHECKED_WITHIN_S", 0.05)
    client = FakeClient()
    client.hold_checks.clear()
    check = PhotographCheck(client, EXAM.photographs[0])

    run = ScreeningRun(client, EXAM, [check])

    assert run.wait(PATIENCE_S)
    assert run.progress().error is None
    client.hold_checks.set()
    assert check.wait(PATIENCE_S)


def test_what_has_arrived_can_be_seen_while_the_rest_is_in_work() -> None:
    client = FakeClient()
    client.hold.clear()

    run = ScreeningRun(client, EXAM)
    until_events(run, 1)

    assert not run.progress().finished
    client.hold.set()
    assert run.wait(PATIENCE_S)


def test_stopping_stops_the_service_and_keeps_what_has_arrived() -> None:
    client = FakeClient()
    client.hold.clear()
    run = ScreeningRun(client, EXAM)
    until_events(run, 1)

    run.stop()

    assert run.wait(PATIENCE_S)
    assert client.stream is not None
    assert client.stream.closed.is_set()
    assert isinstance(run.progress().error, Cancelled)
    assert run.progress().events


@pytest.mark.parametrize("error", [ServerUnreachable("x"), ServerFailed("x")])
def test_an_error_ends_the_run_and_is_told(error: Exception) -> None:
    client = FakeClient()
    client.raises, client.breaks_after = [error], 2  # type: ignore[list-item]

    run = ScreeningRun(client, EXAM)

    assert run.wait(PATIENCE_S)
    assert run.progress().error is error
    assert len(run.progress().events) == 2


def test_a_busy_service_is_asked_again_by_itself() -> None:
    client = FakeClient()
    client.raises = [Overloaded("full", 1), Overloaded("full", 1)]

    run = ScreeningRun(client, EXAM)

    assert run.wait(PATIENCE_S)
    assert len(client.asked) == 3
    assert {exam.exam_id for exam in client.asked} == {"e1"}
    assert run.progress().error is None


def test_a_service_that_stays_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "PATIENCE_S", 0.3)
    client = FakeClient()
    client.raises = [Overloaded("full", 1)] * 9

    run = ScreeningRun(client, EXAM)

    assert run.wait(PATIENCE_S)
    assert isinstance(run.progress().error, Overloaded)
    assert len(client.asked) == 2


def test_waiting_for_a_busy_service_can_be_stopped() -> None:
    client = FakeClient()
    client.raises = [Overloaded("full", 10_000)]
    run = ScreeningRun(client, EXAM)
    deadline = time.monotonic() + PATIENCE_S
    while not run.progress().waiting:
        assert time.monotonic() < deadline
        time.sleep(0.005)

    run.stop()

    assert run.wait(5.0)
    assert isinstance(run.progress().error, Cancelled)

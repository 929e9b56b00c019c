"""The same exam sent twice under one key runs once, and nobody gets another one's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from edge_runtime.errors import InvalidField
from edge_runtime.service import kept_answers
from edge_runtime.service.kept_answers import KeptAnswers
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import Accepted, ExamDone, ScreeningClient
from tests.edge_runtime.service.held_screener import PATIENCE_S, HeldScreener, an_exam
from tests.edge_runtime.service.live_server import LiveServer

KEY = "a-random-key-of-an-exam"


def test_an_exam_sent_again_is_answered_again_and_run_once(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    first = list(client.screen(an_exam(), idempotency_key=KEY))
    again = list(client.screen(an_exam(), idempotency_key=KEY))

    assert isinstance(first[-1], ExamDone)
    assert again == first
    assert len(screener.exams) == 1


def test_an_exam_sent_again_while_it_runs_joins_the_first(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    first = client.screen(an_exam(), idempotency_key=KEY)
    assert isinstance(next(first), Accepted)
    second = client.screen(an_exam(), idempotency_key=KEY)
    assert isinstance(next(second), Accepted)

    first.close()  # the broken connection of before, which the server hears of only now
    screener.release()

    assert isinstance(list(second)[-1], ExamDone)
    assert len(screener.exams) == 1


def test_when_the_last_caller_leaves_the_exam_stops_and_sent_again_it_runs_again(
    live: LiveServer, client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    with client.screen(an_exam(), idempotency_key=KEY) as stream:
        next(stream)
        assert screener.begun.wait(PATIENCE_S)
    live.wait_until_idle()
    screener.release()
    assert screener.stopped.wait(PATIENCE_S)

    assert isinstance(list(client.screen(an_exam(), idempotency_key=KEY))[-1], ExamDone)
    assert len(screener.exams) == 2


def test_a_failed_exam_is_not_kept(client: ScreeningClient, screener: HeldScreener) -> None:
    screener.error = RuntimeError("once")
    with pytest.raises(Exception, match="failed"):
        list(client.screen(an_exam(), idempotency_key=KEY))
    screener.error = None

    assert isinstance(list(client.screen(an_exam(), idempotency_key=KEY))[-1], ExamDone)


def test_a_key_is_not_used_for_two_exams(client: ScreeningClient) -> None:
    list(client.screen(an_exam(), idempotency_key=KEY))

    with pytest.raises(InvalidField, match="another exam"):
        list(client.screen(an_exam(b"another eye"), idempotency_key=KEY))


def test_a_key_that_could_be_guessed_is_refused(client: ScreeningClient) -> None:
    with pytest.raises(InvalidField, match="16 to 128"):
        list(client.screen(an_exam(), idempotency_key="1"))


async def one_event() -> AsyncIterator[pb.ScreenEvent]:
    yield pb.ScreenEvent(exam_id="e" * 100)


async def read(kept: KeptAnswers, client: str, key: str) -> None:
    async for _ in kept.keep(client, key, b"digest", one_event()).follow():
        pass


def test_another_clients_key_is_not_known() -> None:
    async def main() -> None:
        kept = KeptAnswers(10_000)
        await read(kept, "host:1.1.1.1", KEY)

        assert kept.of("host:1.1.1.1", KEY, b"digest") is not None
        assert kept.of("host:2.2.2.2", KEY, b"digest") is None
        assert kept.of("host:2.2.2.2", KEY, b"other") is None

    asyncio.run(main())


def test_the_oldest_go_when_there_is_no_room() -> None:
    async def main() -> None:
        kept = KeptAnswers(250)  # of 102 bytes each
        for number in range(3):
            await read(kept, "a", f"{KEY}-{number}")
            time.sleep(0.001)

        held = [kept.of("a", f"{KEY}-{number}", b"digest") is not None for number in range(3)]
        assert held == [False, True, True]

    asyncio.run(main())


def test_what_nobody_asks_for_again_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        kept = KeptAnswers(10_000)
        await read(kept, "a", KEY)
        monkeypatch.setattr(kept_answers, "KEPT_S", 0.0)

        assert kept.of("a", KEY, b"digest") is None

    asyncio.run(main())

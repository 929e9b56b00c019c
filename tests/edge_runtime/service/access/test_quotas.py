"""What one client may send, and that another does not wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from edge_runtime.errors import QuotaExceeded
from edge_runtime.service.access import allowance
from edge_runtime.service.access.allowance import Allowance
from edge_runtime.service.access.roles import Role
from edge_runtime.service.access.token_file import create_token
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import Accepted, ScreeningClient
from edge_runtime.wire.screening_pb2_grpc import ScreeningStub
from tests.edge_runtime.service.held_screener import HeldScreener, an_exam
from tests.edge_runtime.service.live_server import LiveServer, live_server

pytestmark = pytest.mark.slow

Served = Callable[..., Any]
UPLOAD_KEY = "0123456789abcdef"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_may_come_at_once_and_then_as_much_as_time_gives() -> None:
    clock = Clock()
    calls = Allowance(60, clock)
    for _ in range(61):
        assert calls.wait_s("kiosk") == 0.0
        calls.take("kiosk", 1)

    assert calls.wait_s("kiosk") == pytest.approx(1.0)
    assert calls.wait_s("phone") == 0.0
    clock.now += 0.5
    assert calls.wait_s("kiosk") == pytest.approx(0.5)
    clock.now += 0.5
    assert calls.wait_s("kiosk") == 0.0
    clock.now += 3600.0
    for _ in range(61):
        calls.take("kiosk", 1)
    assert calls.wait_s("kiosk") == pytest.approx(1.0)


def test_one_large_thing_is_paid_for_afterwards() -> None:
    bytes_sent = Allowance(60, Clock())

    bytes_sent.take("kiosk", 90)

    assert bytes_sent.wait_s("kiosk") == pytest.approx(30.0)


def test_clients_are_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MAX_CLIENTS", 2)
    calls = Allowance(1, Clock())

    for client in ("first", "second", "third"):
        calls.take(client, 2)

    assert calls.wait_s("first") == 0.0
    assert calls.wait_s("second") > 0.0


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "tokens.json"
    made = {name: create_token(file, name, (Role.SCREEN,), 1)[0] for name in ("kiosk", "phone")}
    return {**made, "file": str(file)}


@pytest.fixture
def served(screener: HeldScreener, tokens: dict[str, str]) -> Served:
    @contextmanager
    def serve(**limits: int) -> Iterator[LiveServer]:
        settings = replace(Settings(), tokens=tokens["file"], **limits)
        with live_server(screener, settings) as live:
            yield live
            screener.release()

    return serve


def test_calls_over_a_clients_rate_are_told_when_to_come_back(
    served: Served, tokens: dict[str, str]
) -> None:
    with (
        served(max_client_calls_per_minute=3) as live,
        ScreeningClient(live.address, token=tokens["kiosk"]) as kiosk,
        ScreeningClient(live.address, token=tokens["phone"]) as phone,
    ):
        for _ in range(4):
            kiosk.describe_bundle()
        with pytest.raises(QuotaExceeded) as raised:
            kiosk.describe_bundle()
        assert 0 < raised.value.retry_after_ms <= 20_001
        phone.describe_bundle()


def test_bytes_over_a_clients_rate_are_refused_unread(
    served: Served, tokens: dict[str, str], screener: HeldScreener
) -> None:
    with (
        served(max_client_mb_per_minute=1) as live,
        ScreeningClient(live.address, token=tokens["kiosk"]) as kiosk,
    ):
        list(kiosk.screen(an_exam(b"1" * 1_500_000)))
        with pytest.raises(QuotaExceeded):
            list(kiosk.screen(an_exam(b"1")))
    assert len(screener.exams) == 1


def test_the_status_is_resource_exhausted_and_carries_the_delay(
    served: Served, tokens: dict[str, str]
) -> None:
    metadata = (("authorization", f"Bearer {tokens['kiosk']}"),)
    with (
        served(max_client_calls_per_minute=1) as live,
        grpc.insecure_channel(live.address) as channel,
    ):
        stub: Any = ScreeningStub(channel)  # type: ignore[no-untyped-call]
        for _ in range(2):
            stub.DescribeBundle(pb.DescribeBundleRequest(), metadata=metadata)
        with pytest.raises(grpc.RpcError) as raised:
            stub.DescribeBundle(pb.DescribeBundleRequest(), metadata=metadata)

        assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        trailers = dict(raised.value.trailing_metadata())
        assert int(trailers["grpc-retry-pushback-ms"]) > 0


def test_a_clients_calls_at_once_are_bounded_and_count_until_they_end(
    served: Served, tokens: dict[str, str], screener: HeldScreener
) -> None:
    screener.hold()
    with (
        served(max_client_calls_at_once=1) as live,
        ScreeningClient(live.address, token=tokens["kiosk"]) as kiosk,
        ScreeningClient(live.address, token=tokens["phone"]) as phone,
    ):
        with kiosk.screen(an_exam()) as stream:
            assert isinstance(next(stream), Accepted)
            with pytest.raises(QuotaExceeded):
                kiosk.describe_bundle()
            phone.describe_bundle()
        screener.release()
        live.wait_until_idle()
        kiosk.describe_bundle()


def test_an_upload_over_the_rate_is_held_back_and_loses_nothing(
    served: Served, tokens: dict[str, str], screener: HeldScreener
) -> None:
    content = b"1" * 1_200_000
    with (
        served(max_client_mb_per_minute=1) as live,
        ScreeningClient(live.address, token=tokens["kiosk"]) as kiosk,
    ):
        started = time.monotonic()
        kiosk.upload(content[:1_010_000], UPLOAD_KEY)
        assert time.monotonic() - started > 0.4


def test_the_box_itself_is_not_counted(screener: HeldScreener) -> None:
    settings = replace(
        Settings(),
        max_client_calls_per_minute=1,
        max_client_calls_at_once=1,
        max_client_mb_per_minute=1,
    )
    with live_server(screener, settings) as live, ScreeningClient(live.address) as client:
        for _ in range(5):
            client.describe_bundle()

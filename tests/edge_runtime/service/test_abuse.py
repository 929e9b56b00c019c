"""Abuse of HTTP/2 and messages that no client of ours sends: the server refuses and serves on.

Bounded, and to this machine alone; `make soak` runs the same for longer.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import TooLate
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import ExamDone, ScreeningClient
from tests.edge_runtime.service import http2_frames as h2
from tests.edge_runtime.service.access.test_roles import INFERENCE, OWN
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle, an_exam
from tests.edge_runtime.service.live_server import LiveServer, live_server

pytestmark = pytest.mark.slow

HEALTH = "/grpc.health.v1.Health/Check"
SCREEN = "/foreseye.v1.Screening/Screen"
STREAM = "/inference.GRPCInferenceService/ModelStreamInfer"
PATIENCE_S = 20.0

CONNECTIONS = int(os.environ.get("ABUSE_CONNECTIONS", "20"))
STREAMS = int(os.environ.get("ABUSE_STREAMS", "2000"))
MESSAGES = int(os.environ.get("ABUSE_MESSAGES", "150"))
GROWTH_MB = 64
"""What the process may keep of an attack: allocators give back late."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    screener = HeldScreener(a_bundle(tmp_path_factory.mktemp("abused")))
    with live_server(screener, Settings(), open_inference=True) as live:
        yield live


@pytest.fixture(autouse=True)
def serves_on(live: LiveServer) -> Iterator[None]:
    """After each test the server serves, holds nothing, and has not grown."""
    before = resident_mb()
    yield
    live.wait_until_idle()
    with ScreeningClient(live.address, timeout_s=PATIENCE_S) as client:
        assert isinstance(list(client.screen(an_exam(), timeout_s=PATIENCE_S))[-1], ExamDone)
    assert resident_mb() - before < GROWTH_MB


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_streams_that_are_reset_at_once_leave_nothing(live: LiveServer) -> None:
    begins = h2.call_headers(SCREEN)
    reset = struct.pack(">I", h2.CANCEL)
    with h2.connected(live.port) as connection:
        connection.settimeout(1.0)
        try:
            for stream in range(1, 2 * STREAMS, 2):
                connection.sendall(
                    h2.frame(h2.HEADERS, h2.END_HEADERS, stream, begins)
                    + h2.frame(h2.RST_STREAM, 0, stream, reset)
                )
        except (ConnectionError, TimeoutError):
            pass  # the server has had enough of us


def test_connections_that_say_half_of_who_they_are_keep_nobody_out(live: LiveServer) -> None:
    with ExitStack() as open_ones:
        for each in range(CONNECTIONS):
            connection = socket.create_connection(("localhost", live.port), timeout=10.0)
            open_ones.enter_context(connection)
            connection.sendall(h2.PREFACE[: each % len(h2.PREFACE)])
        with ScreeningClient(live.address, timeout_s=PATIENCE_S) as client:
            assert client.is_ready()


def test_a_reader_that_takes_nothing_keeps_nobody_out(live: LiveServer) -> None:
    with ExitStack() as open_ones:
        for _ in range(CONNECTIONS):
            connection = h2.connected(live.port, [(h2.INITIAL_WINDOW_SIZE, 0)])
            open_ones.enter_context(connection)
            asked = h2.message(b"")
            connection.sendall(
                h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.call_headers(HEALTH))
                + h2.frame(h2.DATA, h2.END_STREAM, 1, asked)
            )
        with ScreeningClient(live.address, timeout_s=PATIENCE_S) as client:
            assert client.is_ready()


def test_metadata_without_measure_is_refused(live: LiveServer) -> None:
    with grpc.insecure_channel(live.address) as channel:
        call = channel.unary_unary(HEALTH)
        assert call(b"", metadata=(("x-small", "1" * 1000),), timeout=PATIENCE_S) is not None
        with pytest.raises(grpc.RpcError) as raised:
            call(b"", metadata=(("x-large", "1" * 200_000),), timeout=PATIENCE_S)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_headers_that_never_end_close_the_connection(live: LiveServer) -> None:
    part = h2.header_block([("x-more", "1" * 16_000)])
    with h2.connected(live.port) as connection:
        connection.settimeout(2.0)
        try:
            connection.sendall(h2.frame(h2.HEADERS, 0, 1, h2.call_headers(HEALTH)))
            for _ in range(200):
                connection.sendall(h2.frame(h2.CONTINUATION, 0, 1, part))
        except (ConnectionError, TimeoutError):
            pass
        answered = h2.kinds_in(h2.rest_of(connection))
    assert h2.DATA not in answered


def test_pings_without_end_close_the_connection(live: LiveServer) -> None:
    with h2.connected(live.port) as connection:
        connection.settimeout(5.0)
        with suppress(ConnectionError):
            connection.sendall(h2.frame(h2.PING, 0, 0, b"12345678") * 50)
        assert h2.GOAWAY in h2.kinds_in(h2.rest_of(connection))


def test_a_deadline_that_has_passed_is_told_at_once(live: LiveServer) -> None:
    with ScreeningClient(live.address) as client:
        started = time.monotonic()
        with pytest.raises(TooLate):
            list(client.screen(an_exam(), timeout_s=0.0))
        assert time.monotonic() - started < PATIENCE_S


def test_a_message_that_promises_more_than_it_may_is_refused_unread(live: LiveServer) -> None:
    promise = struct.pack(">BI", 0, 0xFFFFFFFF)
    with h2.connected(live.port) as connection:
        connection.settimeout(3.0)
        connection.sendall(
            h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.call_headers(SCREEN))
            + h2.frame(h2.DATA, 0, 1, promise + b"1" * 1000)
        )
        received = h2.rest_of(connection)
    assert h2.HEADERS in h2.kinds_in(received)


@given(content=st.binary(max_size=2000))
@settings(max_examples=MESSAGES, deadline=None, derandomize=True, database=None)
def test_any_bytes_after_the_greeting_end_the_connection_alone(
    live: LiveServer, content: bytes
) -> None:
    with h2.connected(live.port) as connection:
        connection.settimeout(0.01)
        with suppress(ConnectionError):
            connection.sendall(content)
        h2.rest_of(connection)


REQUEST = pb.ScreenRequest(
    exam_id="exam-1",
    photographs=[pb.PhotographUpload(name="a.jpg", content=b"12345")],
    person=pb.Person(age_years=61.0, covariates={"sbp_mmhg": 150.0}),
).SerializeToString()


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """A message with a part of it replaced."""

    def replace(place: int, length: int, by: bytes) -> bytes:
        at = place % (len(content) + 1)
        return content[:at] + by + content[at + length :]

    return st.builds(replace, st.integers(0, 10_000), st.integers(0, 8), st.binary(max_size=8))


NEVER = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED}
"""What a caller must not be able to bring about by what it sends."""
UNFORESEEN = "Quote ticket"


@given(
    method=st.sampled_from([*OWN, *INFERENCE]),
    contents=st.lists(st.binary(max_size=200) | damaged(REQUEST), max_size=3),
)
@settings(max_examples=2 * MESSAGES, deadline=None, derandomize=True, database=None)
def test_any_message_to_any_method_is_answered_or_refused(
    live: LiveServer, method: str, contents: list[bytes]
) -> None:
    with grpc.insecure_channel(live.address) as channel:
        call: Any = channel.stream_stream(method)(iter(contents), timeout=PATIENCE_S)
        # A watcher is told once and then only of changes.
        status = ended_with(call, answers=1 if method.endswith("/Watch") else 4)

    assert status.code() not in NEVER, (method, contents, status.details())
    assert UNFORESEEN not in status.details(), (method, contents, status.details())


def test_a_message_that_is_none_ends_a_stream_while_the_one_before_is_answered(
    live: LiveServer,
) -> None:
    for _ in range(20):
        with grpc.insecure_channel(live.address) as channel:
            contents = iter([b"", b"\x0a\xff"])
            call: Any = channel.stream_stream(STREAM)(contents, timeout=PATIENCE_S)
            assert ended_with(call, answers=4).code() is grpc.StatusCode.INVALID_ARGUMENT


def ended_with(call: Any, answers: int) -> Any:
    """Return the call, once it ended or has answered so many times."""
    try:
        for _ in islice(call, answers):
            pass
    except grpc.RpcError:
        return call
    call.cancel()
    return call

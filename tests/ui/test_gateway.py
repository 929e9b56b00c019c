"""The door to the service, against an address where nobody listens."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import streamlit as st

from edge_runtime.errors import Overloaded, ServerUnreachable
from edge_runtime.wire.client import ScreeningClient
from tests.ui.fake_service import FakeClient
from ui import gateway


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScreeningClient]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setattr(sys, "argv", ["app.py", "--server", address])
    yield gateway.connect()
    st.cache_resource.clear()


def test_a_service_that_nobody_started_is_away(nobody: ScreeningClient) -> None:
    assert gateway.state_of(nobody) == "away"


def test_all_sessions_share_one_connection(nobody: ScreeningClient) -> None:
    assert gateway.connect() is nobody


@pytest.mark.parametrize(
    ("ready", "describes", "state"),
    [
        (True, None, "ready"),
        (False, Overloaded("loading"), "starting"),
        (False, ServerUnreachable("gone"), "away"),
    ],
)
def test_a_service_that_loads_is_told_apart_from_one_that_is_away(
    ready: bool, describes: Exception, state: str
) -> None:
    client = FakeClient()
    client.ready, client.describes = ready, describes

    assert gateway.state_of(client) == state


def test_pages_that_come_while_the_service_is_asked_wait_for_its_answer() -> None:
    said, asked, answer = gateway._LastSaid(), Event(), Event()

    def slow() -> bool:
        asked.set()
        assert answer.wait(10.0)
        return True

    with ThreadPoolExecutor(2) as pages:
        first = pages.submit(said.asked, slow)
        assert asked.wait(10.0)
        second = pages.submit(said.asked, lambda: pytest.fail("asked twice"))
        with pytest.raises(TimeoutError):
            second.result(0.1)  # not a kiosk without a door meanwhile
        answer.set()
        assert (first.result(10.0), second.result(10.0)) == (True, True)

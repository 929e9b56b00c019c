"""The server's life: loading, who may connect and how, and its address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_runtime.errors import BundleCorrupt, Overloaded, SettingsError
from edge_runtime.service.certificates import Tls
from edge_runtime.service.listening import Listen
from edge_runtime.settings import Settings
from edge_runtime.wire.address import is_local
from edge_runtime.wire.client import ExamDone, ScreeningClient
from tests.edge_runtime.service.held_screener import PATIENCE_S, HeldScreener, an_exam
from tests.edge_runtime.service.live_server import live_server


def test_while_the_bundle_loads_exams_are_told_to_come_back(screener: HeldScreener) -> None:
    loaded = threading.Event()

    @contextmanager
    def slowly(_: Settings) -> Iterator[HeldScreener]:
        assert loaded.wait(PATIENCE_S)
        yield screener

    with live_server(slowly) as live, ScreeningClient(live.address) as client:
        assert not client.is_ready()
        with pytest.raises(Overloaded) as raised:
            list(client.screen(an_exam()))
        assert raised.value.retry_after_ms == 2000
        assert "is starting" in raised.value.public_message
        with pytest.raises(Overloaded):
            client.describe_bundle()

        loaded.set()
        live.call(live.server.ready())

        assert client.is_ready()
        assert isinstance(list(client.screen(an_exam()))[-1], ExamDone)


def test_a_bundle_that_cannot_be_opened_never_becomes_ready() -> None:
    @contextmanager
    def broken(_: Settings) -> Iterator[HeldScreener]:
        raise BundleCorrupt("a byte is wrong")
        yield

    with live_server(broken) as live, ScreeningClient(live.address) as client:
        with pytest.raises(BundleCorrupt):
            live.call(live.server.ready())
        assert not client.is_ready()


def test_the_pipeline_is_opened_once_and_closed_at_the_end_off_the_event_loop(
    screener: HeldScreener,
) -> None:
    threads: list[str] = []

    @contextmanager
    def opened(_: Settings) -> Iterator[HeldScreener]:
        threads.append(threading.current_thread().name)
        yield screener
        threads.append(threading.current_thread().name)

    with live_server(opened) as live:
        live.call(live.server.ready())

    assert len(threads) == 2
    assert "server" not in threads


def test_a_server_that_nobody_runs_is_not_ready() -> None:
    with ScreeningClient("localhost:1", timeout_s=2.0) as client:
        assert not client.is_ready()


def test_a_taken_port_is_said_to_be_taken(screener: HeldScreener) -> None:
    with live_server(screener) as live:
        second = live_server(screener, listen=Listen(live.address))
        with pytest.raises(SettingsError, match="cannot listen"), second:
            pass


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1:50051", True),
        ("127.3.2.1:0", True),
        ("localhost:50051", True),
        ("[::1]:50051", True),
        ("unix:/run/foreseye.sock", True),
        ("0.0.0.0:50051", False),
        ("[::]:50051", False),
        ("192.168.1.4:50051", False),
        ("kiosk.clinic:50051", False),
    ],
)
def test_an_address_is_local_when_only_this_machine_reaches_it(address: str, local: bool) -> None:
    assert is_local(address) is local


@pytest.mark.parametrize("address", ["", "50051", "localhost", "localhost:", ":50051", "h:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="is no address"):
        Listen(address)


def test_photographs_do_not_cross_an_open_network_in_the_clear_by_mistake() -> None:
    with pytest.raises(SettingsError, match="--tls-cert"):
        Listen("0.0.0.0:50051")

    assert Listen("0.0.0.0:50051", insecure_anywhere=True).tls is None
    assert Listen("0.0.0.0:50051", tls=Tls("cert.pem", "key.pem")).tls is not None


def test_a_client_says_which_tls_file_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        ScreeningClient("localhost:1", tls_ca=str(tmp_path / "none.pem"))
    (tmp_path / "text.pem").write_text("text", encoding="ascii")
    with pytest.raises(SettingsError, match="is not PEM"):
        ScreeningClient("localhost:1", tls_ca=str(tmp_path / "text.pem"))
    with pytest.raises(SettingsError, match="given together"):
        ScreeningClient("localhost:1", tls_ca="a.pem", tls_key="key.pem")

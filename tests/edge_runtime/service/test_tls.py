"""TLS and mutual TLS over real sockets: who gets through, what the log says, renewal under load."""

from __future__ import annotations

import logging
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from edge_runtime.errors import ServerUnreachable, SettingsError
from edge_runtime.service.certificates import Certificates, Tls
from edge_runtime.service.listening import Listen
from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.service.authority import Authority, Issued
from tests.edge_runtime.service.held_screener import HeldScreener
from tests.edge_runtime.service.live_server import LiveServer, live_server

RENEWALS = 10
CALLERS = 4


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "theirs")


@contextmanager
def served(screener: HeldScreener, server: Issued, clients: str | None) -> Iterator[LiveServer]:
    tls = Tls(server.certificate, server.key, clients)
    with live_server(screener, listen=Listen("localhost:0", tls)) as live:
        yield live


def calling(live: LiveServer, authority: Authority, own: Issued | None) -> ScreeningClient:
    return ScreeningClient(
        live.address,
        tls_ca=authority.file,
        tls_certificate=None if own is None else own.certificate,
        tls_key=None if own is None else own.key,
        timeout_s=3.0,
    )


def refused(live: LiveServer, authority: Authority, own: Issued | None) -> str:
    """Return what the person in front of a client that does not get through is told."""
    with calling(live, authority, own) as client, pytest.raises(ServerUnreachable) as raised:
        client.describe_bundle()
    return raised.value.public_message


def test_with_tls_only_a_client_that_trusts_the_authority_gets_through(
    screener: HeldScreener, ours: Authority, theirs: Authority
) -> None:
    with served(screener, ours.issue("server"), None) as live:
        with calling(live, ours, None) as client:
            assert client.is_ready()
        refused(live, theirs, None)
        with (
            ScreeningClient(live.address, timeout_s=2.0) as client,
            pytest.raises(ServerUnreachable),
        ):
            client.describe_bundle()


CLIENTS: dict[str, tuple[str, Callable[[Authority, Authority], Issued | None]]] = {
    "expired": (
        "certificate has expired",
        lambda ours, _: ours.issue("kiosk", from_hour=-2, to_hour=-1),
    ),
    "not yet valid": (
        "certificate is not yet valid",
        lambda ours, _: ours.issue("kiosk", from_hour=1, to_hour=2),
    ),
    "unknown authority": (
        "unable to get local issuer certificate",
        lambda _, theirs: theirs.issue("kiosk"),
    ),
    "no certificate": ("PEER_DID_NOT_RETURN_A_CERTIFICATE", lambda _, __: None),
}


@pytest.mark.parametrize("case", CLIENTS)
def test_a_client_whose_certificate_does_not_hold_is_refused_and_the_log_names_the_cause(
    screener: HeldScreener,
    ours: Authority,
    theirs: Authority,
    capfd: pytest.CaptureFixture[str],
    case: str,
) -> None:
    cause, certificate = CLIENTS[case]
    with served(screener, ours.issue("server"), ours.file) as live:
        capfd.readouterr()

        told = refused(live, ours, certificate(ours, theirs))

        assert cause in capfd.readouterr().err
        assert told == ServerUnreachable.public_message
        with calling(live, ours, ours.issue("good")) as client:
            assert client.is_ready()


SERVERS: dict[str, Callable[[Authority, Authority], Issued]] = {
    "expired": lambda ours, _: ours.issue("server", from_hour=-2, to_hour=-1),
    "not yet valid": lambda ours, _: ours.issue("server", from_hour=1, to_hour=2),
    "wrong host": lambda ours, _: ours.issue("server", hosts=("other.clinic",)),
    "unknown authority": lambda _, theirs: theirs.issue("server"),
}


@pytest.mark.parametrize("case", SERVERS)
def test_our_client_sends_nothing_to_a_server_whose_certificate_does_not_hold(
    ours: Authority, theirs: Authority, case: str
) -> None:
    issued = SERVERS[case](ours, theirs)
    pair = (Path(issued.key).read_bytes(), Path(issued.certificate).read_bytes())
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([pair]))
    server.start()
    try:
        with (
            ScreeningClient(f"localhost:{port}", tls_ca=ours.file, timeout_s=3.0) as client,
            pytest.raises(ServerUnreachable) as raised,
        ):
            client.describe_bundle()
    finally:
        server.stop(None).wait()

    assert raised.value.public_message == ServerUnreachable.public_message


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ((-2, -1), "expired on .* this machine's clock says"),
        ((1, 2), "is not valid before .*clock"),
    ],
)
def test_a_server_does_not_start_with_a_certificate_that_does_not_hold_now(
    ours: Authority, hours: tuple[float, float], sentence: str
) -> None:
    issued = ours.issue("server", from_hour=hours[0], to_hour=hours[1])

    with pytest.raises(SettingsError, match=sentence):
        Certificates(Tls(issued.certificate, issued.key))


def test_a_server_does_not_start_with_another_certificates_key(ours: Authority) -> None:
    server, other = ours.issue("server"), ours.issue("other")

    with pytest.raises(SettingsError, match="is not the key of the certificate"):
        Certificates(Tls(server.certificate, other.key))
    with pytest.raises(SettingsError, match="no private key"):
        Certificates(Tls(server.certificate, server.certificate))
    with pytest.raises(SettingsError, match="holds no certificate"):
        Certificates(Tls(server.certificate, server.key, client_authority=server.key))


def test_a_certificate_that_ends_soon_is_warned_of(
    ours: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    issued = ours.issue("server")

    with caplog.at_level(logging.INFO):
        Certificates(Tls(issued.certificate, issued.key))

    assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert "TLS certificate for localhost, 127.0.0.1, 0.0 days left" in caplog.text


def test_certificates_are_renewed_under_load_without_a_failed_call(
    screener: HeldScreener, ours: Authority, tmp_path: Path
) -> None:
    own = ours.issue("kiosk")
    enough = threading.Event()

    def call() -> int:
        calls = 0
        while not enough.is_set():
            with calling(live, ours, own) as client:
                client.describe_bundle()
                calls += 1
        return calls

    with (
        served(screener, ours.issue("server"), ours.file) as live,
        ThreadPoolExecutor(CALLERS) as callers,
    ):
        counts = [callers.submit(call) for _ in range(CALLERS)]
        shown = set()
        try:
            for _ in range(RENEWALS):
                ours.issue("server")  # over the files of the one before
                shown.add(certificate_of(live, ours, own))
        finally:
            enough.set()

        assert all(count.result() > 0 for count in counts)
        assert len(shown) == RENEWALS


def test_files_that_cannot_be_used_change_nothing_and_the_log_says_why(
    screener: HeldScreener, ours: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    server, own = ours.issue("server"), ours.issue("kiosk")
    with served(screener, server, ours.file) as live:
        before = certificate_of(live, ours, own)
        Path(server.certificate).write_text("nonsense", encoding="ascii")

        assert certificate_of(live, ours, own) == before
        assert certificate_of(live, ours, own) == before

        told = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
        assert len(told) == 1
        assert "the TLS files from before serve on" in told[0]
        assert "is not PEM" in told[0]


def test_an_authority_that_is_taken_away_lets_no_new_connection_in(
    screener: HeldScreener, ours: Authority, theirs: Authority, tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted.pem"
    shutil.copy(ours.file, trusted)
    with served(screener, ours.issue("server"), str(trusted)) as live:
        with calling(live, ours, ours.issue("kiosk")) as client:
            assert client.is_ready()

        shutil.copy(theirs.file, trusted)

        refused(live, ours, ours.issue("kiosk"))
        with calling(live, ours, theirs.issue("kiosk")) as client:
            assert client.is_ready()


def certificate_of(live: LiveServer, ours: Authority, own: Issued) -> bytes:
    """Return the certificate that the server shows to a new connection."""
    context = ssl.create_default_context(cafile=ours.file)
    context.load_cert_chain(own.certificate, own.key)
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("localhost", live.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        shown = connection.getpeercert(binary_form=True)
        assert shown is not None
        return shown

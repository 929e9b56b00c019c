"""`foreseye serve`: one gRPC port, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.session import Session, print_json, say, session_of
from edge_runtime.errors import SettingsError
from edge_runtime.settings import Settings

if TYPE_CHECKING:
    from edge_runtime.service.listening import Listen, Tls
    from edge_runtime.service.screener import Screener

BundleOption = Annotated[
    Path | None,
    typer.Option(
        "--bundle", metavar="DIR", help="The model bundle; the reference one if left out."
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one."
    ),
]
CertificateOption = Annotated[
    str | None, typer.Option("--tls-cert", metavar="PEM", help="The server's certificate.")
]
KeyOption = Annotated[str | None, typer.Option("--tls-key", metavar="PEM", help="Its private key.")]
ClientAuthorityOption = Annotated[
    str | None,
    typer.Option(
        "--client-ca", metavar="PEM", help="Only clients that this authority signed may call."
    ),
]
AnywhereOption = Annotated[
    bool,
    typer.Option(
        "--insecure-listen-anywhere",
        help="Listen without TLS where other machines reach it. Photographs cross in the clear.",
    ),
]


@dataclass(frozen=True)
class Served:
    """What the line says that is printed when the server is ready."""

    address: str
    bundle: str
    version: str
    sha256: str
    engines: dict[str, str]
    """Model name to engine and precision."""
    tls: bool


def serve(
    context: typer.Context,
    bundle: BundleOption = None,
    address: AddressOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    client_ca: ClientAuthorityOption = None,
    insecure_listen_anywhere: AnywhereOption = False,
    as_json: AsJson = False,
) -> None:
    """Answer screening requests over gRPC until interrupted; running exams are finished first."""
    from edge_runtime.service.listening import Listen

    session = session_of(context, as_json)
    settings = _settings(session.settings, bundle, address)
    tls = _tls(tls_cert, tls_key, client_ca)
    listen = Listen(settings.address, tls, insecure_listen_anywhere)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(_serve_until_told(session, settings, listen))


async def _serve_until_told(session: Session, settings: Settings, listen: Listen) -> None:
    # Here, so that `foreseye --help` loads no server.
    from edge_runtime.service.server import ScreeningServer

    told = _told_to_stop()
    server = ScreeningServer(settings, listen, session.open_pipeline)
    port = await server.start()
    try:
        with Console(stderr=True).status("Loading and proving the models"):
            ready = asyncio.ensure_future(server.ready())
            stopping = asyncio.ensure_future(told.wait())
            await asyncio.wait({ready, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            _announce(session, _served(ready.result(), listen, port))
            await stopping
        say("Stopping: running exams are finished, no new ones are taken.")
    finally:
        await server.stop()


def _told_to_stop() -> asyncio.Event:
    """Return an event that the first SIGINT or SIGTERM sets; the second ends the process."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        told.set()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop)
    return told


def _served(screener: Screener, listen: Listen, port: int) -> Served:
    host = listen.address.rpartition(":")[0]
    identity = screener.bundle.identity
    return Served(
        address=listen.address if host == "unix" else f"{host}:{port}",
        bundle=identity.name,
        version=identity.version,
        sha256=identity.sha256,
        engines={name: f"{m.backend} {m.precision}" for name, m in screener.models.items()},
        tls=listen.tls is not None,
    )


def _announce(session: Session, served: Served) -> None:
    if session.as_json:
        print_json(asdict(served))
        return
    engines = ", ".join(f"{name} on {engine}" for name, engine in served.engines.items())
    typer.echo(
        f"Listening on {served.address} ({'TLS' if served.tls else 'no TLS'}): "
        f"bundle {served.bundle} {served.version}, {engines}. Ctrl-C stops."
    )


def _settings(settings: Settings, bundle: Path | None, address: str | None) -> Settings:
    return replace(
        settings,
        bundle=settings.bundle if bundle is None else str(bundle),
        address=address or settings.address,
    )


def _tls(certificate: str | None, key: str | None, client_authority: str | None) -> Tls | None:
    from edge_runtime.service.listening import Tls

    if certificate is None and key is None:
        if client_authority is not None:
            raise SettingsError("--client-ca needs --tls-cert and --tls-key")
        return None
    if certificate is None or key is None:
        raise SettingsError("--tls-cert and --tls-key are given together")
    return Tls(certificate, key, client_authority)

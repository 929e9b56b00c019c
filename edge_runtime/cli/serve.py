"""`foreseye serve`: one gRPC port, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.records_place import opened
from edge_runtime.cli.serve_options import (
    AddressOption,
    AnywhereOption,
    BundleOption,
    CertificateOption,
    ClientAuthorityOption,
    KeyOption,
    LogOption,
    MetricsOption,
    OpenInferenceOption,
    RecordsOption,
    TokensOption,
    TracesOption,
    WorklistOption,
)
from edge_runtime.cli.session import Session, print_json, say, session_of
from edge_runtime.errors import ForeseyeError, SettingsError
from edge_runtime.service.logs import LogFormat, log_format_of, log_to
from edge_runtime.settings import Settings

if TYPE_CHECKING:
    from edge_runtime.records.vault import Vault
    from edge_runtime.service.certificates import Tls
    from edge_runtime.service.hospital_list import AskHospital
    from edge_runtime.service.listening import Listen
    from edge_runtime.service.screener import Screener
    from edge_runtime.service.server import ScreeningServer
    from edge_runtime.service.spans import Spans

log = logging.getLogger("foreseye.service")


HANDS_OVER_S = 0.000_5
"""After which a thread lets others have the interpreter. Python's own 5 ms are a tenth of the time
to a first verdict, waited for whenever one exam's measuring holds up another's event or model."""


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
    tokens: bool
    """Callers must show one."""
    records: bool
    """Exams are kept."""
    worklist: bool
    """The hospital is asked whom it expects."""
    open_inference: bool
    metrics: str | None
    """Address of the metrics, None where they are not served."""


@dataclass(frozen=True)
class Offer:
    """What is served, and where."""

    listen: Listen
    open_inference: bool
    metrics: str | None
    tokens: bool
    vault: Vault | None
    """The records; None where nothing is kept."""
    spans: Spans | None
    """Where calls are traced; None where they are not."""
    ask_hospital: AskHospital | None
    """None where no worklist is named."""


def serve(
    context: typer.Context,
    bundle: BundleOption = None,
    address: AddressOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    client_ca: ClientAuthorityOption = None,
    insecure_listen_anywhere: AnywhereOption = False,
    tokens: TokensOption = None,
    open_inference: OpenInferenceOption = False,
    metrics: MetricsOption = None,
    traces: TracesOption = None,
    records: RecordsOption = None,
    worklist: WorklistOption = None,
    log_format: LogOption = None,
    as_json: AsJson = False,
) -> None:
    """Answer screening requests over gRPC until interrupted; running exams are finished first.

    SIGHUP reads the bundle's folder again: the new bundle is proved beside the old one, which
    serves until then, and stays when the new one cannot be opened.
    """
    from edge_runtime.service.hospital_list import hospital_list
    from edge_runtime.service.listening import Listen

    session = session_of(context, as_json)
    settings = _settings(session.settings, bundle, address, tokens, traces, worklist)
    tls = _tls(tls_cert, tls_key, client_ca)
    listen = Listen(settings.address, tls, insecure_listen_anywhere)
    ask = hospital_list(settings, listen, has_records=records is not None)
    with ExitStack() as leaving:
        _log(log_format or log_format_of(settings), leaving)
        # Before anything is served: damaged records are told at once.
        vault = None if records is None else opened(settings, records)
        for notice in () if vault is None else vault.notices:
            say(f"Records: {notice}.")
        spans = _spans(settings.traces, leaving)
        offer = Offer(listen, open_inference, metrics, bool(settings.tokens), vault, spans, ask)
        sys.setswitchinterval(HANDS_OVER_S)
        asyncio.run(_serve_until_told(session, settings, offer))


def _log(kind: LogFormat, leaving: ExitStack) -> None:
    """Log to standard error; as JSON, what gRPC's core writes there becomes records too."""
    from edge_runtime.service.core_log import CoreLog

    stream = sys.stderr if kind is LogFormat.TEXT else leaving.enter_context(CoreLog())
    log_to(stream, kind)


async def _serve_until_told(session: Session, settings: Settings, offer: Offer) -> None:
    # Here, so that `foreseye --help` loads no server.
    from edge_runtime.service.server import ScreeningServer

    told = _told_to_stop()
    server = ScreeningServer(
        settings,
        offer.listen,
        session.open_pipeline,
        open_inference=offer.open_inference,
        vault=offer.vault,
        spans=offer.spans,
        ask_hospital=offer.ask_hospital,
    )
    with ExitStack() as beside:
        # Before the models are loaded: a wrong address is told at once.
        metrics = _metrics(server, offer, beside)
        port = await server.start()
        # Beside the models: the first photographs then find them ready.
        await asyncio.to_thread(server.decoders.start)
        try:
            with Console(stderr=True).status("Loading and proving the models"):
                ready = asyncio.ensure_future(server.ready())
                stopping = asyncio.ensure_future(told.wait())
                await asyncio.wait({ready, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                _reload_on_hangup(server, settings.bundle)
                _announce(session, _served(ready.result(), offer, port, metrics))
                await stopping
            log.info("Stopping: running exams are finished, no new ones are taken.")
        finally:
            await server.stop()


def _spans(collector: str, leaving: ExitStack) -> Spans | None:
    if not collector:
        return None
    from edge_runtime.service.spans import Spans

    spans = Spans.to(collector)
    leaving.callback(spans.close)
    return spans


def _metrics(server: ScreeningServer, offer: Offer, beside: ExitStack) -> str | None:
    if offer.metrics is None:
        return None
    from edge_runtime.service.metrics_server import MetricsServer

    anywhere = offer.listen.insecure_anywhere
    metrics = MetricsServer(offer.metrics, server.metrics, anywhere=anywhere)
    beside.callback(metrics.close)
    return f"{offer.metrics.rpartition(':')[0]}:{metrics.port}"


def _reload_on_hangup(server: ScreeningServer, folder: str) -> None:
    """Read the bundle's folder again at SIGHUP; the old one serves until the new one is proved."""
    reloading: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        try:
            await server.bundles.switch(folder)
        except ForeseyeError as error:
            log.error("the bundle in service stays: %s: %s", type(error).__name__, error)

    def begin() -> None:
        task = asyncio.get_running_loop().create_task(reload())
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, begin)


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


def _served(screener: Screener, offer: Offer, port: int, metrics: str | None) -> Served:
    listen = offer.listen
    host = listen.address.rpartition(":")[0]
    identity = screener.bundle.identity
    return Served(
        address=listen.address if host == "unix" else f"{host}:{port}",
        bundle=identity.name,
        version=identity.version,
        sha256=identity.sha256,
        engines={name: f"{m.backend} {m.precision}" for name, m in screener.models.items()},
        tls=listen.tls is not None,
        tokens=offer.tokens,
        records=offer.vault is not None,
        worklist=offer.ask_hospital is not None,
        open_inference=offer.open_inference,
        metrics=metrics,
    )


def _announce(session: Session, served: Served) -> None:
    if session.as_json:
        print_json(asdict(served))
        return
    engines = ", ".join(f"{name} on {engine}" for name, engine in served.engines.items())
    typer.echo(
        f"Listening on {served.address} ({'TLS' if served.tls else 'no TLS'}, "
        f"{'tokens' if served.tokens else 'no tokens'}): "
        f"bundle {served.bundle} {served.version}, {engines}. Ctrl-C stops."
    )
    if served.open_inference:
        typer.echo("Open Inference Protocol v2 is on: its answers pass no quality gate.")
    if served.metrics is not None:
        typer.echo(f"Metrics: http://{served.metrics}/metrics")


def _settings(
    settings: Settings,
    bundle: Path | None,
    address: str | None,
    tokens: str | None,
    traces: str | None,
    worklist: str | None,
) -> Settings:
    return replace(
        settings,
        tokens=tokens or settings.tokens,
        traces=traces or settings.traces,
        worklist=worklist or settings.worklist,
        bundle=settings.bundle if bundle is None else str(bundle),
        address=address or settings.address,
    )


def _tls(certificate: str | None, key: str | None, client_authority: str | None) -> Tls | None:
    from edge_runtime.service.certificates import Tls

    if certificate is None and key is None:
        if client_authority is not None:
            raise SettingsError("--client-ca needs --tls-cert and --tls-key")
        return None
    if certificate is None or key is None:
        raise SettingsError("--tls-cert and --tls-key are given together")
    return Tls(certificate, key, client_authority)

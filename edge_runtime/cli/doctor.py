"""`foreseye doctor`: what is wrong with this box, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.serve_options import (
    AddressOption,
    BundleOption,
    CertificateOption,
    ClientAuthorityOption,
    KeyOption,
    TokensOption,
)
from edge_runtime.cli.session import Session, print_json, session_of
from edge_runtime.errors import SettingsError

if TYPE_CHECKING:
    from edge_runtime.service.certificates import Tls
    from edge_runtime.service.doctor.finding import Finding

MARKS = {"well": "[green]ok[/]", "warning": "[yellow]look[/]", "wrong": "[bold red]wrong[/]"}


def doctor(
    context: typer.Context,
    bundle: BundleOption = None,
    address: AddressOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    client_ca: ClientAuthorityOption = None,
    tokens: TokensOption = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with this box and what to do; the options are those of `foreseye serve`.

    Leaves with 0 when nothing is wrong, with 1 otherwise. Changes nothing.
    """
    session = session_of(context, as_json)
    given = session.settings
    session.settings = replace(
        given,
        bundle=given.bundle if bundle is None else str(bundle),
        address=address or given.address,
        tokens=tokens or given.tokens,
    )
    tls = _tls(tls_cert, tls_key, client_ca)
    found = []
    console = Console(stderr=True)
    with console.status("Looking"):
        for finding in findings(session, tls):
            found.append(finding)
            if not as_json:
                _show(finding)
    well = all(finding.state != "wrong" for finding in found)
    if as_json:
        print_json({"well": well, "findings": [asdict(finding) for finding in found]})
    if not well:
        raise typer.Exit(1)


def findings(session: Session, tls: Tls | None) -> Iterator[Finding]:
    """Yield each finding as it is made, the quick ones first."""
    from edge_runtime.service.doctor import machine, serving
    from edge_runtime.service.doctor.packages import installed, packages

    settings, now = session.settings, datetime.now(timezone.utc)
    yield machine.clock(now)
    yield machine.user()
    yield machine.memory(settings)
    for folder in sorted({Path(gettempdir()), Path(settings.bundle or __file__).absolute()}):
        yield machine.disk(folder if folder.is_dir() else folder.parent)
    yield from packages(installed())
    if tls is not None:
        yield from serving.certificates(tls, now)
    if settings.tokens_path is not None:
        yield from serving.tokens(settings.tokens_path, now)
    yield serving.address(settings.address, has_tls=tls is not None)
    yield serving.models(session.pipeline)


def _show(finding: Finding) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{MARKS[finding.state]:<6} {escape(finding.check)}: {escape(finding.says)}")
    if finding.advice:
        console.print(f"       {escape(finding.advice)}")


def _tls(certificate: str | None, key: str | None, client_authority: str | None) -> Tls | None:
    from edge_runtime.service.certificates import Tls

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise SettingsError("--tls-cert and --tls-key are given together")
    return Tls(certificate, key, client_authority)

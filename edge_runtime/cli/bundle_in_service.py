"""`foreseye bundle switch` and `roll-back`: which bundle a running server serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.session import print_json, session_of
from edge_runtime.contracts.result import BundleIdentity

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="The bundle's folder, on the server's own disk."),
]
Address = Annotated[
    str | None,
    typer.Option("--address", metavar="HOST:PORT", help="Of the server, on this machine."),
]
AllowRollback = Annotated[
    bool, typer.Option("--allow-rollback", help="Serve it though its version is older.")
]
Authority = Annotated[
    str | None,
    typer.Option("--tls-ca", metavar="PEM", help="Who signed the server's certificate."),
]


def switch(
    context: typer.Context,
    folder: Folder,
    address: Address = None,
    allow_rollback: AllowRollback = False,
    tls_ca: Authority = None,
    as_json: AsJson = False,
) -> None:
    """Serve another bundle: proved beside the old one, which serves until then."""
    # Here, so that `foreseye --help` loads no client.
    from edge_runtime.wire.client import ScreeningClient

    session = session_of(context, as_json)
    with ScreeningClient(address or session.settings.address, tls_ca=tls_ca) as client:
        bundle = client.switch_bundle(str(folder.resolve()), allow_rollback=allow_rollback)
    _tell(bundle, as_json)


def roll_back(
    context: typer.Context,
    address: Address = None,
    tls_ca: Authority = None,
    as_json: AsJson = False,
) -> None:
    """Serve the bundle again that was served before this one."""
    from edge_runtime.wire.client import ScreeningClient

    session = session_of(context, as_json)
    with ScreeningClient(address or session.settings.address, tls_ca=tls_ca) as client:
        bundle = client.roll_back_bundle()
    _tell(bundle, as_json)


def _tell(bundle: BundleIdentity, as_json: bool) -> None:
    if as_json:
        print_json(bundle.model_dump())
    else:
        typer.echo(f"{bundle.name} {bundle.version} serves now ({bundle.sha256})")

"""`foreseye bundle switch` and `roll-back`: which bundle a running server serves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.session import print_json, session_of
from edge_runtime.contracts.result import BundleIdentity

if TYPE_CHECKING:
    from edge_runtime.wire.client import ScreeningClient

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
OwnCertificate = Annotated[
    str | None, typer.Option("--tls-cert", metavar="PEM", help="This machine's own certificate.")
]
OwnKey = Annotated[str | None, typer.Option("--tls-key", metavar="PEM", help="Its private key.")]
TokenFile = Annotated[
    str | None,
    typer.Option("--token-file", metavar="FILE", help="Holds a token with the role operate."),
]


def switch(
    context: typer.Context,
    folder: Folder,
    address: Address = None,
    allow_rollback: AllowRollback = False,
    tls_ca: Authority = None,
    tls_cert: OwnCertificate = None,
    tls_key: OwnKey = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Serve another bundle: proved beside the old one, which serves until then."""
    session = session_of(context, as_json)
    shown = Shown(tls_ca, tls_cert, tls_key, token_file)
    with _client(address or session.settings.address, shown) as client:
        bundle = client.switch_bundle(str(folder.resolve()), allow_rollback=allow_rollback)
    _tell(bundle, as_json)


def roll_back(
    context: typer.Context,
    address: Address = None,
    tls_ca: Authority = None,
    tls_cert: OwnCertificate = None,
    tls_key: OwnKey = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Serve the bundle again that was served before this one."""
    session = session_of(context, as_json)
    shown = Shown(tls_ca, tls_cert, tls_key, token_file)
    with _client(address or session.settings.address, shown) as client:
        bundle = client.roll_back_bundle()
    _tell(bundle, as_json)


@dataclass(frozen=True)
class Shown:
    """Files that a client is made with."""

    tls_ca: str | None
    tls_certificate: str | None
    tls_key: str | None
    token_file: str | None


def _client(address: str, shown: Shown) -> ScreeningClient:
    # Here, so that `foreseye --help` loads no client.
    from edge_runtime.wire.client import ScreeningClient, read_token

    return ScreeningClient(
        address,
        tls_ca=shown.tls_ca,
        tls_certificate=shown.tls_certificate,
        tls_key=shown.tls_key,
        token=None if shown.token_file is None else read_token(shown.token_file),
    )


def _tell(bundle: BundleIdentity, as_json: bool) -> None:
    if as_json:
        print_json(bundle.model_dump())
    else:
        typer.echo(f"{bundle.name} {bundle.version} serves now ({bundle.sha256})")

"""The `foreseye-ui` command: starts the clinic screen with the settings that a clinic needs.

Streamlit's own defaults suit a data scientist's desk: they send usage statistics, show tracebacks
and answer to any host name. The options here replace them, and this process becomes the server,
so that a signal sent to it reaches it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.accounts.configured import read_accounts

SCRIPT = Path(__file__).with_name("served.py")
SERVER_ADDRESS = "127.0.0.1:50051"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")
MAX_UPLOAD_MB = 64

CLINIC_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "global.developmentMode": "false",
    "logger.hideWelcomeMessage": "true",
    "server.disconnectedSessionTTL": "900",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "server.maxUploadSize": str(MAX_UPLOAD_MB),
    "server.showEmailPrompt": "false",
    "ui.hideTopBar": "true",
    "theme.font": "'Source Sans', 'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', "
    "'Microsoft YaHei', 'Foreseye Chinese', sans-serif",
    "theme.baseRadius": "12px",
    "theme.baseFontSize": "17",
    "theme.light.primaryColor": "#0b5d6b",
    "theme.light.backgroundColor": "#f2f6f8",
    "theme.light.secondaryBackgroundColor": "#ffffff",
    "theme.light.textColor": "#14262c",
    "theme.light.borderColor": "#6f8691",
    "theme.dark.primaryColor": "#5cc0d1",
    "theme.dark.backgroundColor": "#0e171b",
    "theme.dark.secondaryBackgroundColor": "#182328",
    "theme.dark.textColor": "#e7eff2",
    "theme.dark.borderColor": "#6b828d",
}
"""A session lives 900 s without its browser: a phone that slept finds its exam again. Light or dark
is as the browser says: a darkened room for photographs is no place for a white screen."""


def streamlit_command(
    server: str,
    address: str,
    port: int,
    allow_hosts: list[str],
    tls_ca: Path | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> list[str]:
    """Return the command line that runs the screen; what follows `--` is for `ui/app.py`."""
    options = {**CLINIC_OPTIONS, "server.address": address, "server.port": str(port)}
    if tls_cert and tls_key:
        options |= {"server.sslCertFile": str(tls_cert), "server.sslKeyFile": str(tls_key)}
    command = [sys.executable, "-m", "streamlit", "run", str(SCRIPT)]
    command += [f"--{name}={value}" for name, value in options.items()]
    for host in allow_hosts:
        command += ["--server.allowedHosts", host]
    command += ["--", "--server", server]
    if tls_ca is not None:
        command += ["--tls-ca", str(tls_ca)]
    return command


def hosts_allowed(address: str, named: list[str]) -> list[str]:
    """Return the host names that browsers may use; anything else is refused (DNS rebinding).

    Raises typer.BadParameter when the screen listens everywhere and nobody said under which name.
    """
    if address in LOOPBACK:
        return [*LOOPBACK[:2], *named]
    if address in EVERYWHERE and not named:
        raise typer.BadParameter(
            f"--address {address} answers on every network; say with --allow-host under which "
            "name or number the browsers reach this machine"
        )
    return named if address in EVERYWHERE else [address, *named]


def together(option: str, value: Path | None, other: str, others: Path | None) -> None:
    """Raise typer.BadParameter when only one of two options is given."""
    if (value is None) != (others is None):
        raise typer.BadParameter(f"{option} and {other} go together")


def behind_the_dashes(**own: object) -> list[str]:
    """Return the options for `ui/app.py` that were given, by their names with underscores."""
    given = {f"--{name.replace('_', '-')}": value for name, value in own.items() if value}
    return [str(part) for pair in given.items() for part in pair]


def _check_accounts(path: Path | None) -> None:
    """Raise typer.BadParameter for a file that is none: before anything is served."""
    try:
        if path is not None:
            read_accounts(path)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--oidc") from None


IN_THE_CLEAR = (
    "Without --tls-cert and --tls-key photographs cross the network in the clear, and "
    "browsers keep their cameras shut."
)

TokenFile = Annotated[
    Path | None,
    typer.Option(help="File with this screen's token (`foreseye token create`).", exists=True),
]
ClientCertificate = Annotated[
    Path | None,
    typer.Option(help="Certificate (PEM) that this screen shows the service.", exists=True),
]
ClientKey = Annotated[Path | None, typer.Option(help="Its key (PEM).", exists=True)]
ScreenCertificate = Annotated[
    Path | None, typer.Option(help="Certificate (PEM) of this screen, for https.", exists=True)
]
ScreenKey = Annotated[Path | None, typer.Option(help="Its private key (PEM).", exists=True)]
AccountsFile = Annotated[
    Path | None,
    typer.Option(
        help="File that says who issues the clinic's accounts (OpenID Connect): issuer, client_id, "
        "client_secret, screen. Without it people come in by name and PIN alone.",
        exists=True,
    ),
]
MetricsUrl = Annotated[
    str | None,
    typer.Option(
        help="Where `foreseye serve --metrics` shows its numbers, for the operator's page: "
        "http://127.0.0.1:9464/metrics.",
        metavar="URL",
    ),
]

command = typer.Typer(add_completion=False, rich_markup_mode=None)


@command.command(
    help="Serve the clinic screen of foreseye.\n\n"
    "Example: foreseye serve in one terminal, then in another:\n\n"
    "  foreseye-ui --server 127.0.0.1:50051 --port 8501"
)
def serve(
    server: Annotated[
        str, typer.Option(help="Address of the screening service.", metavar="HOST:PORT")
    ] = SERVER_ADDRESS,
    address: Annotated[
        str, typer.Option(help="Address to listen at; 127.0.0.1 serves this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.", min=1, max=65535)] = 8501,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A further host name under which browsers may come; repeat for more."),
    ] = None,
    tls_ca: Annotated[
        Path | None,
        typer.Option(help="Certificates (PEM) that prove the screening service.", exists=True),
    ] = None,
    token_file: TokenFile = None,
    client_cert: ClientCertificate = None,
    client_key: ClientKey = None,
    tls_cert: ScreenCertificate = None,
    tls_key: ScreenKey = None,
    metrics: MetricsUrl = None,
    oidc: AccountsFile = None,
) -> None:
    """Become the Streamlit server of the clinic screen."""
    together("--tls-cert", tls_cert, "--tls-key", tls_key)
    together("--client-cert", client_cert, "--client-key", client_key)
    _check_accounts(oidc)
    hosts = hosts_allowed(address, allow_host or [])
    if address not in LOOPBACK and tls_cert is None:
        typer.echo(IN_THE_CLEAR, err=True)
    scheme = "https" if tls_cert else "http"
    typer.echo(f"foreseye screen: {scheme}://{address}:{port} (service at {server})")
    sys.stdout.flush()
    line = streamlit_command(server, address, port, hosts, tls_ca, tls_cert, tls_key)
    own = {"token_file": token_file, "client_cert": client_cert, "client_key": client_key}
    line += behind_the_dashes(**own, metrics=metrics, oidc=oidc)
    os.execv(line[0], line)


def main() -> None:
    """Run the command line; this is the console script `foreseye-ui`."""
    command()

"""How the commands that speak to the hospital's systems name them, and the way there."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.errors import InvalidField

if TYPE_CHECKING:
    from edge_runtime.interop.dicom.hospital.association import Caller
    from edge_runtime.interop.dicom.hospital.peers import Entity, WebPeer

OurTitle = Annotated[str, typer.Option("--ae-title", help="Our own application entity title.")]
Tls = Annotated[
    bool, typer.Option("--tls", help="Speak DICOM over TLS. An https:// URL needs no saying so.")
]
TlsAuthority = Annotated[
    Path | None,
    typer.Option(
        "--tls-ca", metavar="PEM", help="Who signs the hospital's certificates; it means --tls."
    ),
]
OurCertificate = Annotated[
    Path | None, typer.Option("--client-cert", metavar="PEM", help="Ours, where it is asked for.")
]
OurKey = Annotated[Path | None, typer.Option("--client-key", metavar="PEM")]
NoTls = Annotated[
    bool,
    typer.Option(
        "--insecure-no-tls",
        help="Speak to another machine without TLS: many archives know none. Everyone on the "
        "network between can read it.",
    ),
]
TimeoutS = Annotated[
    float, typer.Option("--timeout", min=1.0, max=3600.0, help="Seconds to wait for each answer.")
]


@dataclass(frozen=True)
class Way:
    """The way to a peer, as the options have it."""

    ae_title: str
    tls: bool
    tls_ca: Path | None
    client_cert: Path | None
    client_key: Path | None
    insecure_no_tls: bool
    timeout_s: float

    def context(self, peer: WebPeer | Entity, field: str) -> ssl.SSLContext | None:
        """Return the TLS on the way to a peer, None for none.

        Raises InvalidField for a way that others could read, SettingsError.
        """
        from edge_runtime.interop.dicom.hospital.peers import TlsFiles, WebPeer, check_private

        has_files = any((self.tls_ca, self.client_cert, self.client_key))
        has_tls = peer.has_tls if isinstance(peer, WebPeer) else self.tls or has_files
        if isinstance(peer, WebPeer) and not has_tls and (self.tls or has_files):
            raise InvalidField(field, "TLS is asked for, and the URL is http://")
        check_private(peer, has_tls, self.insecure_no_tls, field)
        if not has_tls:
            return None
        return TlsFiles(self.tls_ca, self.client_cert, self.client_key).context()

    def caller(self, peer: Entity, field: str) -> Caller:
        """Return who calls an application entity. Raises InvalidField, SettingsError."""
        from edge_runtime.interop.dicom.hospital.association import Caller
        from edge_runtime.interop.dicom.receive.callers import checked_title

        title = checked_title(self.ae_title, "ae-title")
        return Caller(peer, title, self.context(peer, field), self.timeout_s)


def host_and_port(text: str, field: str) -> tuple[str, int]:
    """Return the parts of ADDRESS:PORT, where we are to listen. Raises InvalidField."""
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        number = int(port)
    except ValueError:
        raise InvalidField(field, f"{text!r} is no ADDRESS:PORT") from None
    if not 0 <= number <= 65535:
        raise InvalidField(field, f"{number} is no port")
    return host.strip("[]"), number


def check_speaks_dicom(command: str) -> None:
    """Raise InvalidField where the extra [interop] is not installed."""
    if find_spec("pynetdicom") is None or find_spec("urllib3") is None:
        raise InvalidField(command, "needs the extra foreseye[interop]")

"""`foreseye dicom send --commit`: the archive says that it takes over the care for what it got."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.dicom_peer import Way, host_and_port
from edge_runtime.cli.session import in_words, say
from edge_runtime.errors import InvalidField
from edge_runtime.interop.dicom.hospital.errors import HospitalError, NotCommitted
from edge_runtime.names import shown_name

if TYPE_CHECKING:
    from edge_runtime.interop.dicom.hospital.association import Caller
    from edge_runtime.interop.dicom.hospital.commitment import Reports
    from edge_runtime.interop.dicom.hospital.sending import Sent

CommitAt = Annotated[
    str | None,
    typer.Option(
        "--commit",
        metavar="ADDRESS:PORT",
        help="Also have the archive commit itself to keeping the objects, and listen here for its "
        "word: it must know our title at this address. For TITLE@HOST:PORT alone.",
    ),
]
CommitWithin = Annotated[
    float,
    typer.Option("--commit-within", min=1.0, max=86_400.0, help="Seconds to wait for its word."),
]


@dataclass(frozen=True)
class Committing:
    """How an archive is asked for its commitment."""

    caller: Caller
    reports: Reports
    within_s: float

    def committed(self, done: Sequence[Sent]) -> tuple[list[Sent], HospitalError | None]:
        """Return what became of the files with the archive's word, and what ended the asking."""
        from edge_runtime.interop.dicom.hospital.commitment import commit
        from edge_runtime.interop.dicom.hospital.outgoing import outgoing_of
        from edge_runtime.interop.dicom.hospital.sending import Sent

        there = {one.path: outgoing_of(one.path) for one in done if one.error is None}
        try:
            lost = commit(self.caller, list(there.values()), self.reports, self.within_s)
        except HospitalError as error:
            say(in_words(error))
            return list(done), error
        told = []
        for one in done:
            reason = lost.get(there[one.path].instance) if one.path in there else None
            if reason is None:
                told.append(one)
                continue
            missing = NotCommitted(reason)
            say(f"{shown_name(one.path)}: {in_words(missing)}")
            told.append(Sent(one.path, missing))
        return told, None


@contextmanager
def committing(
    archive: str, way: Way, at: str | None, within_s: float
) -> Iterator[Committing | None]:
    """Yield how the archive is asked, listening meanwhile; None where nobody asked for it.

    Raises InvalidField for an archive or address that cannot be, SettingsError, HospitalError.
    """
    if at is None:
        yield None
        return
    from edge_runtime.interop.dicom.hospital.peers import WebPeer, peer_of
    from edge_runtime.interop.dicom.hospital.reporting import listening

    peer = peer_of(archive, "archive")
    if isinstance(peer, WebPeer):
        raise InvalidField("commit", "DICOMweb knows none: name the archive as TITLE@HOST:PORT")
    address = host_and_port(at, "commit")
    caller = way.caller(peer, "archive")
    with listening(caller, address, _server_tls(way, address[0], caller.tls is not None)) as here:
        yield Committing(caller, here, within_s)


def _server_tls(way: Way, host: str, has_tls: bool) -> ssl.SSLContext | None:
    """Return the TLS of where we listen: what we show of ourselves is what we show the archive."""
    from edge_runtime.interop.dicom.receive.service import tls_context

    if has_tls and way.client_cert is not None and way.client_key is not None:
        return tls_context(way.client_cert, way.client_key, way.tls_ca)
    if has_tls:
        raise InvalidField("commit", "over TLS the archive calls us: --client-cert, --client-key")
    if not ipaddress.ip_address(host).is_loopback and not way.insecure_no_tls:
        raise InvalidField("commit", "other machines reach it: TLS, or --insecure-no-tls")
    return None

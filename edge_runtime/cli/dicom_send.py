"""`foreseye dicom send`: results go into the hospital's archive, and are found there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.dicom_peer import (
    NoTls,
    OurCertificate,
    OurKey,
    OurTitle,
    TimeoutS,
    Tls,
    TlsAuthority,
    Way,
    check_speaks_dicom,
)
from edge_runtime.cli.options import AsJson
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import in_words, print_json, say, session_of
from edge_runtime.interop.dicom.hospital.errors import (
    HospitalError,
)
from edge_runtime.names import shown_name
from edge_runtime.settings import Settings

if TYPE_CHECKING:
    from edge_runtime.interop.dicom.hospital.sending import Archive, Sent

To = Annotated[
    str,
    typer.Argument(
        metavar="ARCHIVE",
        help="https://HOST/... of a DICOMweb service (STOW-RS), or TITLE@HOST:PORT (C-STORE).",
    ),
]
Sources = Annotated[
    list[Path],
    typer.Argument(metavar="FILE_OR_FOLDER", help="DICOM files, or folders that hold some."),
]


def send(
    context: typer.Context,
    archive: To,
    sources: Sources,
    ae_title: OurTitle = "FORESEYE",
    tls: Tls = False,
    tls_ca: TlsAuthority = None,
    client_cert: OurCertificate = None,
    client_key: OurKey = None,
    insecure_no_tls: NoTls = False,
    timeout: TimeoutS = 60.0,
    as_json: AsJson = False,
) -> None:
    """Send DICOM objects to an archive, then ask it whether it has them.

    Each file goes as it is. What the archive does not list afterwards counts as failed. All of it
    may be sent again: an object that is there already is the same object. A DICOMweb archive that
    asks for a user or a token gets FORESEYE_ARCHIVE_USER and FORESEYE_ARCHIVE_PASSWORD, or
    FORESEYE_ARCHIVE_TOKEN, from the environment.
    """
    session = session_of(context, as_json)
    check_speaks_dicom("send")
    from edge_runtime.interop.dicom.hospital.outgoing import files_to_send

    way = Way(ae_title, tls, tls_ca, client_cert, client_key, insecure_no_tls, timeout)
    to = _archive(archive, way, session.settings)
    logging.getLogger("foreseye").setLevel(logging.INFO)
    paths = files_to_send(sources)
    done, ended = _sent(to, paths)
    failed = [one for one in done if one.error is not None]
    not_tried = len(paths) - len(done)
    if as_json:
        print_json(_told(archive, done, failed, not_tried, ended))
    else:
        rest = f", {not_tried} not tried" if not_tried else ""
        typer.echo(
            f"{len(done) - len(failed)} objects are in the archive, {len(failed)} are not{rest}."
        )
    if failed or ended:
        raise typer.Exit(1)


def _archive(text: str, way: Way, settings: Settings) -> Archive:
    from edge_runtime.interop.dicom.hospital.dicomweb import DicomWebArchive
    from edge_runtime.interop.dicom.hospital.dimse_archive import DimseArchive
    from edge_runtime.interop.dicom.hospital.peers import Credentials, WebPeer, peer_of

    peer = peer_of(text, "archive")
    if not isinstance(peer, WebPeer):
        return DimseArchive(way.caller(peer, "archive"))
    credentials = Credentials(
        settings.archive_user, settings.archive_password, settings.archive_token
    )
    return DicomWebArchive(peer, credentials, way.context(peer, "archive"), way.timeout_s)


def _sent(archive: Archive, paths: Sequence[Path]) -> tuple[list[Sent], HospitalError | None]:
    """Return what became of the files, and what ended it before the last of them."""
    from edge_runtime.interop.dicom.hospital.sending import send

    done: list[Sent] = []
    with progress_bar("Sending", len(paths)) as show:
        try:
            for one in send(paths, archive):
                done.append(one)
                if one.error is not None:
                    say(f"{shown_name(one.path)}: {in_words(one.error)}")
                show(len(done))
        except HospitalError as error:
            say(in_words(error))
            return done, error
    return done, None


def _told(
    archive: str,
    done: Sequence[Sent],
    failed: Sequence[Sent],
    not_tried: int,
    ended: HospitalError | None,
) -> dict[str, object]:
    rows = [
        {
            "file": shown_name(one.path),
            "error": type(one.error).__name__,
            "reason": in_words(one.error),
        }
        for one in failed
        if one.error is not None
    ]
    told: dict[str, object] = {
        "archive": archive,
        "archived": len(done) - len(failed),
        "failed": rows,
        "not_tried": not_tried,
    }
    if ended is not None:
        told |= {"error": type(ended).__name__, "reason": in_words(ended)}
    return told

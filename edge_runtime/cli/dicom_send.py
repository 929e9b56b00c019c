"""`foreseye dicom send`: results go into the hospital's archive, and are found there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge_runtime.cli.dicom_commit import CommitAt, CommitWithin, committing
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
from edge_runtime.interop.dicom.hospital.errors import HospitalError, NotCommitted
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
    commit: CommitAt = None,
    commit_within: CommitWithin = 60.0,
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
    with committing(archive, way, commit, commit_within) as asking:
        done, ended = _sent(to, paths)
        num_tried = len(done)
        if asking is not None and ended is None:
            done, ended = asking.committed(done)
    told = _told(archive, done, len(paths) - num_tried, ended)
    if commit is not None:
        told["committed"] = sum(one.error is None for one in done) if ended is None else 0
    if as_json:
        print_json(told)
    else:
        typer.echo(_in_a_line(told))
    if told["failed"] or ended:
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
    not_tried: int,
    ended: HospitalError | None,
) -> dict[str, Any]:
    rows = [
        {
            "file": shown_name(one.path),
            "error": type(one.error).__name__,
            "reason": in_words(one.error),
        }
        for one in done
        if one.error is not None
    ]
    archived = sum(one.error is None or isinstance(one.error, NotCommitted) for one in done)
    told: dict[str, Any] = {
        "archive": archive,
        "archived": archived,
        "failed": rows,
        "not_tried": not_tried,
    }
    if ended is not None:
        told |= {"error": type(ended).__name__, "reason": in_words(ended)}
    return told


def _in_a_line(told: dict[str, Any]) -> str:
    missing = sum(row["error"] != "NotCommitted" for row in told["failed"])
    rest = f", {told['not_tried']} not tried" if told["not_tried"] else ""
    kept = f"; it commits itself to keep {told['committed']}" if "committed" in told else ""
    return f"{told['archived']} objects are in the archive, {missing} are not{rest}{kept}."

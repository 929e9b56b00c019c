"""`foreseye dicom worklist`: whom the hospital expects today."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

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
from edge_runtime.cli.session import print_json, say, session_of
from edge_runtime.errors import InvalidField

if TYPE_CHECKING:
    from edge_runtime.interop.dicom.hospital.worklist import Worklist

ANY = "any"

Server = Annotated[
    str, typer.Argument(metavar="TITLE@HOST:PORT", help="The hospital's worklist server.")
]
Day = Annotated[
    str, typer.Option("--date", metavar="YYYY-MM-DD", help="Or today, by this box's clock, or any.")
]
Modality = Annotated[str, typer.Option("--modality", help="OP: ophthalmic photography. Or any.")]
Station = Annotated[
    str, typer.Option("--station", metavar="TITLE", help="The camera's title in the schedule.")
]
Names = Annotated[
    bool, typer.Option("--names", help="Also ask for names and show them, with birth dates.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Entries at most.")]


def worklist(
    context: typer.Context,
    server: Server,
    day: Day = "today",
    modality: Modality = "OP",
    station: Station = ANY,
    names: Names = False,
    limit: Limit = 1000,
    ae_title: OurTitle = "FORESEYE",
    tls: Tls = False,
    tls_ca: TlsAuthority = None,
    client_cert: OurCertificate = None,
    client_key: OurKey = None,
    insecure_no_tls: NoTls = False,
    timeout: TimeoutS = 30.0,
    as_json: AsJson = False,
) -> None:
    """Show whom the hospital expects: time, patient id, sex, age, procedure.

    What is shown is of people: do not keep it where it may not lie. Only these fields are asked
    for and shown; names and birth dates with --names.
    """
    session_of(context, as_json)
    check_speaks_dicom("worklist")
    from edge_runtime.interop.dicom.hospital import worklist as worklists
    from edge_runtime.interop.dicom.hospital.peers import entity_of

    on = _day(day)
    question = worklists.Question(
        on, _or_any(modality), _station(station), with_names=names, max_entries=limit
    )
    way = Way(ae_title, tls, tls_ca, client_cert, client_key, insecure_no_tls, timeout)
    found = worklists.worklist(way.caller(entity_of(server, "server"), "server"), question)
    if as_json:
        print_json(_told(found, on, names))
    else:
        _show(found, on, names)
    if found.num_unreadable:
        raise typer.Exit(1)


def _day(text: str) -> date | None:
    if text == ANY:
        return None
    if text == "today":
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidField("date", f"{text[:20]!r} is no YYYY-MM-DD") from None


def _or_any(text: str) -> str | None:
    return None if text == ANY else text


def _station(text: str) -> str | None:
    from edge_runtime.interop.dicom.receive.callers import checked_title

    return None if text == ANY else checked_title(text, "station")


def _told(found: Worklist, on: date | None, names: bool) -> dict[str, object]:
    left_out = () if names else ("name", "birth_date")
    return {
        "date": on.isoformat() if on else None,
        "scheduled": [
            {key: value for key, value in asdict(one).items() if key not in left_out}
            for one in found.scheduled
        ],
        "unreadable": found.num_unreadable,
        "more": found.more,
    }


def _show(found: Worklist, on: date | None, names: bool) -> None:
    columns = ["starts", "patient_id", "sex", "age_years", "procedure", "station"]
    if names:
        columns[2:2] = ["name", "birth_date"]
    table = Table(*(column.replace("_", " ") for column in columns))
    for one in found.scheduled:
        # Text: what a hospital writes in brackets is no mark-up of ours.
        table.add_row(*(Text(_cell(getattr(one, column))) for column in columns))
    Console().print(table)
    when = f"on {on.isoformat()}" if on else "on any day"
    more = ", and more than were asked for" if found.more else ""
    unread = f"; {found.num_unreadable} entries cannot be read" if found.num_unreadable else ""
    say(f"{len(found.scheduled)} expected {when}{more}{unread}.")


def _cell(value: object) -> str:
    return "" if value is None else str(value)

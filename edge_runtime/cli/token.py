"""`foreseye token create | list | revoke`: which machines may call a server, and for what."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.session import Session, print_json, say, session_of
from edge_runtime.errors import SettingsError
from edge_runtime.service.access.roles import Role

if TYPE_CHECKING:
    from edge_runtime.service.access.token_file import TokenRecord

token_app = typer.Typer(
    help="Make, list or revoke the tokens of machines that may call a server.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

DAYS = 365

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the machine, such as kiosk-2. Not of a person.")
]
Number = Annotated[str, typer.Argument(metavar="ID", help="As `foreseye token list` shows it.")]
Roles = Annotated[
    list[Role],
    typer.Option(
        "--role",
        help="screen: photographs in, results out. read: what the bundle is. operate: bundles and "
        "the bare models. May be repeated.",
    ),
]
Days = Annotated[int, typer.Option("--days", help="How long it holds; 0: until it is revoked.")]
File = Annotated[
    Path | None,
    typer.Option(
        "--tokens", metavar="FILE", help="The server's file; FORESEYE_TOKENS if left out."
    ),
]


@token_app.command(epilog="Example: foreseye token create kiosk-2 --role screen --tokens box.json")
def create(
    context: typer.Context,
    name: Name,
    role: Roles,
    days: Days = DAYS,
    tokens: File = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once; the file keeps only its hash.

    Save it where its machine alone can read it (`umask 077`). A running server knows it at once.
    """
    from edge_runtime.service.access.token_file import create_token

    session = session_of(context, as_json)
    token, record = create_token(_file(session, tokens), name, tuple(role), days or None)
    if as_json:
        print_json({"token": token, **_shown(record)})
        return
    typer.echo(token)
    say(f"{record.name} ({', '.join(record.roles)}), id {record.id}, {_until(record)}.")


@token_app.command("list", epilog="Example: foreseye token list --tokens box.json")
def list_(context: typer.Context, tokens: File = None, as_json: AsJson = False) -> None:
    """Show the tokens: what each is for, and whether it holds."""
    from edge_runtime.service.access.token_file import read_tokens

    session = session_of(context, as_json)
    records = read_tokens(_file(session, tokens)).tokens
    if as_json:
        print_json({"tokens": [_shown(record) for record in records]})
        return
    table = Table("id", "machine", "roles", "holds")
    for record in records:
        table.add_row(record.id, record.name, ", ".join(record.roles), _until(record))
    Console().print(table)


@token_app.command(epilog="Example: foreseye token revoke 1f2e3d4c --tokens box.json")
def revoke(
    context: typer.Context, number: Number, tokens: File = None, as_json: AsJson = False
) -> None:
    """Take a token away; a running server refuses it from the next call on."""
    from edge_runtime.service.access.token_file import revoke_token

    session = session_of(context, as_json)
    record = revoke_token(_file(session, tokens), number)
    if as_json:
        print_json(_shown(record))
    else:
        typer.echo(f"{record.name}, id {record.id}, {_until(record)}.")


def _file(session: Session, given: Path | None) -> Path:
    file = given or session.settings.tokens_path
    if file is None:
        raise SettingsError("which file of tokens? Give --tokens, or set FORESEYE_TOKENS")
    return file


def _shown(record: TokenRecord) -> dict[str, object]:
    held = record.holds(datetime.now(timezone.utc))
    return {**record.model_dump(mode="json", exclude={"hash"}), "holds": held}


def _until(record: TokenRecord) -> str:
    if record.revoked is not None:
        return f"revoked on {record.revoked:%Y-%m-%d}"
    if record.ends is None:
        return "holds until it is revoked"
    held = record.holds(datetime.now(timezone.utc))
    return f"{'holds until' if held else 'ended on'} {record.ends:%Y-%m-%d}"

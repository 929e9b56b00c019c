"""`foreseye records retention` and `foreseye records user`: the upkeep of a clinic's records."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timezone
from typing import Annotated

import typer

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.records import PasswordFile, records_app
from edge_runtime.cli.records_place import Folder, secret_from, vault_at
from edge_runtime.cli.session import print_json, session_of
from edge_runtime.records.words import Role

__all__ = ["records_app", "retention", "user"]


@records_app.command(epilog="Example: foreseye records retention clinic")
def retention(
    context: typer.Context,
    folder: Folder,
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove what is due; without it nothing is changed.")
    ] = False,
    hold: Annotated[
        str, typer.Option("--hold", metavar="EXAM", help="Put a legal hold on an exam.")
    ] = "",
    release: Annotated[
        str, typer.Option("--release", metavar="EXAM", help="Lift an exam's legal hold.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show which exams have been kept for their time, or remove them."""
    with vault_at(session_of(context, as_json).settings, folder) as vault:
        from edge_runtime.records import retention as rules

        for exam_id, held in ((hold, True), (release, False)):
            if exam_id:
                rules.hold(vault, exam_id, held)
        due = list(rules.apply(vault)) if apply else rules.due(vault)
    if as_json:
        print_json({"applied": apply, "due": [asdict(exam) for exam in due]})
        return
    for exam in due:
        opened = datetime.fromtimestamp(exam.opened_ms / 1000, timezone.utc).date()
        held_words = ", legal hold: stays" if exam.legal_hold else ""
        typer.echo(
            f"{exam.exam_id} {exam.retention_class} of {opened}, "
            f"{exam.over_by_days} days over{held_words}"
        )
    typer.echo(f"{len(due)} exams {'were removed' if apply else 'are due; --apply removes them'}.")


@records_app.command(
    epilog="Example: foreseye records user clinic wang --role doctor --shown-name 'Dr Wang'"
)
def user(
    context: typer.Context,
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="NAME", help="To sign in with.")],
    role: Annotated[
        list[Role] | None,
        typer.Option("--role", help="May be repeated; replaces the present ones."),
    ] = None,
    shown_name: Annotated[
        str, typer.Option("--shown-name", help="To show and to print; NAME if left out.")
    ] = "",
    email: Annotated[
        str | None,
        typer.Option("--email", help="Of the clinic's account; with it no password is needed."),
    ] = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a user, or give one a new PIN or password; it must be changed at the first sign-in."""
    with vault_at(session_of(context, as_json).settings, folder) as vault:
        from edge_runtime.records.kept import User
        from edge_runtime.records.staff import keep_user, users
        from edge_runtime.records.vault import THE_OPERATOR

        present = next((each for each in users(vault) if each.name == name), None)
        roles = tuple(role) if role else present.roles if present else ()
        shown = shown_name or (present.shown_name if present else name)
        before = present or User("", name, shown, roles)
        wanted = replace(before, shown_name=shown, roles=roles, may_sign_in=True)
        wanted = wanted if email is None else replace(wanted, email=email)
        secret = "" if email and password_file is None else secret_from(password_file)
        kept = keep_user(vault, THE_OPERATOR, wanted, secret)
    if as_json:
        print_json({**asdict(kept), "roles": [each.value for each in kept.roles]})
    else:
        typer.echo(f"{kept.name}: {', '.join(each.value for each in kept.roles)}")

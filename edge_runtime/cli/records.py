"""`foreseye records ...`: make, prove, back up, restore, erase, export, and who may sign in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.records_place import Folder, place_of, secret_from, vault_at
from edge_runtime.cli.session import print_json, say, session_of
from edge_runtime.errors import InvalidField, SettingsError
from edge_runtime.records.words import ErasureReason, Role

records_app = typer.Typer(
    help="What a clinic keeps: make the records, prove, back up, restore, erase, export.\n\n"
    "The master key comes from FORESEYE_MASTER_KEY_FILE, FORESEYE_MASTER_KEY or "
    "FORESEYE_MASTER_PASSPHRASE; the key store from FORESEYE_RECORDS_KEYS (else DIR/keys); "
    "PostgreSQL from FORESEYE_RECORDS_DATABASE (else SQLite in DIR).",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

ExamOption = Annotated[str, typer.Option("--exam", metavar="ID", help="Any exam of the person.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="Its first line; else it is asked for."),
]


@records_app.command(
    epilog="Example: FORESEYE_MASTER_KEY_FILE=/mnt/usb/master.key foreseye records init clinic "
    "--administrator li --make-master-key"
)
def init(
    context: typer.Context,
    folder: Folder,
    administrator: Annotated[
        str, typer.Option("--administrator", metavar="NAME", help="The first who may sign in.")
    ],
    password_file: PasswordFile = None,
    make_master_key: Annotated[
        bool,
        typer.Option("--make-master-key", help="Write a new key to FORESEYE_MASTER_KEY_FILE."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make empty records and their first administrator."""
    session = session_of(context, as_json)
    settings = session.settings
    place = place_of(settings, folder)
    from edge_runtime.records.kept import User
    from edge_runtime.records.master_key import make_master_key_file, master_key_of
    from edge_runtime.records.opening import make_records
    from edge_runtime.records.secrets_of_people import check_is_good
    from edge_runtime.records.staff import keep_user
    from edge_runtime.records.vault import THE_OPERATOR

    secret = secret_from(password_file)
    check_is_good(secret, "password")
    if make_master_key:
        if not settings.master_key_file:
            raise SettingsError("--make-master-key needs FORESEYE_MASTER_KEY_FILE")
        make_master_key_file(Path(settings.master_key_file))
    vault = make_records(place, master_key_of(settings))
    user = User("", administrator, administrator, (Role.ADMINISTRATOR,))
    keep_user(vault, THE_OPERATOR, user, secret, must_change=False)
    vault.close()
    made = {"records_id": vault.records_id, "keys": str(place.keys_folder)}
    if as_json:
        print_json(made)
    else:
        typer.echo(f"Records {vault.records_id} are made. Keys: {place.keys_folder}.")
        say("Without the master key nobody can read them: keep a copy of it elsewhere.")


@records_app.command(epilog="Example: foreseye records verify clinic --head 120:9f...:a0...")
def verify(
    context: typer.Context,
    folder: Folder,
    head: Annotated[
        list[str] | None,
        typer.Option("--head", help="An audit head printed on a report; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove the audit row by row, the database, and every sealed file. 1 when a fault is found."""
    settings = session_of(context, as_json).settings
    with vault_at(settings, folder) as vault:
        from edge_runtime.records.verify import verify as proved_whole

        proved = proved_whole(vault, head or [], place_of(settings, folder).sqlite_file)
    if as_json:
        print_json({**asdict(proved), "faults": list(proved.faults)})
    else:
        typer.echo(
            f"{proved.audit_rows} rows of the audit, {proved.exams} exams, {proved.files} files. "
            f"Head {proved.head}"
        )
        for fault in proved.faults:
            say(f"Fault: {fault}")
    if proved.faults:
        raise typer.Exit(1)


@records_app.command(
    epilog="Example: foreseye records backup clinic --to /mnt/a/monday --keys-to /mnt/b/monday"
)
def backup(
    context: typer.Context,
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A new folder.")],
    keys_to: Annotated[
        Path | None,
        typer.Option("--keys-to", metavar="DIR", help="A new folder for the keys, elsewhere."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Back up the records, and apart from them the keys; the service may run meanwhile."""
    with vault_at(session_of(context, as_json).settings, folder) as vault:
        from edge_runtime.records.backup import back_up, back_up_keys

        made = back_up(vault, to)
        keys = None if keys_to is None else back_up_keys(vault, keys_to, to)
    if as_json:
        print_json({**asdict(made), "keys": keys})
        return
    typer.echo(f"{to}: {made.files} files, audit head {made.audit_head}")
    if keys is None:
        say("The keys are not in it: without a backup of them (--keys-to) it cannot be read.")


@records_app.command(epilog="Example: foreseye records restore clinic --from /mnt/a/monday")
def restore(
    context: typer.Context,
    folder: Folder,
    source: Annotated[Path, typer.Option("--from", metavar="DIR", help="The backup.")],
    keys_from: Annotated[
        Path | None,
        typer.Option("--keys-from", metavar="DIR", help="The keys' backup, if they are lost too."),
    ] = None,
    erasures: Annotated[
        Path | None,
        typer.Option("--erasures", metavar="FILE", help="Ids of people erased since, one a line."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place; the service must not run. Who was erased since stays erased."""
    settings = session_of(context, as_json).settings
    place = place_of(settings, folder)
    from edge_runtime.records.master_key import master_key_of
    from edge_runtime.records.restore import restore as put_back
    from edge_runtime.records.restore import restore_keys

    if keys_from is not None:
        restore_keys(place, keys_from, _lines(erasures))
    restored = put_back(place, master_key_of(settings), source)
    restored.vault.close()
    told = {"erased_again": restored.erased_again, "lost_rows": restored.lost_rows}
    if as_json:
        print_json({"made_ms": restored.made_ms, **told})
        return
    typer.echo(
        f"Restored. {restored.erased_again} people erased since are erased again; "
        f"{restored.lost_rows} later entries are lost."
    )


@records_app.command(epilog="Example: foreseye records erase clinic --exam 3f... --why on_request")
def erase(
    context: typer.Context,
    folder: Folder,
    exam: ExamOption,
    why: Annotated[ErasureReason, typer.Option("--why", help="For the audit.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase an exam's person for good: the key, the rows, the files."""
    with vault_at(session_of(context, as_json).settings, folder) as vault:
        from edge_runtime.records.decisions import person_of
        from edge_runtime.records.erasure import erase_person
        from edge_runtime.records.vault import THE_OPERATOR

        with vault.reading() as connection:
            person_id = person_of(connection, exam)
        if not yes:
            typer.confirm(
                "Everything kept of this person will be gone for good. Go on?", abort=True
            )
        erased = erase_person(vault, THE_OPERATOR, person_id, why)
    if as_json:
        print_json({**asdict(erased), "person_id": person_id})
    else:
        typer.echo(f"Erased: {erased.exams} exams, {erased.files} files. Head {erased.audit_head}")
        say(f"Note {person_id}: it is needed if both the key store and this list are ever lost.")


@records_app.command(epilog="Example: foreseye records export clinic --exam 3f... --out person.zip")
def export(
    context: typer.Context,
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", help="The ZIP, or the cohort's new folder.")],
    exam: Annotated[
        str, typer.Option("--exam", metavar="ID", help="Everything kept of this exam's person.")
    ] = "",
    cohort: Annotated[
        str,
        typer.Option("--cohort", metavar="SET", help="A training cohort of all who allowed it."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Export a person as a ZIP, or the corrections of all who allowed it as a cohort."""
    if bool(exam) == bool(cohort):
        raise InvalidField("export", "needs either --exam or --cohort")
    with vault_at(session_of(context, as_json).settings, folder) as vault:
        told = _export_person(vault, exam, out) if exam else _export_cohort(vault, cohort, out)
    if as_json:
        print_json(told)
    else:
        typer.echo(", ".join(f"{name}: {value}" for name, value in told.items()))
        say("What was exported is no longer in the records' care: erasing does not reach it.")


def _export_person(vault: object, exam: str, out: Path) -> dict[str, object]:
    from edge_runtime.durable import written_whole
    from edge_runtime.records.export_person import person_zip
    from edge_runtime.records.vault import THE_OPERATOR, Vault, told_as_full

    assert isinstance(vault, Vault)
    with told_as_full(), written_whole(out) as partial, partial.open("wb") as file:
        partial.chmod(0o600)
        for part in person_zip(vault, THE_OPERATOR, exam):
            file.write(part)
    return {"file": str(out), "bytes": out.stat().st_size}


def _export_cohort(vault: object, name: str, out: Path) -> dict[str, object]:
    from edge_runtime.records.export_cohort import export_cohort
    from edge_runtime.records.vault import Vault

    assert isinstance(vault, Vault)
    exported = export_cohort(vault, out, name)
    return {**asdict(exported), "manifest": str(exported.manifest)}


def _lines(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        return file.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{file} cannot be read") from None

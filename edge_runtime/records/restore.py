"""Restores a backup: what was erased since stays erased, and the audit says what was lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, func, select

from edge_runtime.durable import make_folder, write_whole, written_whole
from edge_runtime.errors import SettingsError
from edge_runtime.records import backup as backups
from edge_runtime.records import tables
from edge_runtime.records.audit import audit_check
from edge_runtime.records.backup import FILES, Backup, copy_rows, read_backup
from edge_runtime.records.database import Database, database_at, migrate, sqlite_url
from edge_runtime.records.erasure import finish_erasures
from edge_runtime.records.errors import RecordsDamaged
from edge_runtime.records.head_file import NAME, HeadFile
from edge_runtime.records.in_use import InUse
from edge_runtime.records.key_store import ERASED, PERSONS, STORE_FILE, open_key_store
from edge_runtime.records.master_key import MasterKey
from edge_runtime.records.opening import RECORDS_FILE, SCHEMA, Place
from edge_runtime.records.sealed_files import SealedFiles
from edge_runtime.records.vault import THE_OPERATOR, Vault, told_as_full


@dataclass(frozen=True)
class Restored:
    """What was put in place, and what was not."""

    made_ms: int
    """When the backup was made."""
    erased_again: int
    """People who were erased after the backup was made."""
    lost_rows: int
    """Rows of the audit that were kept after the backup and are gone with what they tell of."""
    vault: Vault


def restore(place: Place, master: MasterKey, source: Path) -> Restored:
    """Put a backup in the place of the records, proved first; the key store stays as it is.

    Raises RecordsMissing, RecordsDamaged, MasterKeyWrong, SettingsError for a backup of other
    records or records in use, and RecordsFull: then the present records are still in place.
    """
    backup = read_backup(source)
    keys = open_key_store(place.keys_folder, master)
    if keys.records_id != backup.records_id:
        raise SettingsError("the backup and the key store are of different records")
    with told_as_full():
        make_folder(place.folder)
    alone = InUse(place.folder, alone=True)
    try:
        _put_in_place(place, source, backup)
    finally:
        alone.close()
    database = database_at(place.url)
    files, head_file = SealedFiles(place.folder / FILES), HeadFile(place.keys_folder / NAME)
    in_use = InUse(place.folder)
    vault = Vault(place.folder, backup.records_id, database, keys, files, head_file, in_use)
    lost = _told_in_the_audit(vault, backup)
    return Restored(backup.made_ms, len(finish_erasures(vault)), lost, vault)


def _put_in_place(place: Place, source: Path, backup: Backup) -> None:
    with told_as_full():
        for path in (source / FILES).rglob("*.sealed"):
            target = place.folder / path.relative_to(source)
            if not target.exists():
                with written_whole(target) as partial:
                    shutil.copyfile(path, partial)
        make_folder(place.folder / FILES)
        _put_database(place, source / backups.DATABASE_FILE)
        content = {"schema": SCHEMA, "records_id": backup.records_id}
        write_whole(place.folder / RECORDS_FILE, json.dumps(content) + "\n")


def restore_keys(place: Place, source: Path, erasures: Iterable[str] = ()) -> int:
    """Put a key store's backup in place; who was erased since is left out. Returns how many keys.

    `erasures` names people who were erased, where the present key store is lost with its list.
    Raises RecordsDamaged where the backup is none, and RecordsFull.
    """
    if not (source / STORE_FILE).is_file():
        raise RecordsDamaged(f"{source} is no backup of a key store")
    target = place.keys_folder
    with told_as_full():
        for part in (PERSONS, ERASED):
            make_folder(target / part)
        for person_id in erasures:
            write_whole(target / ERASED / person_id, "erased\n")
        count = 0
        for path in (source / ERASED).glob("[0-9a-f]*"):
            write_whole(target / ERASED / path.name, "erased\n")
        for path in (source / PERSONS).glob("*/[0-9a-f]*"):
            if not (target / ERASED / path.name).exists():
                write_whole(target / path.relative_to(source), path.read_bytes())
                count += 1
        if not (target / NAME).exists():
            write_whole(target / NAME, (source / NAME).read_bytes())
        write_whole(target / STORE_FILE, (source / STORE_FILE).read_bytes())
    return count


def _put_database(place: Place, source: Path) -> None:
    if place.sqlite_file is not None:
        with written_whole(place.sqlite_file) as partial:
            shutil.copyfile(source, partial)
            for suffix in ("-wal", "-shm"):
                # The log of the database that goes: it must not be played into the one that comes.
                Path(f"{place.sqlite_file}{suffix}").unlink(missing_ok=True)
        return
    target, copy = database_at(place.url), database_at(sqlite_url(source))
    migrate(target)
    with target.writing() as connection:
        for table in reversed(tables.METADATA.sorted_tables):
            connection.execute(delete(table))
    copy_rows(copy, target)
    _continue_numbers(target)
    copy.close()
    target.close()


def _continue_numbers(target: Database) -> None:
    """Let PostgreSQL's own counters go on after the numbers that came with the rows."""
    with target.writing() as connection:
        for table in tables.METADATA.sorted_tables:
            if "number" not in table.c:
                continue
            last = connection.execute(select(func.max(table.c.number))).scalar()
            sequence = func.pg_get_serial_sequence(table.name, "number")
            connection.execute(select(func.setval(sequence, last or 1, last is not None)))


def _told_in_the_audit(vault: Vault, backup: Backup) -> int:
    """Prove the restored audit, and add the row that says what was kept after it and is lost."""
    proved = vault.audit.proved(backup.audit_head)
    with vault.reading() as connection:
        audit_check(vault.audit, connection, [proved])
    known = vault.head_file.read(vault.audit)
    lost = 0 if known is None else max(0, known.sequence - proved.sequence)
    vault.head_file.make()
    with vault.changing(THE_OPERATOR, "restore", detail=f"{lost} rows lost"):
        return lost

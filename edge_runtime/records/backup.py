"""Backups: the records in one folder, the key store in another, for they must not lie together.

    TO/backup.json       which records, when, the audit's head, the database's hash
    TO/records.sqlite    the database as it was at one moment, whichever database it comes from
    TO/files/            the sealed files

The keys are backed up apart (`back_up_keys`): whoever gets one of the two backups can read nothing.
A backup of the keys holds the keys of people who are erased later: restoring it leaves those out
that the present key store calls erased, and when that is lost too, `--erasures` takes its list.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select

from edge_runtime.durable import make_folder, write_whole, written_whole
from edge_runtime.errors import SettingsError
from edge_runtime.records import tables
from edge_runtime.records.database import (
    Database,
    database_at,
    migrate,
    sqlite_url,
    told_as_records_errors,
)
from edge_runtime.records.errors import RecordsDamaged, RecordsMissing
from edge_runtime.records.head_file import NAME
from edge_runtime.records.key_store import ERASED, PERSONS, STORE_FILE
from edge_runtime.records.vault import THE_OPERATOR, Vault, told_as_full

SCHEMA: Final = "foreseye.records_backup/1"
BACKUP_FILE, DATABASE_FILE, FILES = "backup.json", "records.sqlite", "files"


@dataclass(frozen=True)
class Backup:
    """What a backup's folder says of itself."""

    records_id: str
    made_ms: int
    audit_head: str
    database_sha256: str
    files: int


def back_up(vault: Vault, to: Path) -> Backup:
    """Write a backup into a new or empty folder and return it; the records stay in use.

    Raises SettingsError for a folder that is not empty, RecordsFull, RecordsDamaged.
    """
    if to.exists() and any(to.iterdir()):
        raise SettingsError(f"{to} is not empty")
    if to.resolve().is_relative_to(vault.folder.resolve()):
        raise SettingsError("a backup must not lie inside the records")
    with told_as_full():
        make_folder(to / FILES)
        with vault.changing(THE_OPERATOR, "backup"):
            pass
        head = vault.head()
        _copy_database(vault.database, to / DATABASE_FILE)
        named = list(_files_named(to / DATABASE_FILE))
        for file_id in named:
            _copy(vault.files.path(file_id), to / FILES / f"{file_id[:2]}/{file_id}.sealed")
        backup = Backup(
            vault.records_id,
            vault.clock_ms(),
            head,
            _sha256(to / DATABASE_FILE),
            len(named),
        )
        # Last: a backup that a stop left half done has none and is refused.
        write_whole(to / BACKUP_FILE, json.dumps({"schema": SCHEMA, **asdict(backup)}) + "\n")
    return backup


def back_up_keys(vault: Vault, to: Path, records_backup: Path | None = None) -> int:
    """Copy the key store into a new or empty folder and return how many keys it holds.

    Raises SettingsError when it would lie with a backup of the records, and RecordsFull.
    """
    if to.exists() and any(to.iterdir()):
        raise SettingsError(f"{to} is not empty")
    apart = [vault.folder, *([records_backup] if records_backup else [])]
    if any(to.resolve().is_relative_to(each.resolve()) for each in apart):
        raise SettingsError("the keys' backup must not lie with the records or their backup")
    with told_as_full():
        make_folder(to)
        to.chmod(0o700)
        for part in (PERSONS, ERASED):
            make_folder(to / part)
            for path in (vault.keys.folder / part).rglob("[0-9a-f]*"):
                if path.is_file():
                    _copy(path, to / path.relative_to(vault.keys.folder))
        _copy(vault.keys.folder / NAME, to / NAME)
        _copy(vault.keys.folder / STORE_FILE, to / STORE_FILE)
    return sum(1 for path in (to / PERSONS).rglob("*") if path.is_file())


def read_backup(folder: Path) -> Backup:
    """Return what a backup says of itself, its database proved.

    Raises RecordsMissing where there is none or it was not finished, RecordsDamaged.
    """
    path = folder / BACKUP_FILE
    if not path.is_file():
        raise RecordsMissing(f"{folder} holds no finished backup")
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        backup = Backup(**held)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordsDamaged(f"{path} cannot be read: {error}") from None
    if _sha256(folder / DATABASE_FILE) != backup.database_sha256:
        raise RecordsDamaged(f"the database of the backup {folder} is not as it was written")
    return backup


def _copy_database(database: Database, to: Path) -> None:
    if database.is_sqlite:
        with (
            written_whole(to) as partial,
            told_as_records_errors(),
            contextlib.closing(database.raw()) as source,
            contextlib.closing(sqlite3.connect(partial)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        return
    copy = database_at(sqlite_url(to))
    migrate(copy)
    copy_rows(database, copy)
    copy.close()
    with told_as_records_errors(), contextlib.closing(sqlite3.connect(to)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")


def copy_rows(source: Database, target: Database) -> None:
    """Copy all rows from one database into another that has the tables and no rows."""
    with source.reading() as reading, target.writing() as writing:
        for table in tables.METADATA.sorted_tables:
            paged = select(table).execution_options(yield_per=500)
            with reading.execute(paged) as found:
                for page in found.mappings().partitions(500):
                    writing.execute(insert(table), [dict(row) for row in page])


def _files_named(database: Path) -> Iterator[str]:
    with contextlib.closing(sqlite3.connect(database)) as raw:
        for table in ("photograph", "picture"):
            for (file_id,) in raw.execute(f"SELECT file_id FROM {table}"):
                yield str(file_id)


def _copy(source: Path, target: Path) -> None:
    try:
        with written_whole(target) as partial:
            shutil.copyfile(source, partial)
    except FileNotFoundError:
        raise RecordsDamaged(f"{source} is gone") from None


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
            return digest.hexdigest()
    except OSError as error:
        raise RecordsDamaged(f"{path} cannot be read: {error.strerror}") from None

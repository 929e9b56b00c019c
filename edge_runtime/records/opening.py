"""Makes records and opens them: nothing is served before it is proved to be what was kept.

DIR/records.json     which records these are
DIR/records.sqlite   the database, unless it is PostgreSQL
DIR/files/           photographs and pictures, sealed
DIR/keys/            the key store, unless it lies elsewhere (better: on another disk)
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from edge_runtime.durable import make_folder, remove_partials, write_whole
from edge_runtime.errors import SettingsError
from edge_runtime.records import tables
from edge_runtime.records.audit import BEFORE_THE_FIRST, last_row, rows
from edge_runtime.records.database import (
    Database,
    check_sqlite_file,
    database_at,
    migrate,
    revision_of,
    sqlite_url,
)
from edge_runtime.records.erasure import finish_erasures
from edge_runtime.records.errors import RecordsDamaged, RecordsMissing
from edge_runtime.records.head_file import NAME, HeadFile
from edge_runtime.records.in_use import InUse
from edge_runtime.records.key_store import KeyStore, make_key_store, open_key_store
from edge_runtime.records.master_key import MasterKey
from edge_runtime.records.recovery import after_a_stop
from edge_runtime.records.sealed_files import SealedFiles
from edge_runtime.records.vault import THE_OPERATOR, Vault, now_ms, told_as_full

SCHEMA: Final = "foreseye.records/1"
RECORDS_FILE, DATABASE_FILE, FILES, KEYS = "records.json", "records.sqlite", "files", "keys"


@dataclass(frozen=True)
class Place:
    """Where the parts of the records lie."""

    folder: Path
    keys: Path | None = None
    """The key store's folder; None for the one inside `folder`."""
    database: str = ""
    """URL of PostgreSQL; empty for SQLite."""

    @property
    def keys_folder(self) -> Path:
        """The key store's folder."""
        return self.folder / KEYS if self.keys is None else self.keys

    @property
    def sqlite_file(self) -> Path | None:
        """The SQLite file, None for PostgreSQL."""
        return None if self.database else self.folder / DATABASE_FILE

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database or sqlite_url(self.folder / DATABASE_FILE)


def make_records(place: Place, master: MasterKey) -> Vault:
    """Make empty records and return them opened.

    Raises SettingsError where records are already, and RecordsFull.
    """
    if (place.folder / RECORDS_FILE).exists():
        raise SettingsError(f"{place.folder} holds records already")
    if (place.keys_folder / NAME).exists():
        raise SettingsError(f"{place.keys_folder} is the key store of other records")
    database = database_at(place.url)
    with _closed_on_failure(database):
        if place.database and revision_of(database) is not None:
            raise SettingsError("the database holds the tables of other records already")
        return _made(place, master, database)


def _made(place: Place, master: MasterKey, database: Database) -> Vault:
    records_id = secrets.token_hex(16)
    with told_as_full():
        make_folder(place.folder / FILES)
        place.folder.chmod(0o700)
        keys = make_key_store(place.keys_folder, records_id, master)
        HeadFile(place.keys_folder / NAME).make()
        migrate(database)
        vault = _vault(place, records_id, database, keys)
        with vault.changing(THE_OPERATOR, "init"):
            pass
        content = {"schema": SCHEMA, "records_id": records_id}
        # Last: where it stands, all else does.
        write_whole(place.folder / RECORDS_FILE, json.dumps(content) + "\n")
    return vault


@contextmanager
def _closed_on_failure(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise


def open_records(place: Place, master: MasterKey, clock_ms: Callable[[], int] = now_ms) -> Vault:
    """Return the records at a place, proved and mended where a stop left something half done.

    Raises RecordsMissing, MasterKeyWrong, RecordsUnsupported, RecordsUnavailable, and
    RecordsDamaged when the database lacks what was kept; nothing is changed then.
    """
    records_id = records_id_at(place.folder)
    keys = open_key_store(place.keys_folder, master)
    if keys.records_id != records_id:
        raise RecordsDamaged(f"the key store at {place.keys_folder} is that of other records")
    if place.sqlite_file is not None:
        check_sqlite_file(place.sqlite_file)
    database = database_at(place.url)
    with _closed_on_failure(database):
        if revision_of(database) is None:
            raise RecordsDamaged("the database has no tables: restore a backup")
        migrate(database)
        vault = _vault(place, records_id, database, keys)
    vault.clock_ms = clock_ms
    try:
        check_tail(vault)
        with told_as_full():
            remove_partials(place.keys_folder)
            finish_erasures(vault)
        vault.notices = after_a_stop(vault)
    except BaseException:
        vault.close()
        raise
    return vault


def records_id_at(folder: Path) -> str:
    """Return which records lie in a folder. Raises RecordsMissing or RecordsDamaged."""
    path = folder / RECORDS_FILE
    if not path.is_file():
        raise RecordsMissing(f"no {RECORDS_FILE} in {folder}")
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["schema"] != SCHEMA:
            raise ValueError(f"schema {held['schema']}")
        return str(held["records_id"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordsDamaged(f"{path} cannot be read: {error}") from None


def check_tail(vault: Vault) -> None:
    """Return when the audit holds every row that anybody was told of. Raises RecordsDamaged."""
    head = vault.head_file.read(vault.audit)
    with vault.reading() as connection:
        last = last_row(connection)
        if head is None:
            if last is None or last.sequence > 1:
                raise RecordsDamaged("the audit's head is gone from the key store")
            return
        there = 0 if last is None else last.sequence
        if there < head.sequence:
            raise RecordsDamaged(
                f"the last {head.sequence - there} changes that were kept are not in the database: "
                "its write-ahead log was cut, or an older copy was put in its place. "
                "`foreseye records restore` puts a backup in place and says what is lost"
            )
        before, expected = BEFORE_THE_FIRST, head.sequence
        if head.sequence > 1:
            where = tables.audit.c.sequence == head.sequence - 1
            before = str(connection.execute(select(tables.audit.c.hash).where(where)).scalar())
        with closing(rows(connection, head.sequence)) as kept:
            for row in kept:
                signed = row.sequence != head.sequence or row.hash == head.hash
                whole = vault.audit.hash_of(before, row) == row.hash
                if row.sequence != expected or not signed or not whole:
                    raise RecordsDamaged(f"row {expected} of the audit is not as it was written")
                before, expected = row.hash, expected + 1


def _vault(place: Place, records_id: str, database: Database, keys: KeyStore) -> Vault:
    files = SealedFiles(place.folder / FILES)
    head_file, in_use = HeadFile(place.keys_folder / NAME), InUse(place.folder)
    return Vault(place.folder, records_id, database, keys, files, head_file, in_use)

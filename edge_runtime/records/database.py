"""The database behind the records: SQLite in a file by default, PostgreSQL by URL.

SQLite runs with a write-ahead log and synchronous=FULL: what was committed stays after a power cut.
`secure_delete` overwrites what is deleted. Every transaction begins itself (BEGIN IMMEDIATE to
write), so that two writers never meet in the middle.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from edge_runtime.errors import SettingsError
from edge_runtime.records.errors import (
    RecordsDamaged,
    RecordsError,
    RecordsFull,
    RecordsUnavailable,
    RecordsUnsupported,
)

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA secure_delete=ON",
)
MIGRATIONS = Path(__file__).parent / "migrations"
WRITES = "foreseye_writes"
ADVISORY_LOCK = 0x666F7265_73657965
"""`foreseye` in ASCII: PostgreSQL's lock that lets one service at a time append to the audit."""

FULL_WORDS = ("database or disk is full", "no space left", "could not extend file")
DAMAGED_WORDS = ("malformed", "not a database", "corrupt", "invalid page", "checksum")


class Database:
    """An engine and the two ways in: to read, and to write."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the database. Raises a RecordsError."""
        with told_as_records_errors(), self.engine.connect() as plain:
            if self.is_sqlite:
                yield plain
            else:
                yield plain.execution_options(isolation_level="REPEATABLE READ")

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection whose work is kept whole when the block ends well, else not at all.

        Raises RecordsFull, RecordsDamaged or RecordsUnavailable.
        """
        with told_as_records_errors(), self.engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
                yield connection

    def forget_deleted(self) -> None:
        """Leave nothing of deleted rows in SQLite's write-ahead log or free pages."""
        if self.is_sqlite:
            with told_as_records_errors(), contextlib.closing(self.raw()) as raw:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def raw(self) -> sqlite3.Connection:
        """Return a bare connection to the SQLite file."""
        raw = sqlite3.connect(str(self.engine.url.database), timeout=10, isolation_level=None)
        for pragma in PRAGMAS:
            raw.execute(pragma)
        return raw

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextlib.contextmanager
def told_as_records_errors() -> Iterator[None]:
    """Raise a database's failures as RecordsErrors."""
    try:
        yield
    except RecordsError:
        raise
    except (DBAPIError, sqlite3.Error) as error:
        # Without the statement's parameters: SQLAlchemy's own text would quote them.
        raise error_of(str(getattr(error, "orig", error))) from None


def error_of(words: str) -> RecordsError:
    """Return what a database's words mean."""
    lower = words.lower()
    if any(each in lower for each in FULL_WORDS):
        return RecordsFull(words)
    if any(each in lower for each in DAMAGED_WORDS):
        return RecordsDamaged(words)
    return RecordsUnavailable(words)


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def database_at(url: str) -> Database:
    """Return the database at a URL, not yet looked at. Raises SettingsError for a bad URL."""
    try:
        name = make_url(url).get_backend_name()
        if name not in ("sqlite", "postgresql"):
            raise SettingsError(f"records are kept in SQLite or PostgreSQL, not in {name}")
        if name == "sqlite":
            engine = create_engine(url, connect_args={"timeout": 10})
        else:
            engine = create_engine(url, pool_pre_ping=True)
    except (ArgumentError, ImportError) as error:
        raise SettingsError(f"the records' database URL cannot be used: {error}") from None
    if engine.dialect.name == "sqlite":
        _begin_ourselves(engine)
    return Database(engine)


def _begin_ourselves(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(raw: Any, _: Any) -> None:
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def check_sqlite_file(path: Path, *, thorough: bool = False) -> None:
    """Raise RecordsDamaged when a SQLite file is gone, empty, or its pages do not fit together."""
    if not path.is_file() or path.stat().st_size == 0:
        raise RecordsDamaged(f"the database {path} is gone or empty: restore a backup")
    how = "integrity_check" if thorough else "quick_check"
    with told_as_records_errors(), contextlib.closing(sqlite3.connect(path, timeout=10)) as raw:
        found = [str(row[0]) for row in raw.execute(f"PRAGMA {how}(3)")]
    if found != ["ok"]:
        raise RecordsDamaged(f"the database {path} is damaged ({'; '.join(found)})")


def revision_of(database: Database) -> str | None:
    """Return the revision of the tables, None where there are none."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database) -> None:
    """Bring the tables up to this version's, from nothing or from an older one, whole or not.

    Raises RecordsUnsupported for tables of a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    present = revision_of(database)
    if present == script.get_current_head():
        return
    if present is not None and present not in {each.revision for each in script.walk_revisions()}:
        raise RecordsUnsupported(f"the tables are of revision {present}, which is not known here")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

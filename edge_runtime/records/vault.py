"""An opened set of records: database, key store, sealed files, audit; and the one way to change it.

Every change is one transaction with its row of the audit in it. The head of the audit is on the
disk before the caller is told that the change is kept.
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from edge_runtime.errors import OutputError
from edge_runtime.records.access import Action
from edge_runtime.records.audit import DONE, REFUSED, Audit, Entry
from edge_runtime.records.database import Database
from edge_runtime.records.errors import RecordsError, RecordsFull, RecordsUnavailable
from edge_runtime.records.head_file import HeadFile
from edge_runtime.records.in_use import InUse
from edge_runtime.records.key_store import KeyStore
from edge_runtime.records.sealed_files import SealedFiles
from edge_runtime.records.sealing import keyed_digest
from edge_runtime.records.words import Role

log = logging.getLogger("foreseye.records")

OPERATOR = "operator"
"""The actor of the command line: whoever may read the files and has the master key."""

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Actor:
    """Who asks."""

    user_id: str
    roles: tuple[Role, ...] = ()
    shown_name: str = ""
    exam_id: str = ""
    """The one exam of a phone."""


THE_OPERATOR = Actor(OPERATOR, shown_name=OPERATOR)


def now_ms() -> int:
    """Return the clock's time."""
    return time.time_ns() // 1_000_000


@dataclass
class Vault:
    """Opened records. Safe to share between threads."""

    folder: Path
    records_id: str
    database: Database
    keys: KeyStore
    files: SealedFiles
    head_file: HeadFile
    in_use: InUse
    clock_ms: Callable[[], int] = now_ms
    notices: tuple[str, ...] = ()
    """What opening found and mended, or wants somebody to know."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    unlogged_rows: int = 0
    """Of the audit: about readings while the disk was full; told in the next row that fits."""

    def __post_init__(self) -> None:
        self.audit = Audit(self.records_id, self.keys.use("audit"), self.keys.use("signature"))

    @contextmanager
    def changing(
        self, actor: Actor, action: Action | str, subject: str = "", detail: str = ""
    ) -> Iterator[Connection]:
        """Yield a connection; what the block does is kept with its row of the audit, or nothing.

        Raises RecordsFull, RecordsDamaged or RecordsUnavailable, and what the block raises.
        """
        name = action.value if isinstance(action, Action) else action
        with self._lock, told_as_full():
            with self.database.writing() as connection:
                yield connection
                entry = Entry(self.clock_ms(), actor.user_id, name, subject, DONE, detail)
                head = self.audit.append(connection, entry)
            self._keep_head(head)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state. Raises RecordsDamaged or RecordsUnavailable."""
        with self.database.reading() as connection:
            yield connection

    def note(
        self, actor: Actor, action: Action, subject: str = "", detail: str = "", done: bool = True
    ) -> None:
        """Add a row about something that changed nothing: a reading, or a refusal.

        A full disk does not stop a reading: it is counted, and told in the next row that fits.
        """
        entry = Entry(
            self.clock_ms(),
            actor.user_id,
            action.value,
            subject,
            DONE if done else REFUSED,
            detail,
        )
        with self._lock:
            try:
                self._append(entry)
            except (RecordsFull, RecordsUnavailable) as error:
                self.unlogged_rows += 1
                log.warning("%d rows of the audit wait for room: %s", self.unlogged_rows, error)

    def digest(self, *parts: bytes | str) -> str:
        """Return the digest by which something can be found again, but not told."""
        return keyed_digest(self.keys.use("identifiers"), *parts)

    def head(self) -> str:
        """Return the signed head of the audit, as it is printed; empty before the first row."""
        head = self.head_file.read(self.audit)
        return "" if head is None else str(head)

    def close(self) -> None:
        """Close the database and let others replace the records."""
        self.database.close()
        self.in_use.close()

    def _append(self, entry: Entry) -> None:
        with told_as_full(), self.database.writing() as connection:
            if self.unlogged_rows:
                detail = str(self.unlogged_rows)
                missed = Entry(entry.at_ms, OPERATOR, "unlogged_rows", "", DONE, detail)
                self.audit.append(connection, missed)
            head = self.audit.append(connection, entry)
        self.unlogged_rows = 0
        self._keep_head(head)

    def _keep_head(self, head: object) -> None:
        try:
            self.head_file.keep(head)  # type: ignore[arg-type]
        except OSError as error:
            # The change is kept all the same; only what proves its loss is one row behind.
            log.error("the audit's head could not be written: %s", error.strerror)


@contextmanager
def told_as_full() -> Iterator[None]:
    """Raise a file that cannot be written as RecordsFull, or as RecordsUnavailable."""
    try:
        yield
    except RecordsError:
        raise
    except (OutputError, OSError) as error:
        cause = error.__cause__ if isinstance(error, OutputError) else error
        number = getattr(cause, "errno", None)
        kind = RecordsFull if number in NO_ROOM else RecordsUnavailable
        raise kind(str(error)) from None

"""Rows of text set down on the disk, in order and by key, so that a million weigh nothing.

A private SQLite file that nobody else sees: it is removed from its folder as soon as it is open.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path

CACHE_KB = 8_192


class Spool:
    """Pieces of text under keys."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA temp_store = FILE")
        database.execute("CREATE TABLE first (key BLOB PRIMARY KEY, place INTEGER) WITHOUT ROWID")
        database.execute("CREATE TABLE piece (first INTEGER, place INTEGER, text TEXT)")

    def is_new(self, key: bytes, place: int) -> bool:
        """Remember a key with its place; return False when it was there before."""
        done = self._database.execute("INSERT OR IGNORE INTO first VALUES (?, ?)", (key, place))
        return done.rowcount == 1

    def add(self, key: bytes, place: int, text: str) -> None:
        """Set a piece down beside the others of its key."""
        self.is_new(key, place)
        query = "SELECT place FROM first WHERE key = ?"
        (first,) = self._database.execute(query, (key,)).fetchone()
        self._database.execute("INSERT INTO piece VALUES (?, ?, ?)", (first, place, text))

    def groups(self, at_least: int = 1) -> Iterator[list[tuple[int, str]]]:
        """Yield the pieces of each key with their places, in the order of the keys' first ones."""
        self._database.execute("CREATE INDEX IF NOT EXISTS by_first ON piece (first, place)")
        rows = self._database.execute("SELECT first, place, text FROM piece ORDER BY first, place")
        for _, group in groupby(rows, key=lambda row: row[0]):
            pieces = [(place, text) for _, place, text in group]
            if len(pieces) >= at_least:
                yield pieces


@contextmanager
def spool() -> Iterator[Spool]:
    """Yield an empty spool on the disk; it is gone when the block ends, or the process."""
    with tempfile.TemporaryDirectory(prefix="foreseye-") as folder:
        path = Path(folder) / "spool.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            held = Spool(database)
            path.unlink()
            yield held

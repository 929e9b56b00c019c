"""Photographs and pictures as sealed files: each appears whole or not at all, and never changes.

A file is on the disk before the row that names it, so that a row never names what is not there.
What a stopped process leaves without a row is swept later.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.durable import remove, write_whole
from edge_runtime.records.errors import RecordsDamaged
from edge_runtime.records.sealing import seal, unseal

SUFFIX = ".sealed"
ORPHAN_AGE_S = 3600.0
"""A file without a row is swept once it is so old that no transaction can still name it."""


@dataclass(frozen=True)
class SealedFiles:
    """The folder of sealed files."""

    folder: Path

    def keep(self, key: bytes, content: bytes) -> str:
        """Return the id of a new file that holds `content`. Raises OutputError."""
        file_id = secrets.token_hex(16)
        write_whole(self.path(file_id), seal(key, content, file_id))
        return file_id

    def read(self, key: bytes, file_id: str) -> bytes:
        """Return a file's content. Raises RecordsDamaged when it is gone or not as it was."""
        try:
            sealed = self.path(file_id).read_bytes()
        except OSError as error:
            raise RecordsDamaged(f"file {file_id} cannot be read: {error.strerror}") from None
        return unseal(key, sealed, file_id)

    def remove(self, file_id: str) -> None:
        """Remove a file if it is there. Raises OutputError."""
        remove(self.path(file_id))

    def ids(self) -> Iterator[str]:
        """Yield the ids of all files."""
        for path in self.folder.glob(f"*/*{SUFFIX}"):
            yield path.name.removesuffix(SUFFIX)

    def sweep(self, named: set[str], now_s: float | None = None) -> int:
        """Remove files that no row names, and half-written ones; return how many."""
        oldest = (time.time() if now_s is None else now_s) - ORPHAN_AGE_S
        orphans = [
            path
            for path in self.folder.rglob("*")
            if path.is_file()
            and path.name.removesuffix(SUFFIX) not in named
            and path.stat().st_mtime < oldest
        ]
        for path in orphans:
            remove(path)
        return len(orphans)

    def path(self, file_id: str) -> Path:
        """Return where a file lies."""
        return self.folder / file_id[:2] / f"{file_id}{SUFFIX}"

"""The last head of the audit, in the key store's folder: what the database must not fall behind.

A write-ahead log that was cut, or an older database put in place, loses rows without a trace in the
database itself. The head is written after every commit, before anybody is told that it is done, in
place and in turns into two halves of one file: it needs no room on a full disk, and a write that is
torn leaves the other half.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.durable import write_whole
from edge_runtime.records.audit import Audit, Head
from edge_runtime.records.errors import RecordsDamaged

HALF_BYTES = 512
NAME = "audit.head"


@dataclass(frozen=True)
class HeadFile:
    """Where the head is kept."""

    path: Path

    def make(self) -> None:
        """Make the file. Raises OutputError."""
        write_whole(self.path, b"\n" * 2 * HALF_BYTES)

    def keep(self, head: Head) -> None:
        """Write the head; it is on the disk. Raises OSError."""
        text = f"{head}\n".encode().ljust(HALF_BYTES, b"\n")
        descriptor = os.open(self.path, os.O_WRONLY)
        try:
            os.pwrite(descriptor, text, head.sequence % 2 * HALF_BYTES)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, audit: Audit) -> Head | None:
        """Return the newest head, None before the first. Raises RecordsDamaged."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise RecordsDamaged(f"{self.path} cannot be read: {error.strerror}") from None
        halves = [content[:HALF_BYTES].strip(), content[HALF_BYTES:].strip()]
        heads: list[Head] = []
        for half in filter(None, halves):
            try:
                heads.append(audit.proved(half.decode("ascii", "replace")))
            except RecordsDamaged:
                continue  # torn by a power cut: the other half holds
        if not heads and any(halves):
            raise RecordsDamaged(f"{self.path} holds no head that these records signed")
        return max(heads, key=lambda head: head.sequence, default=None)

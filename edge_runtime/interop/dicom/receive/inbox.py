"""The folder that received objects lie in: each under its own hash, whole or not at all.

    DIR/objects/3f2a...c1.dcm    what `foreseye batch DIR/objects` screens
    DIR/received.jsonl           who sent which, when; no name, no id, no UID
    DIR/.receiving/              what is still coming; emptied at each start

An object that is sent again lands on its own name, so that a sender may repeat what it is not sure
of. A UID is never a name: it is a stranger's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from edge_runtime.durable import make_folder
from edge_runtime.errors import OutputError
from edge_runtime.interop.dicom.meta_group import PREAMBLE_BYTES, meta_group

NAME_HEX_DIGITS = 32
HEAD_BYTES = 65_536
BLOCK_BYTES = 1_048_576


@dataclass(frozen=True)
class Received:
    """One object that lies in the inbox."""

    name: str
    num_bytes: int
    again: bool
    """True when it lay there before."""


class Inbox:
    """Takes objects in. Safe between threads."""

    def __init__(self, folder: Path) -> None:
        """Raises OutputError when the folder cannot be made or written."""
        self.objects = make_folder(folder / "objects")
        self.receiving = folder / ".receiving"
        shutil.rmtree(self.receiving, ignore_errors=True)
        make_folder(self.receiving)
        self._log = folder / "received.jsonl"
        self._lock = threading.Lock()

    def free_bytes(self) -> int:
        """Return what is free on the inbox's disk."""
        return shutil.disk_usage(self.objects).free

    def take(self, arrived: Path, sender: str, address: str) -> Received:
        """Move a whole file in and return where it is; when this returns it outlives a power cut.

        Raises PhotographError for a class or coding that is not read here, OutputError.
        """
        try:
            with arrived.open("r+b") as file:
                meta_group(file.read(HEAD_BYTES))
                # A preamble may be a program's beginning; nothing of ours needs it.
                file.seek(0)
                file.write(bytes(PREAMBLE_BYTES))
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                digest = _sha256(file)
            place = self.objects / f"{digest[:NAME_HEX_DIGITS]}.dcm"
            with self._lock:
                received = Received(place.name, arrived.stat().st_size, place.exists())
                arrived.replace(place)
                _flush_folder(self.objects)
                self._note(received, sender, address)
        except OSError as error:
            raise OutputError(f"{self.objects} cannot be written: {error.strerror}") from error
        return received

    def _note(self, received: Received, sender: str, address: str) -> None:
        line = {
            "at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "object": received.name,
            "bytes": received.num_bytes,
            "again": received.again,
            "sender": sender,
            "address": address,
        }
        with self._log.open("a", encoding="ascii") as file:
            file.write(json.dumps(line) + "\n")


def _sha256(file: BinaryIO) -> str:
    hashed = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        hashed.update(block)
    return hashed.hexdigest()


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

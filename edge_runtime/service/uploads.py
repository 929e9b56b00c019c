"""Photographs that arrive in chunks, and wait here for the exam that names them.

In memory alone: nothing of a patient is left on a disk. Each belongs to the client that began it;
for any other client its key is not known. Use it from one event loop only.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field

from edge_runtime.errors import InvalidField, Overloaded, PhotographTooLarge

KEY = re.compile(r"[A-Za-z0-9._-]{16,128}")
KEY_RULE = "must be 16 to 128 letters, digits, dots, dashes or underscores"
SHA256 = re.compile(r"[0-9a-f]{64}")

KEPT_S = 15 * 60.0
"""How long an upload waits for its next chunk, or for its exam."""

MAX_OF_ONE_CLIENT = 64
MAX_CHUNK_BYTES = 1 << 20
RETRY_FULL_MS = 5_000


@dataclass(eq=False)
class ArrivingFile:
    """One file on its way."""

    total_bytes: int
    sha256: str
    content: bytearray = field(default_factory=bytearray)
    complete: bool = False
    touched: float = field(default_factory=time.monotonic)

    @property
    def received_bytes(self) -> int:
        """The offset at which the client goes on."""
        return len(self.content)

    def add(self, offset: int, content: bytes) -> None:
        """Append what is new of a chunk. Raises InvalidField for a gap or too many bytes."""
        if len(content) > MAX_CHUNK_BYTES:
            raise InvalidField("content", f"a chunk has at most {MAX_CHUNK_BYTES} bytes")
        if offset > self.received_bytes:
            raise InvalidField("offset", f"{self.received_bytes} bytes have arrived; go on there")
        new = content[self.received_bytes - offset :]
        if self.received_bytes + len(new) > self.total_bytes:
            raise InvalidField("content", "goes beyond total_bytes")
        self.touched = time.monotonic()
        self.content += new

    def finish(self) -> None:
        """Mark the upload complete once all has arrived. Raises InvalidField for a wrong hash."""
        if self.complete or self.received_bytes < self.total_bytes:
            return
        if hashlib.sha256(self.content).hexdigest() != self.sha256:
            self.content.clear()
            raise InvalidField("sha256", "is not that of what arrived; send it again from byte 0")
        self.complete = True


class Uploads:
    """All uploads, bounded in number for each client and in bytes for all."""

    def __init__(self, max_bytes: int, max_photograph_bytes: int) -> None:
        self._max_bytes, self._max_photograph_bytes = max_bytes, max_photograph_bytes
        self._held: dict[tuple[str, str], ArrivingFile] = {}

    def begin(self, client: str, key: str, total_bytes: int, sha256: str) -> ArrivingFile:
        """Return a client's upload under a key: a new one, or the one to go on with.

        Raises InvalidField, PhotographTooLarge, or Overloaded where there is no room for it.
        """
        self._forget_old()
        if not KEY.fullmatch(key):
            raise InvalidField("upload_key", KEY_RULE)
        held = self._held.get((client, key))
        if held is not None:
            if (held.total_bytes, held.sha256) != (total_bytes, sha256):
                raise InvalidField("upload_key", "is that of another file; choose a new one")
            return held
        self._check(client, total_bytes, sha256)
        self._held[client, key] = ArrivingFile(total_bytes, sha256)
        return self._held[client, key]

    def progress(self, client: str, key: str) -> ArrivingFile | None:
        """Return a client's upload, None for a key that is not known."""
        self._forget_old()
        return self._held.get((client, key))

    def content(self, client: str, key: str, name: str) -> bytes:
        """Return a complete upload's bytes. Raises InvalidField, with the `name` of the field."""
        upload = self.progress(client, key)
        if upload is None or not upload.complete:
            raise InvalidField(name, "is not that of a complete upload of this client")
        return bytes(upload.content)

    def _check(self, client: str, total_bytes: int, sha256: str) -> None:
        if total_bytes > self._max_photograph_bytes:
            raise PhotographTooLarge(f"an upload of {total_bytes} bytes")
        if total_bytes < 1:
            raise InvalidField("total_bytes", "must be at least 1")
        if not SHA256.fullmatch(sha256):
            raise InvalidField("sha256", "must be 64 hexadecimal digits, small letters")
        # The whole file is reserved at once: what was begun can be finished.
        reserved = sum(upload.total_bytes for upload in self._held.values())
        of_client = sum(owner == client for owner, _ in self._held)
        if reserved + total_bytes > self._max_bytes or of_client >= MAX_OF_ONE_CLIENT:
            raise Overloaded(f"{len(self._held)} uploads of {reserved} bytes", RETRY_FULL_MS)

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_S
        for key in [key for key, upload in self._held.items() if upload.touched < oldest]:
            del self._held[key]

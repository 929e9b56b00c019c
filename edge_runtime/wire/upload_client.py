"""The part of the client that sends photographs in pieces over a bad network."""

from __future__ import annotations

from typing import Any

from edge_runtime.wire.exam_stream import raised_here
from edge_runtime.wire.uploading import (
    UploadPart,
    UploadProgress,
    progress_of,
    send_part,
    send_upload,
)


class UploadClient:
    """Uploads of one client; `ScreeningClient` is one."""

    _stub: Any
    _timeout_s: float

    def upload(self, content: bytes, key: str, *, timeout_s: float = 600.0) -> None:
        """Return when the server has a photograph's file under `key`, random and one for each.

        After ServerUnreachable or TooLate, call it again: it goes on where the connection broke.
        Raises InvalidField, PhotographTooLarge or Overloaded too.
        """
        with raised_here():
            send_upload(self._stub, key, content, timeout_s)

    def upload_part(self, part: UploadPart, *, timeout_s: float = 30.0) -> UploadProgress:
        """Return how much of a file the server has with this part, for who relays a phone's parts.

        A part that arrived before changes nothing. Raises InvalidField for a gap before it or a
        file that is not of its SHA-256, PhotographTooLarge, Overloaded, ServerUnreachable.
        """
        with raised_here():
            return send_part(self._stub, part, timeout_s)

    def upload_progress(self, key: str) -> UploadProgress:
        """Return how much of the file under `key` the server has."""
        with raised_here():
            return progress_of(self._stub, key, self._timeout_s)

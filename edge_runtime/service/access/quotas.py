"""What one client may send: calls at once, calls and bytes a minute.

The box itself, called without token or certificate, is not counted: its screens serve many people.
A call over a limit is refused with a delay; a stream is held back instead, as its sender is slowed
by flow control and loses nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from edge_runtime.errors import QuotaExceeded
from edge_runtime.service.access.allowance import Allowance
from edge_runtime.settings import Settings

RETRY_AT_ONCE_MS = 1_000
BYTES_PER_MB = 1_000_000


class Quotas:
    """The limits of all clients. Use it from one event loop."""

    def __init__(self, settings: Settings) -> None:
        """Take the limits of the settings; 0 is none."""
        self._at_once = settings.max_client_calls_at_once
        self._under_way: Counter[str] = Counter()
        self._calls = _allowance(settings.max_client_calls_per_minute)
        self._bytes = _allowance(settings.max_client_mb_per_minute * BYTES_PER_MB)

    def enter(self, client: str) -> None:
        """Count a call that begins; `leave` must follow. Raises QuotaExceeded, uncounted."""
        if self._at_once and self._under_way[client] >= self._at_once:
            raise QuotaExceeded(f"{self._at_once} calls at once of {client}", RETRY_AT_ONCE_MS)
        for allowance, what in ((self._calls, "calls"), (self._bytes, "bytes")):
            wait_s = 0.0 if allowance is None else allowance.wait_s(client)
            if wait_s > 0.0:
                raise QuotaExceeded(f"too many {what} of {client}", int(wait_s * 1000) + 1)
        if self._calls is not None:
            self._calls.take(client, 1)
        self._under_way[client] += 1

    def leave(self, client: str) -> None:
        """Count a call that has ended."""
        self._under_way[client] -= 1
        if not self._under_way[client]:
            del self._under_way[client]

    def received(self, client: str, message: Any) -> None:
        """Count the bytes of a message."""
        if self._bytes is not None:
            self._bytes.take(client, message.ByteSize())

    async def paced(self, client: str, messages: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Yield the messages of a stream, no faster than the client may send them."""
        async for message in messages:
            self.received(client, message)
            wait_s = 0.0 if self._bytes is None else self._bytes.wait_s(client)
            if wait_s > 0.0:
                await asyncio.sleep(wait_s)
            yield message


def _allowance(per_minute: int) -> Allowance | None:
    return Allowance(per_minute) if per_minute else None

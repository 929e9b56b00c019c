"""Answers under an idempotency key: the same exam sent twice runs once and is answered twice.

A key belongs to the client that used it first: for any other client it is not known, so nobody
ever gets another one's exam. While an exam runs, all calls with its key follow it; when the last
of them leaves, it stops. Use it from one event loop only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from edge_runtime.errors import InvalidField, Overloaded
from edge_runtime.service.uploads import KEY, KEY_RULE

KEPT_S = 15 * 60.0
"""How long a finished answer waits to be asked for again."""

RETRY_BROKEN_OFF_MS = 100


@dataclass(eq=False)
class KeptAnswer:
    """The messages of one exam as they are made, for any number of readers."""

    digest: bytes
    """Of the request."""
    messages: list[Any] = field(default_factory=list)
    num_bytes: int = 0
    ended: bool = False
    error: Exception | None = None
    touched: float = field(default_factory=time.monotonic)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _num_readers: int = 0
    _work: asyncio.Task[None] | None = None

    def begin(self, source: AsyncIterator[Any]) -> None:
        """Start to record what `source` yields."""
        self._work = asyncio.create_task(self._record(source))

    async def follow(self) -> AsyncGenerator[Any, None]:
        """Yield every message from the first on. Raises what the work raised."""
        self._num_readers += 1
        try:
            position = 0
            while position < len(self.messages) or not self.ended:
                while position < len(self.messages):
                    yield self.messages[position]
                    position += 1
                if not self.ended:
                    await self._changed.wait()
            if self.error is not None:
                raise self.error
        finally:
            self._num_readers -= 1
            self.touched = time.monotonic()
            if not self._num_readers and not self.ended and self._work is not None:
                self._work.cancel()

    async def _record(self, source: AsyncIterator[Any]) -> None:
        try:
            async for message in source:
                self.messages.append(message)
                self.num_bytes += message.ByteSize()
                self._tell()
        except asyncio.CancelledError:
            self.error = Overloaded("its only reader left", RETRY_BROKEN_OFF_MS)
            raise
        except Exception as error:  # noqa: BLE001 - carried to the readers, who tell them apart
            self.error = error
        finally:
            self.ended = True
            self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class KeptAnswers:
    """All kept answers, bounded in bytes: the oldest finished ones go first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: dict[tuple[str, str], KeptAnswer] = {}

    def of(self, client: str, key: str, digest: bytes) -> KeptAnswer | None:
        """Return what is kept under a client's key; None where the exam is yet to run.

        An exam that failed or was broken off is forgotten: sent again, it runs again. Raises
        InvalidField when the key was used for another exam.
        """
        if not KEY.fullmatch(key):
            raise InvalidField("idempotency_key", KEY_RULE)
        self._forget()
        kept = self._kept.get((client, key))
        if kept is not None and kept.digest != digest:
            raise InvalidField("idempotency_key", "is that of another exam; choose a new one")
        return kept

    def keep(self, client: str, key: str, digest: bytes, source: AsyncIterator[Any]) -> KeptAnswer:
        """Return a new answer under a client's key, which records `source` from now on."""
        kept = self._kept[client, key] = KeptAnswer(digest)
        kept.begin(source)
        return kept

    def _forget(self) -> None:
        oldest = time.monotonic() - KEPT_S
        for key, kept in list(self._kept.items()):
            if kept.ended and (kept.error is not None or kept.touched < oldest):
                del self._kept[key]
        finished = sorted(
            (key for key, kept in self._kept.items() if kept.ended),
            key=lambda key: self._kept[key].touched,
        )
        for key in finished:
            if sum(kept.num_bytes for kept in self._kept.values()) <= self._max_bytes:
                break
            del self._kept[key]

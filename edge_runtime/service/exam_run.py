"""One exam in the queue: its events as a worker makes them, and how it is stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from edge_runtime.errors import TooLate
from edge_runtime.service.engines.job import CALLER, Caller
from edge_runtime.service.turns import Turns

Event = TypeVar("Event")

EVENTS_AHEAD = 64
"""Events that wait for a slow client before the work pauses; a usual exam has fewer than 20."""

PATIENCE_S = 10.0
"""How long a worker waits for a client that does not read, before its exam is given up."""

_NUMBERS = count()


@dataclass(frozen=True)
class _End:
    """The end of an exam's events: well, or with the error that stopped it."""

    error: Exception | None


class Queue(Protocol):
    """What a run needs of the queue that it stands in."""

    workers: ThreadPoolExecutor
    turns: Turns

    def entered(self, run: Run[Any]) -> None:
        """Count a run."""

    def left(self, run: Run[Any]) -> None:
        """Count a run no more."""


class Run(Generic[Event]):
    """One exam in the queue: an asynchronous context manager around its events."""

    def __init__(
        self,
        queue: Queue,
        events: Generator[Event, None, None],
        caller: Caller,
        queued_before: int,
        num_bytes: int,
    ) -> None:
        self.caller, self.queued_before, self.num_bytes = caller, queued_before, num_bytes
        self.number = next(_NUMBERS)
        self.begun = False
        """A worker has taken it up."""
        self._queue = queue
        self._events = events
        self._ready: asyncio.Queue[Event | _End] = asyncio.Queue()
        self._num_made = self._num_read = 0
        self._read = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self._stepping = threading.Lock()
        self._context = copy_context()
        self._context.run(CALLER.set, caller)

    @property
    def stopped(self) -> bool:
        """True once nobody wants the exam any more."""
        # asyncio.wait_for may swallow a cancellation before Python 3.12; the flag is not swallowed.
        return self.caller.stopped

    @property
    def off_the_engines(self) -> bool:
        """True once the workers have nothing more to do for this exam."""
        return self._work is not None and self._work.done()

    async def next(self, timeout_s: float) -> Event | None:
        """Return the next event, or None after the last. Raises TooLate, and what the work does."""
        try:
            event = await asyncio.wait_for(self._ready.get(), timeout_s)
        except asyncio.TimeoutError:
            raise TooLate("the deadline passed") from None
        self._num_read += 1
        self._read.set()
        if not isinstance(event, _End):
            return event
        if event.error is not None:
            raise event.error
        return None

    def stop(self, error: Exception | None = None) -> None:
        """Stop the work after the stage that is running; the reader gets `error`."""
        self.caller.stopped = True
        if self._work is not None:
            self._work.cancel()
        if error is not None:
            self._end_with(error)

    async def __aenter__(self) -> Run[Event]:
        self._work = asyncio.create_task(self._produce())
        self._queue.entered(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._work is None:
            return
        try:
            await asyncio.wait({self._work})
        finally:
            # A caller whose deadline passes while it leaves is cancelled once more, here: its place
            # is free all the same, as soon as the work has stopped.
            if self._work.done():
                self._queue.left(self)
            else:
                self._work.add_done_callback(lambda _: self._queue.left(self))

    async def _produce(self) -> None:
        async with self._queue.turns.turn(self.caller.turn_at):
            self.begun = True
            loop = asyncio.get_running_loop()
            try:
                ended = False
                while not ended and not self.stopped:
                    ended = await loop.run_in_executor(self._queue.workers, self._advance, loop)
                    if not ended:
                        await asyncio.wait_for(self._have_read(), PATIENCE_S)
            except asyncio.TimeoutError:
                self._end_with(TooLate(f"the client did not read for {PATIENCE_S:g} s"))
            finally:
                self._queue.workers.submit(self._close)

    async def _have_read(self) -> None:
        while self._is_ahead():
            self._read.clear()
            await self._read.wait()

    def _is_ahead(self) -> bool:
        return self._num_made - self._num_read >= EVENTS_AHEAD

    def _advance(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Make events until the last, and return True, or until enough of them wait unread.

        The loop hears of each as it is made; asking it for leave each time would cost two changes
        of threads an event.
        """
        ended = False
        with self._stepping:
            while not (ended or self.stopped or self._is_ahead()):
                event = self._made()
                ended = isinstance(event, _End)
                self._num_made += 1
                loop.call_soon_threadsafe(self._ready.put_nowait, event)
        if self.stopped:
            self._close()
        return ended

    def _made(self) -> Event | _End:
        try:
            return self._context.run(next, self._events, _End(None))
        except Exception as error:  # noqa: BLE001 - carried to the reader, who tells them apart
            return _End(error)

    def _close(self) -> None:
        """Close the events, unless a worker is in them: it closes them when it comes out."""
        if self._stepping.acquire(blocking=False):
            try:
                self._events.close()
            finally:
                self._stepping.release()

    def _end_with(self, error: Exception) -> None:
        # What waits unread is of no use once the exam was given up.
        while not self._ready.empty():
            self._ready.get_nowait()
        self._ready.put_nowait(_End(error))

"""One exam at a time on the engines, the others in order behind it, and no more than will fit.

All bookkeeping happens on the event loop. The engines' one thread is only ever asked for the next
event of an exam, so stopping an exam means not asking again: whatever the engine is doing ends
first, and nothing is torn out of its hands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

from edge_runtime.errors import Overloaded, TooLate

Event = TypeVar("Event")

EVENTS_AHEAD = 64
"""Events that wait for a slow client before the work pauses; a usual exam has fewer than 20."""

PATIENCE_S = 10.0
"""How long the engines wait for a client that does not read, before its exam is given up."""

RETRY_FULL_MS = 1_000
RETRY_DRAINING_MS = 5_000


@dataclass(frozen=True)
class _End:
    """The end of an exam's events: well, or with the error that stopped it."""

    error: Exception | None


class ExamQueue:
    """Admits exams to the engines. Use it from one event loop only."""

    def __init__(self, max_waiting: int, engines: ThreadPoolExecutor) -> None:
        """Serve `engines`, a pool of one thread; `max_waiting` exams may wait behind the first."""
        self._max_waiting = max_waiting
        self.engines = engines
        self._turn = asyncio.Lock()
        self._runs: set[Run[Any]] = set()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self.draining = False

    @property
    def num_exams(self) -> int:
        """Exams that wait, run or are being sent."""
        return len(self._runs)

    def enter(self, events: Generator[Event, None, None]) -> Run[Event]:
        """Return the exam's place in the queue. Raises Overloaded when full or draining."""
        if self.draining:
            raise Overloaded("the server is draining", RETRY_DRAINING_MS)
        before = sum(not run.off_the_engines for run in self._runs)
        if before > self._max_waiting:
            raise Overloaded(f"{before} exams are before this one", RETRY_FULL_MS)
        return Run(self, events, before)

    async def drain(self, grace_s: float) -> None:
        """Admit nobody from now on, and return when all are served or after `grace_s` seconds.

        Exams that are not done by then are stopped, and their callers told to come back.
        """
        self.draining = True
        try:
            await asyncio.wait_for(self._emptied.wait(), grace_s)
        except asyncio.TimeoutError:
            for run in tuple(self._runs):
                run.stop(Overloaded("the server stopped before the end", RETRY_DRAINING_MS))

    def _entered(self, run: Run[Any]) -> None:
        self._runs.add(run)
        self._emptied.clear()

    def _left(self, run: Run[Any]) -> None:
        self._runs.discard(run)
        if not self._runs:
            self._emptied.set()


class Run(Generic[Event]):
    """One exam in the queue: an asynchronous context manager around its events."""

    def __init__(
        self, queue: ExamQueue, events: Generator[Event, None, None], queued_before: int
    ) -> None:
        self.queued_before = queued_before
        self._queue = queue
        self._events = events
        self._ready: asyncio.Queue[Event | _End] = asyncio.Queue(EVENTS_AHEAD)
        self._work: asyncio.Task[None] | None = None
        # asyncio.wait_for may swallow a cancellation before Python 3.12; the flag is not swallowed.
        self._stopped = False

    @property
    def off_the_engines(self) -> bool:
        """True once the engines have nothing more to do for this exam."""
        return self._work is not None and self._work.done()

    async def next(self, timeout_s: float) -> Event | None:
        """Return the next event, or None after the last. Raises TooLate, and what the work does."""
        try:
            event = await asyncio.wait_for(self._ready.get(), timeout_s)
        except asyncio.TimeoutError:
            raise TooLate("the deadline passed") from None
        if not isinstance(event, _End):
            return event
        if event.error is not None:
            raise event.error
        return None

    def stop(self, error: Exception | None = None) -> None:
        """Stop the work after the stage that is running; the reader gets `error`."""
        self._stopped = True
        if self._work is not None:
            self._work.cancel()
        if error is not None:
            self._end_with(error)

    async def __aenter__(self) -> Run[Event]:
        self._work = asyncio.create_task(self._produce())
        self._queue._entered(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._work is not None:
            await asyncio.wait({self._work})
        self._queue._left(self)

    async def _produce(self) -> None:
        async with self._queue._turn:
            try:
                while not self._stopped:
                    event = await self._step()
                    await asyncio.wait_for(self._ready.put(event), PATIENCE_S)
                    self._stopped = self._stopped or isinstance(event, _End)
            except asyncio.TimeoutError:
                self._end_with(TooLate(f"the client did not read for {PATIENCE_S:g} s"))
            finally:
                # In the same thread, so it waits for the stage that may still be running.
                self._queue.engines.submit(self._events.close)

    async def _step(self) -> Event | _End:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._queue.engines, next, self._events, _End(None))
        except Exception as error:  # noqa: BLE001 - carried to the reader, who tells them apart
            return _End(error)

    def _end_with(self, error: Exception) -> None:
        # What waits unread is of no use once the exam was given up.
        while not self._ready.empty():
            self._ready.get_nowait()
        self._ready.put_nowait(_End(error))

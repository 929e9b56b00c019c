"""Whose turn it is: so many at a time, in order of when each one's turn is."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Turns:
    """A semaphore with an order. Use it from one event loop only."""

    def __init__(self, at_a_time: int) -> None:
        self._free = at_a_time
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @asynccontextmanager
    async def turn(self, at: float) -> AsyncIterator[None]:
        """Wait until nobody with an earlier `at` waits, then keep the turn to the block's end."""
        await self._take(at)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, at: float) -> None:
        if self._free:
            self._free -= 1
            return
        called = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (at, next(self._numbers), called))
        try:
            await called
        except asyncio.CancelledError:
            # The turn may have come in the very moment in which the wait was given up.
            if called.done() and not called.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, called = heapq.heappop(self._waiting)
            if not called.done():
                called.set_result(None)
                return
        self._free += 1

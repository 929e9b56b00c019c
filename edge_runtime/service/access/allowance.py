"""How much each client may still do: token buckets that fill with time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MAX_CLIENTS = 10_000
"""Clients that are remembered; beyond it the one that was quiet the longest is forgotten."""


class Allowance:
    """So much a minute for each client, at most a minute's worth at once. Safe between threads."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, client: str) -> float:
        """Return how long a client must wait until it may do anything, 0 when it may now."""
        with self._lock:
            return max(0.0, -self._filled(client)) / self._per_minute * 60.0

    def take(self, client: str, amount: float) -> None:
        """Book what a client did. It may go into debt by one large thing, and waits for it then."""
        with self._lock:
            self._left[client] = (self._filled(client) - amount, self._clock())
            self._left.move_to_end(client)
            if len(self._left) > MAX_CLIENTS:
                self._left.popitem(last=False)

    def _filled(self, client: str) -> float:
        now = self._clock()
        left, at = self._left.get(client, (self._per_minute, now))
        return min(self._per_minute, left + (now - at) / 60.0 * self._per_minute)

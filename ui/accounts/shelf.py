"""What waits behind a lock while its owner signs in with an account.

The way to the issuer and back is a new page, and to Streamlit a new session; so that one finds
everything as it was, what lay on the screen waits here, for the same person in the same browser.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

WAITS_S = 600.0
MAX_WAITING = 64


@dataclass(frozen=True)
class _Waiting:
    user_id: str
    browser: str
    things: Mapping[str, Any]
    until_s: float


class Shelf:
    """Safe to share between sessions."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()

    def put(self, user_id: str, browser: str, things: Mapping[str, Any]) -> None:
        """Keep things for a person who comes back within WAITS_S; not for a nameless browser."""
        if not browser:
            return
        waiting = _Waiting(user_id, browser, dict(things), self._clock_s() + WAITS_S)
        with self._lock:
            self._drop(browser)
            self._waiting = [*self._waiting, waiting][-MAX_WAITING:]

    def take(self, user_id: str, browser: str) -> Mapping[str, Any]:
        """Return what waits for a person in a browser, once; whoever else comes there ends it."""
        with self._lock:
            found = [each for each in self._waiting if each.browser == browser and browser]
            self._drop(browser)
        now_s = self._clock_s()
        for each in found:
            if each.user_id == user_id and now_s < each.until_s:
                return each.things
        return {}

    def _drop(self, browser: str) -> None:
        now_s = self._clock_s()
        self._waiting = [w for w in self._waiting if w.browser != browser and now_s < w.until_s]

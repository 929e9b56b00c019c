"""What the photographs at work may hold together, so that a few huge ones do not fill the memory.

Pixels are counted, from the files' headers: they are what the memory of a photograph goes by.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from edge_runtime.domain import PhotographFile
from edge_runtime.errors import PhotographError
from edge_runtime.fundus.picture_header import header_of


class PixelBudget:
    """Lets work begin while all that is at work has at most `most` pixels. Safe between threads.

    Work that wants more than all of it waits until nothing else is at work.
    """

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, num_pixels: int) -> Iterator[None]:
        """Hold so many pixels of the budget, once they are free."""
        wanted = min(num_pixels, self._most)
        with self._changed:
            self._changed.wait_for(lambda: wanted <= self._left)
            self._left -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._left += wanted
                self._changed.notify_all()


def most_pixels(photographs: Iterable[PhotographFile]) -> int:
    """Return the pixels of the largest photograph; they are screened one after the other."""
    return max((_num_pixels(photograph.content) for photograph in photographs), default=0)


def _num_pixels(content: bytes) -> int:
    try:
        header = header_of(content)
    except PhotographError:
        return 0
    return header.width_px * header.height_px

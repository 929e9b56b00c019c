"""Makes the next batch while the network still works on this one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Gives `make(step)`; the next step's is made in a thread meanwhile (OpenCV frees the GIL)."""

    def __init__(self, make: Callable[[int], T]) -> None:
        self._make = make
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batches")
        self._next: tuple[int, Future[T]] | None = None

    def at(self, step: int) -> T:
        """Return what `make` gives for this step; an error it raised is raised here."""
        if self._next is not None and self._next[0] == step:
            made = self._next[1].result()
        else:
            made = self._make(step)
        self._next = (step + 1, self._thread.submit(self._make, step + 1))
        return made

"""A few threads that work ahead, and results in the order of the work."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")

AHEAD = 2
"""Pieces of work begun or waiting, for each thread: what bounds the memory."""


def in_order(
    function: Callable[[Work], Done], work: Iterable[Work], num_workers: int
) -> Generator[Done, None, None]:
    """Yield `function` of each piece of work, in order, computed by `num_workers` threads.

    At most AHEAD x num_workers pieces are taken from `work` before their results are given out.
    What `function` raises is raised here, and the pieces not yet begun are dropped. Closing the
    generator waits for those that are.
    """
    waiting: deque[Future[Done]] = deque()
    executor = ThreadPoolExecutor(num_workers, thread_name_prefix="screen")
    door = _Door()

    def inside(piece: Work) -> Done:
        with door.passed():
            return function(piece)

    try:
        for piece in work:
            waiting.append(executor.submit(inside, piece))
            if len(waiting) >= AHEAD * num_workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        # Not shutdown's own waiting: it forgets a thread that Ctrl-C caught while it started.
        door.shut()


class _Door:
    """Lets pieces of work in until it is shut; shutting waits for those inside."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open = True
        self._num_inside = 0

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Be inside. Raises CancelledError when the door is shut."""
        with self._changed:
            if not self._open:
                raise CancelledError
            self._num_inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._num_inside -= 1
                self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in any more, and wait until nobody is inside."""
        with self._changed:
            self._open = False
            self._changed.wait_for(lambda: self._num_inside == 0)

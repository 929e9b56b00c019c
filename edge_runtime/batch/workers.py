"""A few threads that work ahead, and results in the order of the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")

AHEAD = 2
"""Pieces of work begun or waiting, for each thread: what bounds the memory."""


def in_order(
    function: Callable[[Work], Done], work: Iterable[Work], num_workers: int
) -> Iterator[Done]:
    """Yield `function` of each piece of work, in order, computed by `num_workers` threads.

    At most AHEAD x num_workers pieces are taken from `work` before their results are given out.
    What `function` raises is raised here, and the pieces not yet begun are dropped.
    """
    waiting: deque[Future[Done]] = deque()
    executor = ThreadPoolExecutor(num_workers, thread_name_prefix="screen")
    try:
        for piece in work:
            waiting.append(executor.submit(function, piece))
            if len(waiting) >= AHEAD * num_workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)

"""Threads work ahead, but the results come in the order of the work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from edge_runtime.batch.workers import AHEAD, in_order


def test_results_come_in_the_order_of_the_work() -> None:
    def slow_when_even(number: int) -> int:
        time.sleep(0.003 * (number % 2 == 0))
        return number * number

    assert list(in_order(slow_when_even, range(20), 4)) == [n * n for n in range(20)]


def test_no_more_work_is_taken_than_can_wait() -> None:
    taken: list[int] = []

    def work() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = in_order(lambda number: number, work(), 2)
    next(results)

    assert len(taken) <= AHEAD * 2
    results.close()


def test_a_failure_is_raised_and_the_rest_is_dropped() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def fails_at_two(number: int) -> int:
        begun.append(number)
        if number == 2:
            gate.set()
            raise ArithmeticError
        gate.wait(0.01)
        return number

    with pytest.raises(ArithmeticError):
        list(in_order(fails_at_two, range(1000), 2))

    assert len(begun) <= 3 + AHEAD * 2


def test_closing_waits_for_the_work_that_has_begun() -> None:
    ended: list[int] = []

    def slow(number: int) -> int:
        time.sleep(0.05)
        ended.append(number)
        return number

    results = in_order(slow, range(100), 2)
    next(results)
    results.close()
    so_far = list(ended)

    time.sleep(0.15)
    assert ended == so_far
    assert len(ended) <= 2 * AHEAD + 1

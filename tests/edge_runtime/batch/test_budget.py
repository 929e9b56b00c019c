"""Huge photographs wait for each other; small ones do not."""

from __future__ import annotations

import threading

from edge_runtime.batch.budget import PixelBudget, most_pixels
from edge_runtime.batch.workers import in_order
from edge_runtime.domain import PhotographFile
from tests.edge_runtime.fundus.encoded_pictures import drawn_pixels, encoded


def test_what_is_at_work_never_has_more_than_the_budget() -> None:
    budget, lock = PixelBudget(60), threading.Lock()
    at_work, highest = 0, 0

    def work(num_pixels: int) -> None:
        nonlocal at_work, highest
        with budget.taken(num_pixels):
            with lock:
                at_work += num_pixels
                highest = max(highest, at_work)
            threading.Event().wait(0.002)
            with lock:
                at_work -= num_pixels

    list(in_order(work, [10, 60, 5, 30, 30, 25, 60, 60, 1, 1, 1] * 3, 4))

    assert 0 < highest <= 60


def test_what_is_larger_than_the_budget_is_done_alone() -> None:
    budget = PixelBudget(60)

    with budget.taken(1000):
        pass

    with budget.taken(60):
        pass


def test_an_exam_counts_as_its_largest_photograph() -> None:
    small, large = (
        PhotographFile("a.png", encoded(drawn_pixels(width, 200), format="PNG"))
        for width in (200, 300)
    )

    assert most_pixels([small, large, PhotographFile("b.txt", b"no picture")]) == 300 * 200
    assert most_pixels([]) == 0

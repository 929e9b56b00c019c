"""A CSV that a spreadsheet opens must not run anything."""

from __future__ import annotations

import pytest

from edge_runtime.batch.csv_tables import csv_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-rf.jpg", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_begins_like_a_formula_is_disarmed(text: str) -> None:
    assert csv_cell(text) == "'" + text


def test_numbers_truths_and_lists_are_plain() -> None:
    cells = [csv_cell(value) for value in (-1.5, None, True, ["Clean the lens.", "Again."], "a=b")]

    assert cells == [-1.5, None, "true", "Clean the lens. | Again.", "a=b"]


def test_a_list_that_begins_like_a_formula_is_disarmed() -> None:
    assert csv_cell(["=cmd", "x"]) == "'=cmd | x"

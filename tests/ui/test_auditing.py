"""The audit in words: each action has its own, in both languages, and no detail is lost."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from edge_runtime.records.access import Action
from edge_runtime.wire.records_client import AuditPage, AuditRow
from ui.auditing import actions, detail_words, rows, since_ms, who_is
from ui.told import told
from ui.wording import say

RECORDS = Path(__file__).resolve().parents[2] / "edge_runtime" / "records"


def noted() -> Iterator[str]:
    """Each action that the records write down under a name of its own."""
    for path in RECORDS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "changing":
                yield from (
                    part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)
                )
    yield "unlogged_rows"


def test_each_action_that_may_be_written_down_has_its_words() -> None:
    assert set(noted()) | {action.value for action in Action} == set(actions())


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("", ""),
        ("doctor grader", "Doctor, Grader"),
        ("ab" * 16 + " lesion_haemorrhage", "photograph abababababab, Bleedings"),
        ("findings.dr_grade", say("finding.dr_grade")),
        ("training withdrawn", "training, withdrawn"),
        ("7", "7"),
        ("something_new", "something_new"),
    ],
)
def test_a_detail_is_told_in_words_and_one_that_nobody_knows_as_it_is(
    detail: str, words: str
) -> None:
    assert detail_words(detail) == words


def test_a_row_names_people_and_escapes_what_it_does_not_know() -> None:
    row = AuditRow(7, 0, "u1", "open_exam", "<e1>", "refused", "", "h")

    shown = rows(AuditPage((row,), "7:h:s", "k"), {"u1": "Li"})

    assert "Li" in shown
    assert "Refused" in shown
    assert "&lt;e1&gt;" in shown
    assert who_is("operator", {}) == "The command line"


def test_days_begin_at_midnight_and_today_is_one_of_them() -> None:
    now = datetime(2026, 11, 30, 17, 5, 9)

    assert since_ms("today", now) == round(datetime(2026, 11, 30).timestamp() * 1000)
    assert since_ms("week", now) == round(datetime(2026, 11, 24).timestamp() * 1000)
    assert since_ms("", now) == 0


@pytest.mark.parametrize(
    "fault",
    [
        "Row 2 of the audit is missing.",
        "Row 2 of the audit is not as it was written.",
        "Row 2 of the audit is not the one that was signed.",
        "The audit ends with row 7, but row 9 was signed: its tail was cut off, or an older state "
        "was put in its place.",
        "1:00:00...: the audit head was not signed by these records.",
    ],
)
def test_each_fault_of_the_chain_is_told_in_chinese(fault: str) -> None:
    assert re.findall("[A-Za-z]{2,}", told(fault, "zh")) == []

"""Every key that the screen uses is written, and every one that is written is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.contracts.result import Findings
from edge_runtime.domain import USE, Evidence, Eye, Sex
from edge_runtime.fundus.biomarkers import UNIT_OF
from ui.exam_view import Verdict
from ui.wording import ENGLISH, LANGUAGES, say, say_count, say_or

UI = Path(__file__).resolve().parents[2] / "ui"


KEYS_WITHIN = ("_twin_notice", "words_of_the_style")
"""Functions that name a key before it is said."""


def keys_said() -> Iterator[str]:
    """Each key in the source, a filled-in part as `*`."""
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if path.name == "wording.py":
                continue
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "say_or"):
                yield from _patterns(node.args[0])
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Notice":
                yield from _patterns(node.args[0])
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say_count":
                yield from (f"{key}.{n}" for key in _patterns(node.args[0]) for n in "1n")
            if isinstance(node, ast.FunctionDef) and node.name in KEYS_WITHIN:
                yield from (
                    part.value
                    for part in ast.walk(node)
                    if isinstance(part, ast.Constant) and part.value in ENGLISH
                )


def _patterns(key: ast.expr) -> Iterator[str]:
    if isinstance(key, ast.Constant):
        yield key.value
    elif isinstance(key, ast.IfExp):
        yield from _patterns(key.body)
        yield from _patterns(key.orelse)
    elif isinstance(key, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in key.values)


SAID = sorted(set(keys_said()))


def matches(pattern: str, key: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), key) is not None


@pytest.mark.parametrize("pattern", SAID)
def test_every_key_that_is_used_is_written(pattern: str) -> None:
    assert any(matches(pattern, key) for key in ENGLISH)


@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_every_key_that_is_written_is_used(key: str) -> None:
    assert any(matches(pattern, key) for pattern in SAID)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_every_key_with_the_same_gaps(language: str) -> None:
    words = LANGUAGES[language]

    assert words.keys() == ENGLISH.keys()
    for key, sentence in ENGLISH.items():
        assert re.findall(r"{\w+}", words[key]) == re.findall(r"{\w+}", sentence)


def test_what_this_is_not_is_said_in_the_words_of_the_contracts() -> None:
    assert say("app.use") == USE


@pytest.mark.parametrize(
    "key",
    [
        *(f"evidence.{e.value}" for e in Evidence),
        *(f"evidence.{e.value}.text" for e in Evidence),
        *(f"eye.{e.value}" for e in Eye),
        *(f"eye.in_words.{e.value}" for e in Eye),
        *(f"person.sex.{s.value}" for s in Sex),
        *(f"condition.{c.value}" for c in ForecastCondition),
        *(f"finding.{name}" for name in Findings.model_fields),
        *(f"measure.{name}" for name in UNIT_OF),
        *(f"measure.{name}.what" for name in UNIT_OF),
        *(f"unit.{unit}" for unit in UNIT_OF.values()),
        *(f"verdict.{v.value}" for v in Verdict),
    ],
)
def test_each_word_of_the_contracts_has_its_plain_words(key: str) -> None:
    assert ENGLISH[key]


def test_a_gap_is_filled() -> None:
    assert say("notice.twin", name="a.jpg") == "a.jpg is already here and was not added again."


def test_one_is_told_apart_from_many() -> None:
    assert say_count("button.screen", 1) == "Screen 1 photograph"
    assert say_count("button.screen", 2) == "Screen 2 photographs"


def test_a_key_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no.such.key")


def test_a_name_that_a_newer_service_sends_is_shown_as_it_is() -> None:
    assert say_or("measure.new_thing", "new thing") == "new thing"

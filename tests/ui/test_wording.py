"""Every key that the screen uses is written, and every one that is written is used."""

from __future__ import annotations

import ast
import io
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomllib
from babel import Locale
from fontTools.ttLib import TTFont

from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.contracts.result import Findings
from edge_runtime.domain import USE, Evidence, Eye, Sex
from edge_runtime.fundus.biomarkers import UNIT_OF
from edge_runtime.models import RUNNABLE
from ui.exam_view import Verdict
from ui.wording import LANGUAGES, LOCALE_OF, TABLES, WORDS, number, say, say_count, say_or

UI = Path(__file__).resolve().parents[2] / "ui"
ENGLISH, CHINESE = LANGUAGES["en"], LANGUAGES["zh"]


KEYS_WITHIN = ("_twin_notice",)
"""Functions that name a key before it is said."""

SAYERS = {"say", "say_or", "Notice"}


def keys_said() -> Iterator[str]:
    """Each key in the source, a filled-in part as `*`; of a count, its plural forms as `*`."""
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYERS:
                yield from _patterns(node.args[0])
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say_count":
                yield from (f"{key}.*" for key in _patterns(node.args[0]))
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


def test_every_key_that_is_written_is_used() -> None:
    unused = [key for key in ENGLISH if not any(matches(pattern, key) for pattern in SAID)]

    assert unused == []


def test_every_sentence_is_there_in_both_languages_with_the_same_gaps() -> None:
    def gaps(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    for key, sentence in ENGLISH.items():
        if key.endswith(".one"):
            continue
        assert gaps(CHINESE[key]) == gaps(sentence), key


def test_each_plural_has_the_forms_that_its_language_asks_for() -> None:
    counted = {key.removesuffix(".other") for key in ENGLISH if key.endswith(".other")}
    for language, locale in LOCALE_OF.items():
        forms = {locale.plural_form(n) for n in range(200)}
        for key in counted:
            assert all(f"{key}.{form}" in LANGUAGES[language] for form in forms), key


def test_every_clinical_sentence_has_a_note_for_its_reviewer() -> None:
    table = tomllib.loads((WORDS / "clinical.toml").read_text(encoding="utf-8"))

    assert [key for key, words in table.items() if not words.get("note")] == []


def test_no_chinese_sentence_is_the_english_one() -> None:
    same = {key for key, words in CHINESE.items() if words == ENGLISH[key]}

    assert {key for key in same if re.search("[a-z]{2}", CHINESE[key])} <= {
        "app.name",
        "unit.mL/min/{1.73_m2}",
        "covariate.egfr_ml_min_1_73m2",
        "unit.rad",
        "unit.mm[Hg]",
    }


def test_our_chinese_letters_are_in_the_font_that_we_bring() -> None:
    font = TTFont(io.BytesIO((UI / "static" / "fonts" / "chinese.woff").read_bytes()))
    held = set(font.getBestCmap())
    ours = "".join(p.read_text(encoding="utf-8") for p in WORDS.glob("*.toml"))

    assert {letter for letter in ours if ord(letter) >= 0x2E80 and ord(letter) not in held} == set()


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
    assert CHINESE[key]


def test_each_sentence_stands_in_one_table_alone() -> None:
    tables = [tomllib.loads((WORDS / f"{t}.toml").read_text(encoding="utf-8")) for t in TABLES]

    assert sum(len(table) for table in tables) == len({key for table in tables for key in table})


def test_a_gap_is_filled() -> None:
    assert say("notice.twin", name="a.jpg") == "a.jpg is already here and was not added again."


def test_one_is_told_apart_from_many_where_the_language_does() -> None:
    assert say_count("button.screen", 1) == "Screen 1 photograph"
    assert say_count("button.screen", 2) == "Screen 2 photographs"
    assert say_count("button.screen", 1, "zh") == "开始筛查 1 张照片"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert number(4070.4, 0) == "4,070"
    assert number(0.5, 2, "zh") == "0.50"
    assert Locale("zh", script="Hans") == LOCALE_OF["zh"]


def test_a_key_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no.such.key")


def test_a_name_that_a_newer_service_sends_is_shown_as_it_is() -> None:
    assert say_or("measure.new_thing", "new thing") == "new thing"


@pytest.mark.parametrize("model", RUNNABLE)
def test_every_model_has_a_name_for_the_operator(model: str) -> None:
    for words in (ENGLISH, CHINESE):
        assert words[f"model.{model}"]

"""Both languages say everything, in letters that the font holds."""

from __future__ import annotations

import re
import string

import pytest
from fontTools.ttLib import TTFont

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.contracts.exam import ForecastCondition, Missing
from edge_runtime.fundus import quality_wording
from edge_runtime.fundus.biomarkers import UNIT_OF
from edge_runtime.interop.report.fonts_folder import FONT
from edge_runtime.interop.report.wording import (
    WORDS,
    Language,
    in_language,
    reason_in_language,
)
from edge_runtime.interop.report.wording_chinese import CHINESE_FOR


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_sentences_with_the_same_places() -> None:
    english, chinese = WORDS[Language.ENGLISH], WORDS[Language.CHINESE]

    assert set(english) == set(chinese)
    for key, sentence in english.items():
        assert fields(sentence) == fields(chinese[key]), key


def test_the_font_holds_every_letter_of_every_sentence() -> None:
    with TTFont(FONT) as font:
        held = set(font.getBestCmap())
    said = [text for words in WORDS.values() for text in words.values()]

    missing = {letter for text in [*said, *CHINESE_FOR.values()] for letter in text} - {
        chr(code) for code in held
    }
    assert missing == set()


@pytest.mark.parametrize("language", Language)
def test_every_biomarker_condition_and_reason_has_a_name(language: Language) -> None:
    words = WORDS[language]

    assert [n for n in UNIT_OF if n not in words and not n.startswith("rim_width_")] == []
    assert [c for c in ForecastCondition if f"condition.{c.value}" not in words] == []
    assert [m for m in Missing if f"missing.{m.value}" not in words] == []


@pytest.mark.parametrize("language", Language)
def test_everything_that_may_be_known_of_a_person_has_a_name(language: Language) -> None:
    assert [name for name in COVARIATES if f"covariate.{name}" not in WORDS[language]] == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("1 arteriole in zone B, 6 are needed", "B 区有 1 条动脉，需要 6 条"),
        (
            "4 arterioles in zone B, 6 are needed; 5 venules in zone B, 6 are needed",
            "B 区有 4 条动脉，需要 6 条；B 区有 5 条静脉，需要 6 条",
        ),
        ("2 divisions of venules, 3 are needed", "静脉有 2 处分叉，需要 3 处"),
        (
            "3 of the 6 widest venules in zone B could be measured in the photograph, 4 are needed",
            "B 区最宽的 6 条静脉中有 3 条能在照片中测量，需要 4 条",
        ),
        ("no arterioles found", "没有找到动脉"),
        ("5 venules in zone B, 6 are needed; a new reason", "otherwise"),
        ("a new reason", "otherwise"),
    ],
)
def test_why_something_was_not_measured_is_told_with_its_numbers(reason: str, told: str) -> None:
    assert reason_in_language(reason, Language.CHINESE, "otherwise") == told
    assert reason_in_language(reason, Language.ENGLISH, "otherwise") == reason


def test_chinese_sentences_hold_no_english_ones() -> None:
    for key, sentence in WORDS[Language.CHINESE].items():
        plain = re.sub(r"\{[^}]*\}", "", sentence)
        assert not re.search(r"[a-z]{4,} [a-z]{3,}", plain), key


def test_every_sentence_of_the_quality_gate_is_translated() -> None:
    said = [*quality_wording.REASONS.values(), *quality_wording.ADVICE.values()]
    said += [quality_wording.NO_FIELD, quality_wording.NO_COLOUR, quality_wording.NO_SINGLE_CAUSE]

    assert [sentence for sentence in said if sentence not in CHINESE_FOR] == []


def test_a_sentence_that_nobody_translated_is_never_shown_in_english() -> None:
    shown = in_language(
        "Something new.", Language.CHINESE, WORDS[Language.CHINESE]["missing.generic"]
    )

    assert shown == WORDS[Language.CHINESE]["missing.generic"]

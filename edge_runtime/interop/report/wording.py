"""Every sentence of the report, once a language, so that a clinician can review them in one place.

A test holds both languages to the same keys, and every letter to the font.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from edge_runtime.interop.report.reasons_chinese import REASONS, VESSELS
from edge_runtime.interop.report.wording_chinese import CHINESE, CHINESE_FOR
from edge_runtime.interop.report.wording_english import ENGLISH


class Language(str, Enum):
    """A language of the report."""

    ENGLISH = "en"
    CHINESE = "zh"


WORDS: Final[dict[Language, dict[str, str]]] = {
    Language.ENGLISH: ENGLISH,
    Language.CHINESE: CHINESE,
}


def in_language(sentence: str, language: Language, otherwise: str) -> str:
    """Return a sentence that the pipeline made (it speaks English) in another language.

    `otherwise` stands for a sentence that nobody has translated.
    """
    if language is Language.ENGLISH:
        return sentence
    return CHINESE_FOR.get(sentence, otherwise)


def reason_in_language(reason: str, language: Language, otherwise: str) -> str:
    """Return why something was not measured, in another language; its parts are joined by "; ".

    `otherwise` stands for a reason of which a part has not been translated.
    """
    if language is Language.ENGLISH:
        return reason
    parts = [_chinese(part) for part in reason.split("; ")]
    return "；".join(part for part in parts if part) if all(parts) else otherwise


def _chinese(part: str) -> str | None:
    for pattern, sentence in REASONS:
        found = re.fullmatch(pattern, part)
        if found is not None:
            told = found.groupdict()
            vessel = VESSELS.get(told.pop("vessel", ""), "")
            return sentence.format(vessel=vessel, **told)
    return None

"""What the service says in words, in the reader's language: it speaks English.

`ui/words/service.toml` holds its sentences with gaps, and what can stand in a gap. A sentence that
nobody has translated is shown as it came, under words that say so: an unread reason is worse.
"""

from __future__ import annotations

import re
from functools import cache

import tomllib

from ui.language import Language, spoken
from ui.wording import WORDS, say

GAP = re.compile(r"\\{(\w+)\\}")
FIELD = re.compile(r"([\w.\[\]]+): (.+)\.")
"""A field that the service refused, and why (InvalidField)."""


def told(sentence: str | None, language: Language | None = None) -> str:
    """Return a sentence of the service in the reader's language; "" for None."""
    language = language or spoken()
    if not sentence or language == "en":
        return sentence or ""
    whole = _one(sentence)
    if whole is not None:
        return whole
    field = FIELD.fullmatch(sentence)
    if field is not None:
        return say("told.field", language, field=field[1], reason=field[2])
    parts = [_one(part) for part in sentence.split("; ")]
    if all(parts):
        return "；".join(part for part in parts if part)
    return say("told.as_it_came", language, words=sentence)


def _one(sentence: str) -> str | None:
    for pattern, translation, word in _table():
        match = pattern.fullmatch(sentence)
        if match is not None:
            gaps = {name: _in_a_gap(text, word) for name, text in match.groupdict().items()}
            return translation.format(**gaps)
    return None


def _in_a_gap(text: str, word: dict[str, str]) -> str:
    if text in word:
        return word[text]
    return text.replace(" to ", " 至 ").replace(" or ", " 或 ")


@cache
def _table() -> list[tuple[re.Pattern[str], str, dict[str, str]]]:
    table = tomllib.loads((WORDS / "service.toml").read_text(encoding="utf-8"))
    word: dict[str, str] = table["word"]
    return [(_pattern(said["en"]), said["zh"], word) for said in table["said"]]


def _pattern(sentence: str) -> re.Pattern[str]:
    # A gap never reaches over what parts two reasons.
    return re.compile(GAP.sub(r"(?P<\1>[^;]+?)", re.escape(sentence)))

"""Every sentence of the screen, once, by key, in every language.

The sentences lie in `ui/words/*.toml`, English and Chinese side by side with a note for the
reviewer, so that a clinician reads them in one place and needs no Python. Plurals follow CLDR by
Babel: `key.one`, `key.other`. What the service sends in words is put into the reader's language by
`ui/told.py`.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import tomllib
from babel import Locale
from babel.numbers import format_decimal

from ui.language import Language, spoken

WORDS = Path(__file__).with_name("words")
TABLES = ("screen", "clinical", "measures", "staff", "reading", "visits", "audit")
LOCALE_OF: dict[Language, Locale] = {"en": Locale("en"), "zh": Locale("zh", script="Hans")}


def _read(language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in TABLES:
        table = tomllib.loads((WORDS / f"{name}.toml").read_text(encoding="utf-8"))
        found |= {key: words[language] for key, words in table.items() if language in words}
    return found


LANGUAGES: dict[Language, dict[str, str]] = {language: _read(language) for language in LOCALE_OF}


def say(key: str, language: Language | None = None, /, **values: object) -> str:
    """Return the sentence of a key with its values filled in. Raises KeyError for no such key.

    `language` None is the one that the person in front of the screen chose.
    """
    sentence = LANGUAGES[language or spoken()][key]
    return sentence.format(**values) if values else sentence


def say_count(key: str, count: float, language: Language | None = None, /, **values: object) -> str:
    """Return the sentence of `key` in the plural form that `count` things have in the language."""
    language = language or spoken()
    form = LOCALE_OF[language].plural_form(count)
    return say(f"{key}.{form}", language, count=number(count, language=language), **values)


def say_or(key: str, otherwise: str, language: Language | None = None) -> str:
    """Return the sentence of a key that the service chose, or `otherwise` when none is written.

    For names that a newer service may send and this screen does not know yet.
    """
    return LANGUAGES[language or spoken()].get(key, otherwise)


def number(value: float, decimals: int | None = None, language: Language | None = None) -> str:
    """Return a number as the language writes it, with `decimals` digits after its sign.

    `decimals` None gives as many as the number needs, at most three.
    """
    return format_decimal(value, _pattern(decimals), locale=LOCALE_OF[language or spoken()])


def moment(at_ms: int) -> str:
    """Return when something was, day and minute by this machine's clock: 2026-11-30 14:05.

    The same in every language, and read wrongly in none.
    """
    return f"{datetime.fromtimestamp(at_ms / 1000):%Y-%m-%d %H:%M}"


@cache
def _pattern(decimals: int | None) -> str:
    if decimals is None:
        return "#,##0.###"
    return "#,##0" + ("." + "0" * decimals if decimals else "")

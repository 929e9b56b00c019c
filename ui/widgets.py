"""Our words in place of those that Streamlit's widgets say by themselves: a script."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import tomllib

from ui.language import HTML_LANG, NAMES, Language
from ui.wording import WORDS, say

SCRIPT = Path(__file__).with_name("static") / "widgets.js"


@cache
def script(language: Language) -> str:
    """Return the script element that translates Streamlit's own words and says the language."""
    table = tomllib.loads((WORDS / "widgets.toml").read_text(encoding="utf-8"))
    exact = {theirs: ours[language] for theirs, ours in table["exact"].items()}
    like = [(theirs, ours[language]) for theirs, ours in table["like"].items()]
    for before in (other for other in NAMES if other != language):
        # After a change of language the page holds our words of the language before.
        exact |= {ours[before].strip(): ours[language] for ours in table["exact"].values()}
        like += [(_said(ours[before]), ours[language]) for ours in table["like"].values()]
    words = {
        "lang": HTML_LANG[language],
        "title": say("app.title", language),
        "exact": exact,
        "like": like,
    }
    code = json.dumps(words, ensure_ascii=False).replace("</", "<\\/")
    program = SCRIPT.read_text(encoding="utf-8").replace('"FORESEYE-WORDS"', code)
    return f"<script>{program}</script>"


def _said(ours: str) -> str:
    """Return a pattern (JavaScript) for what we said ourselves, $1 being what it caught."""
    return "^" + re.escape(ours).replace(r"\$1", "(.+)") + "$"

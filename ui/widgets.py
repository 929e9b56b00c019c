"""Our words in place of those that Streamlit's widgets say by themselves: a script."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import tomllib

from ui.language import HTML_LANG, Language
from ui.wording import WORDS, say

SCRIPT = Path(__file__).with_name("static") / "widgets.js"


@cache
def script(language: Language) -> str:
    """Return the script element that translates Streamlit's own words and says the language."""
    table = tomllib.loads((WORDS / "widgets.toml").read_text(encoding="utf-8"))
    words = {
        "lang": HTML_LANG[language],
        "title": say("app.title", language),
        "exact": {theirs: ours[language] for theirs, ours in table["exact"].items()},
        "like": [(theirs, ours[language]) for theirs, ours in table.get("like", {}).items()],
    }
    code = json.dumps(words, ensure_ascii=False).replace("</", "<\\/")
    program = SCRIPT.read_text(encoding="utf-8").replace('"FORESEYE-WORDS"', code)
    return f"<script>{program}</script>"

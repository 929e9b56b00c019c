"""Dates that are typed, taken once they are whole: a script."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SCRIPT = Path(__file__).with_name("static") / "dates.js"


@cache
def script() -> str:
    """Return the script element; drawn again it changes nothing."""
    return f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>"

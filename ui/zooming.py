"""Looking closer at a picture: the buttons, and the script that moves it within its frame.

Done in the browser: each step of a zoom over the network would be too slow to look with.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from ui.wording import say

SCRIPT = Path(__file__).with_name("static") / "looking.js"


@cache
def script() -> str:
    """Return the script element; drawn again it changes nothing."""
    return f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>"


def zoom_bar(frame: str) -> str:
    """Return the buttons for the picture in the container of this key."""
    buttons = "".join(
        f'<button type="button" class="fs-zoom" data-frame="{escape(frame)}" data-zoom="{step}" '
        f'aria-label="{escape(say(f"zoom.{step}"))}">{sign}</button>'
        for step, sign in (("in", "+"), ("out", "&minus;"), ("whole", "1:1"))
    )
    hint = escape(say("zoom.hint"))
    return f'<div class="fs-zooms" role="group">{buttons}<span>{hint}</span></div>'

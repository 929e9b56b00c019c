"""Pieces of the page as HTML: pure functions of words and records, every value escaped.

No meaning is told by colour alone: each box and badge has its own shape and says it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from edge_runtime.wire.client import Evidence, Eye
from ui.wording import say

Tone = Literal["good", "warn", "bad", "note"]

_STROKE = 'fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" '
_OPEN = f'<svg viewBox="0 0 24 24" {_STROKE} stroke-linejoin="round" aria-hidden="true">'

ICONS = {
    "good": '<circle cx="12" cy="12" r="10"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    "warn": '<path d="M12 3L2.5 20h19z"/><path d="M12 10v4.5M12 17.4v.1"/>',
    "bad": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="M9 9l6 6M15 9l-6 6"/>',
    "note": '<circle cx="12" cy="12" r="10"/><path d="M12 11v6M12 7.4v.1"/>',
    "tick": '<path d="M5 12.5l4.5 4.5L19 7"/>',
    "turning": '<path d="M12 3a9 9 0 1 1-9 9"/>',
    "open": '<circle cx="12" cy="12" r="9"/>',
    "crossed": '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
    "drawn": '<path d="M4 20l1-4L16.5 4.5l3 3L8 19z"/>',
    "internal": '<circle cx="12" cy="12" r="9"/><circle cx="12" cy="12" r="3.5"/>',
    "external": '<path d="M12 3v18M3 12h18M5.6 5.6l12.8 12.8M18.4 5.6L5.6 18.4"/>',
    "mark": '<path d="M2 12c3-5 6.5-7.5 10-7.5S19 7 22 12c-3 5-6.5 7.5-10 7.5S5 17 2 12z"/>'
    '<circle cx="12" cy="12" r="3.4"/><path d="M15.4 12H22"/>',
}


def icon(name: str) -> str:
    """Return one of our line drawings; it takes the colour of the text about it."""
    return f"{_OPEN}{ICONS[name]}</svg>"


def bar() -> str:
    """Return the bar that never leaves the screen: who we are, and what this is not."""
    mark = f'<span class="fs-mark">{icon("mark")}{escape(say("app.name"))}</span>'
    use = f'<span class="fs-use" role="note">{escape(say("app.use"))}</span>'
    return f'<div class="fs-bar" role="banner">{mark}{use}</div>'


def service_state(state: Literal["ready", "starting", "away"]) -> str:
    """Return the small sign in the bar that says whether the service is there."""
    sign = {"ready": "good", "starting": "turning", "away": "warn"}[state]
    words = escape(say(f"service.{state}"))
    return f'<div class="fs-service" role="status">{icon(sign)}<span>{words}</span></div>'


def steps(now: int) -> str:
    """Return the three steps of an exam with the present one marked; `now` is 1 to 3."""
    items = []
    for number in (1, 2, 3):
        kind = "now" if number == now else "past" if number < now else "later"
        sign = icon("tick") if kind == "past" else str(number)
        current = ' aria-current="step"' if kind == "now" else ""
        words = escape(say(f"step.{number}"))
        items.append(f'<li class="{kind}"{current}><b>{sign}</b>{words}</li>')
    return f'<ol class="fs-steps">{"".join(items)}</ol>'


def head(title: str, text: str) -> str:
    """Return the page's title and what to do there."""
    return f'<div class="fs-head"><h1>{escape(title)}</h1><p>{escape(text)}</p></div>'


def eye_head(eye: Eye | None) -> str:
    """Return the heading of one eye's side."""
    code = f'<span class="code">{escape(say(f"eye.short.{eye.value}"))}</span>' if eye else ""
    return f'<div class="fs-eye"><h2>{escape(eye_name(eye))}</h2>{code}</div>'


def eye_name(eye: Eye | None, in_words: bool = False) -> str:
    """Return "Right eye", or "the right eye" for the middle of a sentence."""
    return say(f"eye{'.in_words' if in_words else ''}.{eye.value if eye else None}")


def statement(
    tone: Tone, title: str, lines: Sequence[str] = (), advice: Sequence[str] = (), small: str = "",
    evidence: Evidence | None = None,
) -> str:  # fmt: skip
    """Return a box that cannot be overlooked: a sign, a title, its reasons, what to do."""
    body = f'<div class="title">{escape(title)}</div>'
    body += "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    if advice:
        body += "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in advice) + "</ul>"
    if small:
        body += f'<p class="small">{escape(small)}</p>'
    if evidence is not None:
        body += badge(evidence)
    role = "alert" if tone == "bad" else "status"
    return f'<div class="fs-say {tone}" role="{role}">{icon(tone)}<div>{body}</div></div>'


def badge(evidence: Evidence) -> str:
    """Return what a number was judged on, as a small sign; its sentence shows on hovering."""
    words = escape(say(f"evidence.{evidence.value}"))
    meaning = escape(say(f"evidence.{evidence.value}.text"), quote=True)
    kind = evidence.value
    return f'<span class="fs-badge {kind}" title="{meaning}">{icon(kind)}{words}</span>'


def evidence_key(seen: Iterable[Evidence]) -> str:
    """Return what each badge on the page means, in one sentence each."""
    order = [evidence for evidence in Evidence if evidence in set(seen)]
    rows = "".join(
        f"<dt>{badge(evidence)}</dt><dd>{escape(say(f'evidence.{evidence.value}.text'))}</dd>"
        for evidence in order
    )
    return f'<dl class="fs-key">{rows}</dl>'


def part_title(words: str) -> str:
    """Return the title of a part of a card."""
    return f'<h3 class="fs-part">{escape(words)}</h3>'


def head_of_part(words: str, text: str) -> str:
    """Return the title of a card and a sentence on how to read it."""
    return f'<div class="fs-eye"><h2>{escape(words)}</h2></div>{quiet(text)}'


def quiet(words: str) -> str:
    """Return a sentence that need not be read at once."""
    return f'<p class="fs-quiet">{escape(words)}</p>'


def file_name(name: str) -> str:
    """Return a photograph's name."""
    return f'<div class="fs-file">{escape(name)}</div>'


StageState = Literal["done", "now", "later", "not"]
_STAGE_ICON = {"done": "good", "now": "turning", "later": "open", "not": "crossed"}


def stages(states: Sequence[tuple[str, StageState]]) -> str:
    """Return the stages of one photograph, each with its state as sign and word."""
    items = "".join(
        f'<li class="{state}">{icon(_STAGE_ICON[state])}{escape(say(f"stage.{name}"))}'
        f'<span class="fs-unseen">: {escape(say(f"stage.state.{state}"))}</span></li>'
        for name, state in states
    )
    return f'<ul class="fs-stages">{items}</ul>'

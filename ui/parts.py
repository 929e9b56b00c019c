"""Pieces of the page as HTML: pure functions of words and records, every value escaped.

No meaning is told by colour alone: each box and badge has its own shape and says it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from edge_runtime.wire.client import Evidence, Eye
from ui.wording import number, say

Tone = Literal["good", "warn", "bad", "note"]


def icon(name: str) -> str:
    """Return one of the line drawings of clinic.css; it takes the colour of the text about it.

    Streamlit cuts SVG out of a page's HTML, so the drawings lie in the style sheet.
    """
    return f'<i class="fs-icon {name}" aria-hidden="true"></i>'


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
    for step in (1, 2, 3):
        kind = "now" if step == now else "past" if step < now else "later"
        sign = icon("tick") if kind == "past" else str(step)
        current = ' aria-current="step"' if kind == "now" else ""
        words = escape(say(f"step.{step}"))
        items.append(f'<li class="{kind}"{current}><b>{sign}</b>{words}</li>')
    return f'<ol class="fs-steps">{"".join(items)}</ol>'


def head(title: str, text: str) -> str:
    """Return the page's title and what to do there."""
    return f'<div class="fs-head"><h1>{escape(title)}</h1><p>{escape(text)}</p></div>'


def eye_head(eye: Eye | None, aside: str = "") -> str:
    """Return the heading of one eye's side; `aside` stands at its end."""
    code = f'<span class="code">{escape(say(f"eye.short.{eye.value}"))}</span>' if eye else ""
    end = f'<span class="aside">{escape(aside)}</span>' if aside else ""
    return f'<div class="fs-eye"><h2>{escape(eye_name(eye))}</h2>{code}{end}</div>'


def eye_name(eye: Eye | None, in_words: bool = False) -> str:
    """Return "Right eye", or "the right eye" for the middle of a sentence."""
    code = eye.value if eye else None
    return say(f"eye.in_words.{code}") if in_words else say(f"eye.{code}")


def statement(
    tone: Tone, title: str, lines: Sequence[str] = (), advice: Sequence[str] = (), small: str = "",
    evidence: Evidence | None = None,
) -> str:  # fmt: skip
    """Return a box that cannot be overlooked: a sign, a title, its reasons, what to do."""
    sign = badge(evidence) if evidence is not None else ""
    body = f'<div class="title"><span>{escape(title)}</span>{sign}</div>'
    body += "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    if advice:
        body += "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in advice) + "</ul>"
    if small:
        body += f'<p class="small">{escape(small)}</p>'
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
        f"{badge(evidence)}<span>{escape(say(f'evidence.{evidence.value}.text'))}</span>"
        for evidence in order
    )
    return f'<div class="fs-key">{rows}</div>'


def part_title(words: str, evidence: Evidence | None = None) -> str:
    """Return the title of a part of a card, with what all of that part was judged on."""
    sign = badge(evidence) if evidence is not None else ""
    return f'<div class="fs-part"><h3>{escape(words)}</h3>{sign}</div>'


def folded(words: str, count: int, body: str) -> str:
    """Return a part that opens at a touch, with how many lines it holds."""
    many = escape(number(count))
    title = f'<summary>{escape(words)}<span class="count">{many}</span></summary>'
    return f'<details class="fs-fold">{title}{body}</details>'


def head_of_part(words: str, text: str) -> str:
    """Return the title of a card and a sentence on how to read it."""
    return f'<div class="fs-eye"><h2>{escape(words)}</h2></div>{quiet(text)}'


def chip(sign: str, words: str) -> str:
    """Return a sign and its words on one line; `sign` is a drawing of clinic.css."""
    return f'<span class="fs-chip {sign}" role="status">{icon(sign)}{escape(words)}</span>'


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

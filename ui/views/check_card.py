"""The verdict on a photograph that waits: can it be read, what is wrong, what helps, a picture."""

from __future__ import annotations

from html import escape

import streamlit as st

from edge_runtime.wire.client import Eye, Quality
from ui import defect_picture, parts
from ui.person import MAX_ATTEMPTS, KioskPerson, WaitingPhotograph, wrong_eye
from ui.told import told
from ui.wording import number, say


def show(person: KioskPerson, photograph: WaitingPhotograph) -> None:
    """Draw what the check found by now."""
    checked = photograph.checked
    if photograph.check is None:
        return
    if checked.quality is None and not checked.refused_because:
        key = "check.failed" if checked.finished else "check.running"
        st.html(parts.chip("note" if checked.finished else "turning", say(key)))
        return
    st.html(_verdict(person, photograph))
    if checked.quality is not None and not checked.quality.gradable:
        _picture(person, photograph, checked.quality)


def _verdict(person: KioskPerson, photograph: WaitingPhotograph) -> str:
    checked = photograph.checked
    if checked.refused_because:
        return parts.statement("bad", say("verdict.refused"), [told(checked.refused_because)])
    quality = checked.quality
    assert quality is not None
    if wrong_eye(photograph, checked):
        return parts.statement("warn", say("check.other_eye"), [say("check.other_eye.text")])
    if not quality.gradable:
        kind = "clouded" if quality.cause == "eye" else "unreadable"
        advice = [told(line) for line in quality.advice]
        return parts.statement(
            "bad", say(f"verdict.{kind}"), [told(quality.reason)], advice, evidence=quality.evidence
        )
    best = person.best(photograph.eye) is photograph and len(person.of_eye(photograph.eye)) > 1
    words = say("verdict.usable" if quality.advice else "verdict.good")
    tone = "warn" if quality.advice else "good"
    chips = parts.chip(tone, words) + (parts.chip("tick", say("check.best")) if best else "")
    hints = "".join(f"<li>{escape(told(line))}</li>" for line in quality.advice)
    return f'<div class="fs-chips">{chips}</div>' + (
        f'<ul class="fs-hints">{hints}</ul>' if hints else ""
    )


def _picture(person: KioskPerson, photograph: WaitingPhotograph, quality: Quality) -> None:
    defect = worst(quality)
    place = (f"defect-{photograph.number}", 0, None)
    if place not in person.drawn:
        drawn = defect_picture.shown(photograph.content, defect, photograph.eye)
        person.drawn[place] = drawn or b""
    if person.drawn[place]:
        words = say(f"defect.{defect}") if defect else say("defect.any")
        st.html(parts.quiet(words))
        with st.container(key=f"defect-{photograph.number}"):
            st.image(person.drawn[place], width="stretch", alt=words)
            left, right = escape(say("defect.left")), escape(say("defect.right"))
            st.html(f'<div class="fs-pair"><span>{left}</span><span>{right}</span></div>')


def worst(quality: Quality) -> str:
    """Return the name of the defect that spoils a photograph most; "" where none is named."""
    return max(quality.defects, key=quality.defects.__getitem__, default="")


def attempts(person: KioskPerson, eye: Eye) -> str:
    """Return how many photographs of an eye were taken, of how many; "" before the first."""
    taken = person.attempts.get(eye, 0)
    if not taken:
        return ""
    return say("attempt", taken=number(taken), most=number(max(MAX_ATTEMPTS, taken)))

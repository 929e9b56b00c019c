"""Where the machine advises against going on: what it says, who goes on all the same, and why."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from edge_runtime.wire.client import Eye
from ui import parts
from ui.overrides import WHY, Against, Override, Question
from ui.person import MAX_ATTEMPTS, KioskPerson
from ui.staff import here
from ui.wording import number, say

MAX_WHO_CHARACTERS = 64


def show(person: KioskPerson, eye: Eye) -> None:
    """Draw each open question about an eye with its form, and each decision that was made."""
    for question in person.questions():
        if question.eye is eye:
            with st.container(key=f"against-{question.against.value}-{eye.value}"):
                _ask(person, question)
    for override in person.overrides:
        if override.question.eye is eye:
            st.html(parts.statement("note", say("override.recorded"), [told_override(override)]))


def give_up(person: KioskPerson, eye: Eye) -> None:
    """Draw the advice to refer, and the button that records it, where an eye cannot be read."""
    if not person.cannot_be_read(eye) and eye not in person.given_up:
        return
    name = parts.eye_name(eye, in_words=True)
    lines = [say("give_up.text", most=number(MAX_ATTEMPTS))]
    st.html(parts.statement("warn", say("give_up.title", eye=name), lines))
    if eye in person.given_up:
        st.html(parts.chip("tick", say("give_up.done")))
    else:
        st.button(
            say("give_up.button"),
            key=f"giveup-{eye.value}-{person.serial}",
            on_click=person.given_up.add,
            args=(eye,),
        )


def told_override(override: Override) -> str:
    """Return one decision as a sentence: what, who, why, when."""
    return say(
        f"override.{override.question.against.value}.told",
        eye=parts.eye_name(override.question.eye, in_words=True),
        who=override.who,
        why=say(f"override.why.{override.why}"),
        at=f"{override.at:%H:%M}",
    )


def _ask(person: KioskPerson, question: Question) -> None:
    name = parts.eye_name(question.eye, in_words=True)
    kind = question.against.value
    lines = [say(f"override.{kind}.text")]
    st.html(parts.statement("warn", say(f"override.{kind}.title", eye=name), lines))
    key = f"{kind}-{question.eye.value}-{person.serial}"
    if question.against is Against.OTHER_EYE:
        st.button(
            say("button.other_eye"),
            key=f"move-{key}",
            type="primary",
            on_click=_move,
            args=(person, question.eye),
            icon=":material/swap_horiz:",
        )
    with st.expander(say("override.open")), st.form(f"form-{key}", border=False):
        staff = here()
        known = "" if staff is None else staff.session.shown_name[:MAX_WHO_CHARACTERS]
        who = st.text_input(
            say("override.who"), known, max_chars=MAX_WHO_CHARACTERS, autocomplete="off"
        )
        # All reasons in sight: a list that drops down is one touch more, and small to hit.
        why = st.radio(
            say("override.why"),
            WHY,
            format_func=lambda reason: say(f"override.why.{reason}"),
            index=None,
        )
        if st.form_submit_button(say("override.button")):
            _decide(person, question, who.strip(), why)


def _decide(person: KioskPerson, question: Question, who: str, why: str | None) -> None:
    if not who or why is None:
        st.html(parts.quiet(say("override.incomplete")))
        return
    person.overrides.append(Override(question, who, why, datetime.now()))
    st.rerun()


def _move(person: KioskPerson, eye: Eye) -> None:
    """Put what shows the other eye under the other eye."""
    for photograph in person.of_eye(eye):
        if photograph.checked.conflict:
            person.say_eye(photograph.number, Eye.OS if eye is Eye.OD else Eye.OD)

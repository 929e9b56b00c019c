"""The person's own part of the result: what was seen, what it was judged on, what to do, print."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui import parts
from ui.exam_view import ExamView
from ui.language import spoken
from ui.person import KioskPerson
from ui.plan import EyeOutcome, Outcome, Plan, plan
from ui.views import advice_against
from ui.wording import number, say, say_count

TONE_OF: dict[Outcome, parts.Tone] = {
    Outcome.ABOVE_MARK: "warn",
    Outcome.CANNOT_BE_READ: "warn",
    Outcome.TAKE_AGAIN: "bad",
    Outcome.NOT_PHOTOGRAPHED: "note",
    Outcome.BELOW_MARK: "note",
    Outcome.NOT_JUDGED: "note",
}


def show(person: KioskPerson, view: ExamView) -> None:
    """Draw the card that is printed for the person."""
    with st.container(key="card-plan"):
        decided = plan(view, frozenset(person.given_up))
        st.html(parts.part_title(say("plan.title")) + parts.quiet(who(person)))
        st.html(advice(decided) + eyes(decided))
        for override in person.overrides:
            words = [advice_against.told_override(override)]
            st.html(parts.statement("note", say("override.recorded"), words))
        source = say("plan.rule", source=decided.rule.source[spoken()])
        st.html(f'<p class="fs-fine">{escape(say("plan.unsigned"))} {escape(source)}</p>')
        if st.button(say("button.print"), key=f"print-{person.serial}", icon=":material/print:"):
            # An id that is new each time, or the same script would not run again.
            st.session_state.prints = st.session_state.get("prints", 0) + 1
            script = f"<script>/* {st.session_state.prints} */ window.print();</script>"
            st.html(script, unsafe_allow_javascript=True)


def advice(decided: Plan) -> str:
    """Return the one thing to do, as a box that cannot be overlooked."""
    action, months = decided.rule.action, decided.rule.months
    text = say_count(f"plan.{action}.text", months) if months else say(f"plan.{action}.text")
    return parts.statement(TONE_OF[decided.rule.when], say(f"plan.{action}"), [text])


def eyes(decided: Plan) -> str:
    """Return one line an eye: what was seen, and what that was judged on."""
    return f'<ul class="fs-eyes">{"".join(_eye(each) for each in decided.eyes)}</ul>'


def who(person: KioskPerson) -> str:
    """Return who this is, as far as anybody said: two identifiers or none, age and sex."""
    known = []
    if person.identified and person.hospital_number:
        born = person.birth_date
        known.append(
            say("plan.person", number=person.hospital_number, born=born.isoformat())
            if born
            else say("plan.number", number=person.hospital_number)
        )
    else:
        known.append(say("plan.anonymous"))
    if person.age_years is not None:
        known.append(say("plan.age", age=number(person.age_years)))
    if person.sex is not None:
        known.append(say(f"person.sex.{person.sex.value}"))
    return say("list.and").join(known)


def _eye(each: EyeOutcome) -> str:
    named = say("list.and").join(say(f"finding.{name}") for name in each.findings)
    words = say(f"plan.eye.{each.outcome.value}", **({"findings": named} if named else {}))
    sign = parts.badge(each.evidence) if each.evidence is not None else ""
    name = parts.eye_name(each.eye)
    return f"<li><b>{escape(name)}</b><span>{escape(words)}</span>{sign}</li>"

"""The end of an exam: signatures and amendments that stand, and where to sign or open it again."""

from __future__ import annotations

from html import escape

import streamlit as st

from edge_runtime.wire.client import records_client
from ui import parts
from ui.reading_desk import ReadingDesk
from ui.staff import Staff
from ui.wording import moment, number, say

State = records_client.ExamState
SIGNABLE = {State.PRELIMINARY, State.AMENDED}
MAX_WHY_CHARACTERS = 2000


def show(staff: Staff, desk: ReadingDesk) -> None:
    """Draw the card; whoever may not sign reads what stands there."""
    exam = desk.exam
    with st.container(key="card-sign"):
        st.html(parts.head_of_part(say("sign.title"), say(f"sign.state.{exam.state.value}")))
        if exam.signatures or exam.amendments:
            st.html(stands(exam))
        if exam.state in SIGNABLE and staff.may(records_client.Action.SIGN_EXAM):
            _sign(staff, desk)
        elif exam.state is State.SIGNED and staff.may(records_client.Action.AMEND_EXAM):
            _amend(desk)


def stands(exam: records_client.KeptExam) -> str:
    """Return signatures and amendments in their order as HTML, each with who and when."""
    lines = [
        (
            each.at_ms,
            say(
                "sign.told.signed", by=each.by, at=moment(each.at_ms), version=number(each.version)
            ),
            say("sign.head", head=each.audit_head[:24]),
        )
        for each in exam.signatures
    ]
    lines += [
        (each.at_ms, say("sign.told.amended", by=each.by, at=moment(each.at_ms)), each.why)
        for each in exam.amendments
    ]
    body = "".join(
        f"<li><b>{escape(words)}</b><small>{escape(aside)}</small></li>"
        for _, words, aside in sorted(lines)
    )
    return f'<ul class="fs-stands">{body}</ul>'


def _sign(staff: Staff, desk: ReadingDesk) -> None:
    exam = desk.exam
    if exam.disputed:
        st.html(parts.statement("warn", say("sign.disputed")))
        return
    with st.popover(say("sign.button"), type="primary", icon=":material/signature:"):
        words = say("sign.sure", name=staff.session.shown_name, version=number(exam.version))
        st.html(parts.quiet(words))
        st.button(
            say("sign.now"),
            key=f"sign-{exam.version}-{desk.serial}",
            type="primary",
            width="stretch",
            on_click=_sign_now,
            args=(desk,),
        )


def _sign_now(desk: ReadingDesk) -> None:
    exam = desk.exam
    desk.ask(lambda: desk.clinic.sign_exam(exam.exam_id, exam.version))


def _amend(desk: ReadingDesk) -> None:
    exam = desk.exam
    with (
        st.popover(say("sign.amend"), icon=":material/edit:"),
        st.form(f"amend-{exam.version}-{desk.serial}", border=False),
    ):
        why = st.text_input(say("sign.amend.why"), max_chars=MAX_WHY_CHARACTERS, autocomplete="off")
        if not st.form_submit_button(say("sign.amend.now"), type="primary"):
            return
    if why.strip():
        desk.ask(lambda: desk.clinic.amend_exam(exam.exam_id, why.strip()))
        st.rerun()
    else:
        st.html(parts.statement("warn", say("sign.amend.needed")))

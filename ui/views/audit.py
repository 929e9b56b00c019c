"""The auditor's room: who did what to which exam when, and whether the chain is whole."""

from __future__ import annotations

from datetime import datetime
from html import escape

import streamlit as st

from edge_runtime.wire.client import records_client
from ui import parts
from ui.auditing import (
    ACTION,
    DAYS_OF,
    KEY,
    OPERATOR,
    PAGE,
    PHONE,
    AuditDesk,
    actions,
    rows,
    since_ms,
    who_is,
)
from ui.language import spoken
from ui.staff import Staff
from ui.told import told
from ui.wording import number, say, say_count

ANY = ""
MAX_HEAD_CHARACTERS = 256


def show(staff: Staff) -> None:
    """Draw the proof, the filters and the rows; nothing of a patient is on it."""
    desk: AuditDesk = st.session_state.setdefault(KEY, AuditDesk(staff.clinic))
    # After an unlock the session is a new one.
    desk.clinic = staff.clinic
    desk.know_names()
    st.html(parts.head(say("audit.title"), say("audit.text")))
    with st.container(key="card-audit-rows"):
        page = desk.read(_wanted(desk))
        if desk.refused:
            st.html(parts.statement("bad", desk.refused))
        if page is not None:
            _rows(desk, page)
    with st.container(key="card-audit-proof"):
        _proof(desk, page)


def _wanted(desk: AuditDesk) -> records_client.AuditWanted:
    """Draw the filters and return what they ask for."""
    st.html(parts.part_title(say("audit.rows")))
    with st.container(key="filters-audit", horizontal=True, gap="medium"):
        actor, action, exam_id = _who_and_what(desk)
    with st.container(
        key="filters-audit-more", horizontal=True, gap="medium", vertical_alignment="bottom"
    ):
        days, refused = _when(desk)
    asked = (actor, action, exam_id, days, refused)
    if st.session_state.get("audit-asked") != asked:
        # Another question begins at the newest row.
        st.session_state["audit-asked"], st.session_state["audit-before"] = asked, 0
    return records_client.AuditWanted(
        before_sequence=st.session_state["audit-before"],
        page_size=PAGE,
        newest_first=True,
        exam_id=exam_id,
        actor=actor,
        action=action,
        outcome="refused" if refused else "",
        from_ms=since_ms(days, datetime.now()),
    )


def _who_and_what(desk: AuditDesk) -> tuple[str, str, str]:
    # A choice is shown in the words in which it was made: another language makes new ones.
    actor = st.selectbox(
        say("audit.who"),
        [ANY, *desk.names, OPERATOR, PHONE],
        format_func=lambda each: who_is(each, desk.names) if each else say("audit.anybody"),
        key=f"audit-actor-{spoken()}",
        width=240,
    )
    action = st.selectbox(
        say("audit.what"),
        [ANY, *actions()],
        format_func=lambda each: say(ACTION + each) if each else say("audit.anything"),
        key=f"audit-action-{spoken()}",
        width=280,
    )
    exam_id = st.text_input(
        say("audit.exam"), max_chars=32, autocomplete="off", key="audit-exam", width=340
    )
    return actor, action, exam_id.strip()


def _when(desk: AuditDesk) -> tuple[str, bool]:
    days = st.pills(
        say("audit.since"),
        list(DAYS_OF),
        format_func=lambda each: say(f"audit.since.{each}"),
        key="audit-since",
    )
    refused = st.toggle(say("audit.only_refused"), key="audit-refused")
    with st.container(key="small-audit", width="content"):
        st.button(
            say("worklist.again"),
            key="audit-again",
            icon=":material/refresh:",
            on_click=desk.look_again,
        )
    return days or ANY, refused


def _rows(desk: AuditDesk, page: records_client.AuditPage) -> None:
    if not page.rows:
        st.html(parts.quiet(say("audit.none")))
        return
    st.html(rows(page, desk.names))
    with st.container(key="pages-audit", horizontal=True, gap="small"):
        if st.session_state["audit-before"]:
            st.button(say("worklist.newest"), key="audit-newest", on_click=_turn, args=(0,))
        if page.more:
            before = page.rows[-1].sequence
            st.button(say("worklist.older"), key="audit-older", on_click=_turn, args=(before,))


def _turn(before: int) -> None:
    st.session_state["audit-before"] = before


def _proof(desk: AuditDesk, page: records_client.AuditPage | None) -> None:
    st.html(parts.head_of_part(say("audit.proof.title"), say("audit.proof.text")))
    with st.form("audit-proof", border=False):
        printed = st.text_input(
            say("audit.proof.printed"),
            max_chars=MAX_HEAD_CHARACTERS,
            autocomplete="off",
            key="audit-printed",
        ).strip()
        if st.form_submit_button(say("audit.proof.button"), icon=":material/verified:"):
            with st.spinner(say("audit.proof.under_way")):
                desk.verify(printed)
    if desk.refused and desk.proof is None:
        st.html(parts.statement("bad", desk.refused))
    if desk.proof is not None:
        st.html(proved(desk.proof, desk.printed))
    shown = desk.proof or page
    if shown is not None:
        st.html(head_now(shown.head, shown.public_key))


def proved(proof: records_client.AuditProof, printed: str) -> str:
    """Return what proving the rows found, as HTML."""
    if proof.faults:
        lines = [told(fault[:1].upper() + fault[1:] + ".") for fault in proof.faults]
        return parts.statement("bad", say("audit.proof.faults"), lines)
    lines = [say("audit.proof.kept" if printed else "audit.proof.no_head")]
    return parts.statement("good", say_count("audit.proof.whole", proof.num_rows), lines)


def head_now(head: str, public_key: str) -> str:
    """Return the signed head, to be printed, and the key that proves it."""
    number_of, _, rest = head.partition(":")
    shown = number(int(number_of)) if number_of else ""
    return (
        f'<dl class="fs-proof"><dt>{escape(say("audit.head", number=shown))}</dt>'
        f"<dd><code>{escape(f'{number_of}:{rest}')}</code></dd>"
        f"<dt>{escape(say('audit.key'))}</dt><dd><code>{escape(public_key)}</code></dd></dl>"
    )

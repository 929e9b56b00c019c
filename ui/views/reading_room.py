"""The reading room: the worklist, or the exam that lies on the desk."""

from __future__ import annotations

from html import escape

import streamlit as st

from edge_runtime.wire.client import ForeseyeError, InvalidField, ScreeningClient, records_client
from ui import parts
from ui.reading_desk import KEY, ReadingDesk
from ui.staff import Staff
from ui.told import told
from ui.views import kept_exam
from ui.whose import who
from ui.wording import moment, say, say_count

PAGE = 30
ONLY = ("unsigned", "urgent", "ungradable")


def show(staff: Staff, client: ScreeningClient) -> None:
    """Draw the worklist, or the exam that was opened from it."""
    desk: ReadingDesk | None = st.session_state.get(KEY)
    if desk is None:
        _worklist(staff)
    else:
        # After an unlock the session is a new one.
        desk.clinic = staff.clinic
        kept_exam.show(staff, client, desk)


def _worklist(staff: Staff) -> None:
    st.html(parts.head(say("worklist.title"), say("worklist.text")))
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        only = st.pills(
            say("worklist.only"),
            (*ONLY, "disputed") if staff.may(records_client.Action.SEE_OTHER_READERS) else ONLY,
            selection_mode="multi",
            default=["unsigned"],
            format_func=lambda name: say(f"worklist.only.{name}"),
            key="worklist-only",
        )
        hospital_number = st.text_input(
            say("person.number"), key="worklist-number", max_chars=64, autocomplete="off", width=240
        ).strip()
        st.button(say("worklist.again"), key="worklist-again", icon=":material/refresh:")
    refused = st.session_state.pop("worklist-refused", "")
    if refused:
        st.html(parts.statement("bad", refused))
    before = st.session_state.get("worklist-before", 0)
    wanted = records_client.Wanted(
        only_unsigned="unsigned" in only,
        only_urgent="urgent" in only,
        only_ungradable="ungradable" in only,
        only_disputed="disputed" in only,
        identifiers={records_client.HOSPITAL_NUMBER: hospital_number} if hospital_number else {},
        page_size=PAGE,
        before_number=before,
    )
    try:
        page = staff.clinic.exams(wanted)
    except InvalidField:
        st.html(parts.statement("warn", say("worklist.no_number")))
    except ForeseyeError as error:
        st.html(parts.statement("bad", told(error.public_message)))
    else:
        _rows(staff, page)


def _rows(staff: Staff, page: records_client.Worklist) -> None:
    if not page.exams:
        st.html(parts.statement("good", say("worklist.empty"), [say("worklist.empty.text")]))
    for exam in page.exams:
        with st.container(
            key=f"row-{exam.number}", horizontal=True, vertical_alignment="center", gap="medium"
        ):
            st.html(row(exam))
            st.button(
                say("worklist.read"),
                key=f"read-{exam.exam_id}",
                disabled=exam.damaged or not exam.photographs,
                on_click=_open,
                args=(staff, exam.exam_id),
            )
    with st.container(key="pages", horizontal=True, gap="small"):
        if st.session_state.get("worklist-before"):
            st.button(say("worklist.newest"), key="newest", on_click=_turn, args=(0,))
        if page.more:
            st.button(
                say("worklist.older"), key="older", on_click=_turn, args=(page.exams[-1].number,)
            )


def row(exam: records_client.ListedExam) -> str:
    """Return one line of the worklist: when, who, how many photographs, where it stands."""
    flags = [
        parts.chip(tone, say(f"worklist.flag.{name}"))
        for name, tone in (
            ("urgent", "warn"),
            ("ungradable", "note"),
            ("disputed", "warn"),
            ("damaged", "bad"),
        )
        if getattr(exam, name)
    ]
    cells = [
        ("when", escape(moment(exam.opened_ms))),
        ("who", who(exam.identifiers, exam.age_years, exam.sex)),
        ("many", escape(say_count("worklist.photographs", exam.photographs))),
        ("state", escape(say(f"exam.state.{exam.state.value}"))),
        ("flags", "".join(flags)),
    ]
    body = "".join(f'<span class="{name}">{words}</span>' for name, words in cells)
    return f'<div class="fs-row">{body}</div>'


def _open(staff: Staff, exam_id: str) -> None:
    try:
        exam = staff.clinic.read_exam(exam_id)
    except ForeseyeError as error:
        st.session_state["worklist-refused"] = told(error.public_message)
        return
    st.session_state[KEY] = ReadingDesk(staff.clinic, exam)


def _turn(before: int) -> None:
    st.session_state["worklist-before"] = before

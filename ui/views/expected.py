"""The card of the hospital's list: whom it expects today, and who of them is at the camera."""

from __future__ import annotations

from datetime import date
from html import escape

import streamlit as st

from edge_runtime.wire.client import ForeseyeError, ScheduledExam, ScheduledToday, ScreeningClient
from ui import gateway, parts
from ui.expected import found_in, person_of
from ui.person import KioskPerson
from ui.staff import here
from ui.told import told
from ui.wording import number, say, say_count

MANY = 8
"""From so many on, there is a field to look for one."""

ROWS_PX = 440
"""Height of a longer list, which then scrolls by itself."""

REFUSED = "expected-refused"
"""Of the session's state: why the list did not come."""


def show(person: KioskPerson, client: ScreeningClient) -> None:
    """Draw the card where the service knows a hospital to ask."""
    if not gateway.worklist_offered():
        return
    with st.container(key="card-expected"):
        st.html(parts.part_title(say("expected.title")))
        if person.chosen is not None:
            st.html(chosen(person.chosen))
        elif person.listed is None:
            st.html(parts.quiet(say("expected.text")))
        if person.photographs:
            # Whoever is chosen now would get the photographs of whoever was here before.
            st.html(parts.quiet(say("expected.photographs")))
            return
        st.button(
            say("expected.ask" if person.listed is None else "expected.again"),
            key=f"expected-ask-{person.serial}",
            icon=":material/event:",
            on_click=_ask,
            args=(person, client),
        )
        refused = st.session_state.pop(REFUSED, None)
        if refused is not None:
            st.html(parts.statement("warn", say("expected.none"), [told(refused)]))
        if person.listed is not None:
            _list(person, person.listed)


def chosen(entry: ScheduledExam) -> str:
    """Return who was chosen, to be compared with who sits there."""
    words = say("expected.chosen", who=entry.name or entry.patient_id)
    return parts.chip("good", words) + parts.quiet(say("expected.compare"))


def _ask(person: KioskPerson, client: ScreeningClient) -> None:
    person.listed = None
    staff = here()
    try:
        person.listed = client.scheduled(staff.clinic.token if staff else "")
    except ForeseyeError as error:
        st.session_state[REFUSED] = error.public_message


def _list(person: KioskPerson, listed: ScheduledToday) -> None:
    if not listed.exams:
        st.html(parts.statement("note", say("expected.empty")))
    entries = list(listed.exams)
    if len(entries) >= MANY:
        words = st.text_input(
            say("expected.find"),
            key=f"expected-find-{person.serial}",
            max_chars=64,
            autocomplete="off",
            width=360,
        )
        entries = found_in(entries, words)
        st.html(parts.quiet(say_count("expected.count", len(entries))))
    if listed.num_unreadable:
        st.html(parts.quiet(say_count("expected.unreadable", listed.num_unreadable)))
    if listed.more:
        st.html(parts.quiet(say("expected.more")))
    long = len(entries) >= MANY
    with st.container(key="expected-rows", height=ROWS_PX if long else "content", border=False):
        for place, entry in enumerate(entries):
            _row(person, place, entry)


def _row(person: KioskPerson, place: int, entry: ScheduledExam) -> None:
    with st.container(
        key=f"row-expected-{place}", horizontal=True, vertical_alignment="center", gap="medium"
    ):
        st.html(row(entry))
        st.button(
            say("expected.choose"),
            key=f"choose-{place}-{person.serial}",
            on_click=_choose,
            args=(entry,),
        )


def row(entry: ScheduledExam) -> str:
    """Return one line of the list: when, who, what is to be done, which eye."""
    born = entry.birth_date and say("expected.born", date=entry.birth_date)
    age = None if entry.age_years is None else say("plan.age", age=number(entry.age_years, 0))
    sex = None if entry.sex is None else say(f"person.sex.{entry.sex.value}")
    known = [entry.patient_id if entry.name else "", born, age, sex]
    aside = " · ".join(escape(words) for words in known if words)
    name = escape(entry.name or entry.patient_id or say("expected.nameless"))
    both = len(entry.eyes) > 1
    eyes = say("expected.both") if both else "".join(parts.eye_name(eye) for eye in entry.eyes)
    cells = [
        ("when", escape(entry.starts[11:])),
        ("who", f"<b>{name}</b><small>{aside}</small>"),
        ("what", escape(entry.procedure)),
        ("eyes", escape(eyes)),
    ]
    body = "".join(f'<span class="{kind}">{words}</span>' for kind, words in cells)
    return f'<div class="fs-row expected">{body}</div>'


def _choose(entry: ScheduledExam) -> None:
    # A new person, so that nothing that was typed for another one stays.
    st.session_state.person = person_of(entry, date.today())

"""One kept exam on the reading desk: both eyes side by side, forecasts, signature."""

from __future__ import annotations

import streamlit as st

from edge_runtime.wire.client import Eye, ScreeningClient, records_client
from ui import ahead, parts
from ui.kept_exam import ReadPhotograph, forecast_of, read_photographs
from ui.painting import people_masks
from ui.reading_desk import KEY, ReadingDesk
from ui.staff import Staff
from ui.told import told
from ui.views import (
    deciding,
    earlier_visits,
    evidence_maps,
    eye_picture,
    painting,
    signing,
    simulated_visits,
)
from ui.whose import who
from ui.wording import moment, number, say


def show(staff: Staff, client: ScreeningClient, desk: ReadingDesk) -> None:
    """Draw the exam; everything on it may be read by whoever the records let read it."""
    photographs = read_photographs(desk.exam)
    painted_on = [each for each in photographs if each.kept.photograph_id == desk.painting]
    if painted_on:
        painting.show(staff, desk, painted_on[0])
        return
    _head(desk)
    if desk.refused:
        st.html(parts.statement("bad", say("reading.refused"), [desk.refused]))
        st.button(say("reading.again"), key="reading-again", on_click=_read_again, args=(desk,))
    if desk.exam.disputed:
        words = say(
            "reading.disputed.arbiter" if deciding.arbitrates(staff) else "reading.disputed"
        )
        st.html(parts.statement("warn", say("worklist.flag.disputed"), [words]))
    if any(desk.drafts.values()):
        lines = [say("painting.unsaved.text")]
        st.html(parts.statement("warn", say("painting.unsaved"), lines))
    view = eye_picture.switches(desk)
    for column, eye in zip(st.columns(2, gap="medium"), (Eye.OD, Eye.OS), strict=True):
        with column, st.container(key=f"card-read-{eye.value}"):
            of_eye = [each for each in photographs if each.eye is eye]
            _eye(staff, desk, eye, of_eye, view)
    unknown = [each for each in photographs if each.eye is None]
    if unknown:
        with st.container(key="card-read-unknown"):
            _eye(staff, desk, None, unknown, view)
    earlier_visits.show(client, desk, photographs)
    _forecast(desk, photographs)
    simulated_visits.show(staff, client, desk, photographs)
    signing.show(staff, desk)


def _head(desk: ReadingDesk) -> None:
    exam = desk.exam
    with st.container(key="small-back", horizontal=True):
        st.button(
            say("reading.back"), key="reading-back", on_click=_close, icon=":material/arrow_back:"
        )
    person = exam.person
    state = parts.chip("note", say(f"exam.state.{exam.state.value}"))
    flags = [
        parts.chip("warn" if name == "urgent" else "note", say(f"worklist.flag.{name}"))
        for name in ("urgent", "ungradable")
        if getattr(exam, name)
    ]
    opened = parts.quiet(say("reading.opened", at=moment(exam.opened_ms), by=exam.opened_by))
    st.html(
        f'<div class="fs-head fs-reading"><h1>{who(exam.identifiers, person.age_years, person.sex)}'
        f'</h1><div class="fs-chips">{state}{"".join(flags)}</div></div>{opened}'
    )


def _close() -> None:
    desk: ReadingDesk | None = st.session_state.pop(KEY, None)
    if desk is not None and desk.simulation is not None:
        desk.simulation.stop()


def _read_again(desk: ReadingDesk) -> None:
    desk.ask(lambda: desk.clinic.read_exam(desk.exam.exam_id))


def _eye(
    staff: Staff,
    desk: ReadingDesk,
    eye: Eye | None,
    of_eye: list[ReadPhotograph],
    view: eye_picture.View,
) -> None:
    if not of_eye:
        st.html(parts.eye_head(eye) + parts.quiet(say("reading.no_photograph")))
        return
    code = eye.value if eye else "unknown"
    read = of_eye[0]
    st.html(parts.eye_head(eye, say("reading.attempt", attempt=number(read.kept.attempt))))
    if len(of_eye) > 1:
        at = st.segmented_control(
            say("reading.photographs"),
            range(len(of_eye)),
            format_func=lambda index: _named(of_eye[index]),
            default=0,
            required=True,
            key=f"of-{code}-{desk.serial}",
            label_visibility="collapsed",
        )
        read = of_eye[at]
    eye_picture.show(desk, read, code, view)
    _painted(staff, desk, read)
    if read.kept.refused_error:
        st.html(parts.statement("bad", say("verdict.refused"), [told(read.kept.refused_reason)]))
    elif read.result is None:
        st.html(parts.statement("note", say("broken.not_screened")))
    else:
        deciding.show(staff, desk, read, read.result)


def _painted(staff: Staff, desk: ReadingDesk, read: ReadPhotograph) -> None:
    """Draw who painted what, and the way to the painter."""
    masks = people_masks(read.kept)
    if masks:
        title = say("painting.history")
        st.html(parts.folded(title, len(masks), painting.stands(read.kept)))
    may = staff.may(records_client.Action.CORRECT_MASK) and desk.exam.state in deciding.OPEN
    if may and read.result is not None:
        st.button(
            say("painting.button"),
            key=f"paint-{read.kept.photograph_id}",
            icon=":material/brush:",
            on_click=_paint,
            args=(desk, read.kept.photograph_id),
        )


def _paint(desk: ReadingDesk, photograph_id: str) -> None:
    desk.painting = photograph_id


def _named(read: ReadPhotograph) -> str:
    words = number(read.kept.attempt)
    return say("reading.best", attempt=words) if read.kept.best else words


def _forecast(desk: ReadingDesk, photographs: list[ReadPhotograph]) -> None:
    forecast = forecast_of(desk.exam)
    if not forecast:
        return
    with st.container(key="card-forecast"):
        st.html(parts.head_of_part(say("forecast.title"), say("forecast.text")))
        research = False
        if ahead.any_held_back(forecast):
            st.html(parts.quiet(say("forecast.held_back")))
            research = st.toggle(say("forecast.research"), key=f"research-{desk.serial}")
        if research:
            lines = [say("forecast.research.text")]
            st.html(parts.statement("bad", say("forecast.research.title"), lines))
        st.html(ahead.forecasts(forecast, research, for_the_person=False))
        if research:
            evidence_maps.show(desk, photographs, forecast)

"""One kept exam on the reading desk: both eyes side by side, forecasts, signature."""

from __future__ import annotations

import streamlit as st

from edge_runtime.wire.client import Eye, ScreeningClient
from ui import ahead, parts
from ui.kept_exam import ReadPhotograph, forecast_of, read_photographs
from ui.looking import shown
from ui.overlays import Layers
from ui.reading_desk import KEY, ReadingDesk
from ui.staff import Staff
from ui.told import told
from ui.views import deciding, earlier_visits, signing, simulated_visits
from ui.whose import who
from ui.wording import moment, number, say
from ui.zooming import zoom_bar

LAYERS = ("arterioles", "venules", "disc", "cup")


def show(staff: Staff, client: ScreeningClient, desk: ReadingDesk) -> None:
    """Draw the exam; everything on it may be read by whoever the records let read it."""
    _head(desk)
    if desk.refused:
        st.html(parts.statement("bad", say("reading.refused"), [desk.refused]))
        st.button(say("reading.again"), key="reading-again", on_click=_read_again, args=(desk,))
    if desk.exam.disputed:
        words = say(
            "reading.disputed.arbiter" if deciding.arbitrates(staff) else "reading.disputed"
        )
        st.html(parts.statement("warn", say("worklist.flag.disputed"), [words]))
    red_free, layers = _switches(desk)
    photographs = read_photographs(desk.exam)
    for column, eye in zip(st.columns(2, gap="medium"), (Eye.OD, Eye.OS), strict=True):
        with column, st.container(key=f"card-read-{eye.value}"):
            of_eye = [each for each in photographs if each.eye is eye]
            _eye(staff, desk, eye, of_eye, red_free, layers)
    unknown = [each for each in photographs if each.eye is None]
    if unknown:
        with st.container(key="card-read-unknown"):
            _eye(staff, desk, None, unknown, red_free, layers)
    earlier_visits.show(client, desk, photographs)
    _forecast(desk)
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


def _switches(desk: ReadingDesk) -> tuple[bool, Layers]:
    views = {"colour": say("reading.view.colour"), "red_free": say("reading.view.red_free")}
    with st.container(
        key="switches-reading", horizontal=True, gap="medium", vertical_alignment="center"
    ):
        view = st.segmented_control(
            say("reading.view"),
            list(views),
            format_func=views.__getitem__,
            default="colour",
            required=True,
            key=f"view-{desk.serial}",
            label_visibility="collapsed",
        )
        on = {
            name: st.toggle(say(f"overlay.{name}"), key=f"show-{name}-reading-{desk.serial}")
            for name in LAYERS
        }
    return view == "red_free", Layers(**on)


def _eye(
    staff: Staff,
    desk: ReadingDesk,
    eye: Eye | None,
    of_eye: list[ReadPhotograph],
    red_free: bool,
    layers: Layers,
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
    _picture(desk, read, code, red_free, layers)
    if read.kept.refused_error:
        st.html(parts.statement("bad", say("verdict.refused"), [told(read.kept.refused_reason)]))
    elif read.result is None:
        st.html(parts.statement("note", say("broken.not_screened")))
    else:
        deciding.show(staff, desk, read, read.result)


def _named(read: ReadPhotograph) -> str:
    words = number(read.kept.attempt)
    return say("reading.best", attempt=words) if read.kept.best else words


def _picture(
    desk: ReadingDesk, read: ReadPhotograph, code: str, red_free: bool, layers: Layers
) -> None:
    place = (read.kept.photograph_id, red_free, layers)
    if place not in desk.drawn:
        drawn = shown(
            desk.picture(read.kept.photograph_id) or b"",
            desk.picture(read.picture_id("photograph")),
            red_free=red_free,
            layers=layers,
            arteries_veins=desk.picture(read.picture_id("arteries_veins")),
            disc_cup=desk.picture(read.picture_id("disc_cup")),
        )
        desk.drawn[place] = drawn or b""
    if not desk.drawn[place]:
        st.html(parts.quiet(say("slot.no_preview")))
        return
    names = [say(f"overlay.{name}") for name in LAYERS if getattr(layers, name)]
    words = {
        "eye": parts.eye_name(read.eye, in_words=True),
        "shown": say("list.and").join(names),
    }
    with st.container(key=f"look-{code}"):
        st.image(
            desk.drawn[place],
            width="stretch",
            alt=say("overlay.alt" if names else "overlay.alt.none", **words),
        )
    st.html(zoom_bar(f"look-{code}"))


def _forecast(desk: ReadingDesk) -> None:
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

"""Earlier visits of the same person: what changed in each eye by more than readings scatter."""

from __future__ import annotations

from html import escape

import streamlit as st

from edge_runtime.wire.client import Eye, ForeseyeError, ScreeningClient, records_client
from ui import parts, tables
from ui.changes import Change, Changed, changes, comparable, smallest_detectable
from ui.kept_exam import ReadPhotograph, read_photographs
from ui.looking import shown
from ui.reading_desk import ReadingDesk
from ui.told import told
from ui.wording import moment, say, say_or

MOST = 4
"""How many earlier visits are fetched; each is read, and each reading stands in the audit."""


def show(client: ScreeningClient, desk: ReadingDesk, photographs: list[ReadPhotograph]) -> None:
    """Draw the card, once somebody asks for it."""
    if not desk.exam.earlier_exam_ids:
        return
    with st.container(key="card-earlier"):
        st.html(parts.head_of_part(say("earlier.title"), say("earlier.text")))
        if not st.toggle(say("earlier.show"), key=f"earlier-{desk.serial}"):
            return
        for exam in desk.read_earlier(MOST):
            st.html(parts.part_title(moment(exam.opened_ms)))
            for column, eye in zip(st.columns(2, gap="medium"), (Eye.OD, Eye.OS), strict=True):
                now = next((each for each in photographs if each.eye is eye), None)
                then = next((each for each in read_photographs(exam) if each.eye is eye), None)
                with column:
                    _eye(client, desk, exam, eye, now, then)


def _eye(
    client: ScreeningClient,
    desk: ReadingDesk,
    exam: records_client.KeptExam,
    eye: Eye,
    now: ReadPhotograph | None,
    then: ReadPhotograph | None,
) -> None:
    if then is None:
        st.html(parts.eye_head(eye) + parts.quiet(say("reading.no_photograph")))
        return
    st.html(parts.eye_head(eye))
    _picture(desk, exam, eye, then)
    if now is None or now.result is None or then.result is None:
        st.html(parts.quiet(say("earlier.nothing_to_compare")))
        return
    try:
        bundle = client.describe_bundle()
    except ForeseyeError as error:
        st.html(parts.quiet(told(error.public_message)))
        return
    if not comparable(now.result, then.result, bundle):
        st.html(parts.statement("note", say("earlier.other_bundle")))
        return
    found = changes(now.result, then.result, smallest_detectable(bundle))
    st.html(compared(found) if found else parts.quiet(say("earlier.nothing_to_compare")))


def _picture(
    desk: ReadingDesk, exam: records_client.KeptExam, eye: Eye, then: ReadPhotograph
) -> None:
    place = ("earlier", then.kept.photograph_id)
    if place not in desk.drawn:
        preview = desk.picture(then.picture_id("photograph"), exam.exam_id)
        if preview is None:
            preview = desk.picture(then.kept.photograph_id, exam.exam_id)
        desk.drawn[place] = (shown(preview, None) if preview else None) or b""
    if desk.drawn[place]:
        alt = say("earlier.alt", eye=parts.eye_name(eye, in_words=True), at=moment(exam.opened_ms))
        with st.container(key=f"look-earlier-{exam.number}-{eye.value}"):
            st.image(desk.drawn[place], width="stretch", alt=alt)


def compared(found: list[Changed]) -> str:
    """Return what changed by more than scatter as HTML, and the rest folded under it."""
    more = [each for each in found if each.change is Change.MORE]
    within = [each for each in found if each.change is Change.WITHIN]
    said = table(more) if more else parts.quiet(say("earlier.no_change"))
    rest = parts.folded(say("earlier.change.within"), len(within), table(within)) if within else ""
    return said + rest


def table(found: list[Changed]) -> str:
    """Return the measurements then and now as an HTML table; a change is said in words."""
    names = ("measurement", "then", "now", "smallest", "change")
    heads = "".join(f'<th scope="col">{escape(say(f"earlier.{n}"))}</th>' for n in names)
    body = "".join(_line(each) for each in found)
    caption = escape(say("earlier.title"))
    return (
        f'<div class="fs-wide-table"><table class="fs-plain fs-changes">'
        f'<caption class="fs-unseen">{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _line(each: Changed) -> str:
    title = say_or(f"measure.{each.name}", each.name.replace("_", " "))
    unit = tables.unit_of(each.name, each.unit)
    then, now, smallest = (
        escape(tables.number_of(each.name, value, each.unit))
        for value in (each.before, each.now, each.smallest)
    )
    sign = "warn" if each.change is Change.MORE else "open"
    words = parts.chip(sign, say(f"earlier.change.{each.change.value}"))
    return (
        f'<tr><th scope="row">{escape(title)}<small>{escape(unit)}</small></th>'
        f"<td>{then}</td><td><b>{now}</b></td><td>{smallest}</td><td>{words}</td></tr>"
    )

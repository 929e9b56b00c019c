"""The second page: what has arrived so far, drawn anew a few times a second."""

from __future__ import annotations

import streamlit as st

from edge_runtime.wire.client import Eye, ForeseyeError, Overloaded, ServerUnreachable
from ui import parts
from ui.exam_view import ExamView, exam_view
from ui.person import KioskPerson, Notice, Phase
from ui.screening import Progress, ScreeningRun
from ui.told import told
from ui.views import photograph_card
from ui.wording import say, say_count

LOOK_EVERY_S = 0.4

AT_ONCE_S = 0.25
"""A result that comes so soon is shown without a page in between."""


def show(person: KioskPerson) -> None:
    """Draw the page and keep it fresh until the run ends."""
    if person.run is not None and person.run.wait(AT_ONCE_S):
        _live(person)
        return
    st.html(parts.steps(2))
    _live(person)
    with st.container(key="actions-stop"):
        st.button(say("button.stop"), key=f"stop-{person.serial}", on_click=_stop, args=(person,))


@st.fragment(run_every=LOOK_EVERY_S)
def _live(person: KioskPerson) -> None:
    run = person.run
    if run is None:
        return
    if not run.progress().finished:
        _so_far(person, run)
        # What is drawn is on its way to the browser: the result need not wait for the next look.
        run.wait(LOOK_EVERY_S)
    progress = run.progress()
    if progress.finished:
        _ended(person, exam_view(run.exam, progress.events), progress.error)
        st.rerun()


def _so_far(person: KioskPerson, run: ScreeningRun) -> None:
    progress = run.progress()
    view = exam_view(run.exam, progress.events)
    _how_far(view, progress)
    for column, eye in zip(st.columns(2, gap="medium"), (Eye.OD, Eye.OS), strict=True):
        with column:
            for photograph in view.of_eye(eye):
                photograph_card.show(person, photograph, live=True)
    for photograph in view.of_eye(None):
        photograph_card.show(person, photograph, live=True)


def _how_far(view: ExamView, progress: Progress) -> None:
    count = len(view.photographs)
    done = sum(photograph.finished for photograph in view.photographs)
    st.html(parts.head(say("screening.title"), say_count("screening.text", count, done=done)))
    if progress.waiting:
        st.html(parts.statement("note", say("busy.title"), [say("busy.text")]))
    st.progress(done / count)


def _stop(person: KioskPerson) -> None:
    if person.run is not None:
        person.run.stop()
    person.notices = [Notice("notice.stopped")]
    person.phase = Phase.PHOTOGRAPHS


def _ended(person: KioskPerson, view: ExamView, error: ForeseyeError | None) -> None:
    if error is None or any(photograph.finished for photograph in view.photographs):
        person.phase = Phase.RESULT
    else:
        person.notices = [why_nothing(error)]
        person.phase = Phase.PHOTOGRAPHS


def why_nothing(error: ForeseyeError) -> Notice:
    """Return what to tell the operator when a run ended before anything was screened."""
    if isinstance(error, ServerUnreachable):
        return Notice("notice.away", urgent=True)
    if isinstance(error, Overloaded):
        return Notice("notice.busy", urgent=True)
    return Notice("notice.failed", {"reason": told(error.public_message)}, urgent=True)

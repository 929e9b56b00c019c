"""The third page: each photograph's result, the forecasts, the JSON, and the next person."""

from __future__ import annotations

import streamlit as st

from edge_runtime.wire.client import (
    Evidence,
    Eye,
    ForeseyeError,
    ScreeningClient,
)
from ui import ahead, parts
from ui.exam_view import ExamView, PhotographView, Verdict, evidence_seen, exam_view
from ui.person import KioskPerson, Phase
from ui.staff import here
from ui.told import told
from ui.views import photograph_card, photographs, plan_card
from ui.wording import number, say, say_count


def show(person: KioskPerson, client: ScreeningClient) -> None:
    """Draw what the run gave, whole or broken off."""
    run = person.run
    assert run is not None
    progress = run.progress()
    view = exam_view(run.exam, progress.events)
    if progress.error is None:
        readable = sum(p.verdict in (Verdict.GOOD, Verdict.USABLE) for p in view.photographs)
        text = say_count("result.text", len(view.photographs), readable=number(readable))
        st.html(parts.steps(3) + parts.head(say("result.title"), text))
    else:
        _broken_off(person, client, view, progress.error)
    if progress.error is None:
        plan_card.show(person, view)
        if here() is not None:
            st.html(parts.chip("tick", say("result.kept")))
    for column, eye in zip(st.columns(2, gap="medium"), (Eye.OD, Eye.OS), strict=True):
        with column:
            _eye(person, client, view, eye)
    for photograph in view.of_eye(None):
        _photograph(person, client, photograph)
    _forecast(view)
    _evidence(view)
    with st.container(key="actions-result", horizontal=True, gap="small"):
        _actions(person, view)


def _broken_off(
    person: KioskPerson, client: ScreeningClient, view: ExamView, error: ForeseyeError
) -> None:
    done = sum(photograph.finished for photograph in view.photographs)
    text = say_count("broken.count", len(view.photographs), done=done)
    st.html(parts.steps(3) + parts.head(say("result.title"), text))
    lines = [told(error.public_message), say("broken.text")]
    st.html(parts.statement("bad", say("broken.title"), lines))
    st.button(
        say("button.try_again"),
        key=f"again-{person.serial}",
        type="primary",
        on_click=photographs.start,
        args=(person, client),
    )


def _eye(person: KioskPerson, client: ScreeningClient, view: ExamView, eye: Eye) -> None:
    of_eye = view.of_eye(eye)
    if not of_eye:
        with st.container(key=f"card-none-{eye.value}"):
            words = say("result.missing_eye", eye=parts.eye_name(eye, in_words=True))
            st.html(parts.eye_head(eye) + parts.quiet(words))
    for photograph in of_eye:
        _photograph(person, client, photograph)


def _photograph(person: KioskPerson, client: ScreeningClient, photograph: PhotographView) -> None:
    def offers() -> None:
        _offers(person, client, photograph)

    photograph_card.show(person, photograph, offers=offers)


def _offers(person: KioskPerson, client: ScreeningClient, photograph: PhotographView) -> None:
    number = person.photographs[photograph.index].number
    if photograph.verdict in (Verdict.UNREADABLE, Verdict.CLOUDED, Verdict.REFUSED):
        helps = photograph.verdict is not Verdict.CLOUDED
        st.button(
            say("button.retake"),
            key=f"retake-{number}-{person.serial}",
            type="primary" if helps else "secondary",
            on_click=_retake,
            args=(person, number),
            icon=":material/photo_camera:",
        )
    for eye in _eyes_to_offer(photograph):
        st.button(
            say("button.correct_eye", eye=parts.eye_name(eye, in_words=True)),
            key=f"eye-{eye.value}-{number}-{person.serial}",
            on_click=_correct_eye,
            args=(person, client, number, eye),
        )


def _eyes_to_offer(photograph: PhotographView) -> list[Eye]:
    if photograph.conflict:
        return [photograph_card.other(photograph.given_eye or Eye.OD)]
    return list(Eye) if photograph.anatomy is not None and photograph.eye is None else []


def _retake(person: KioskPerson, number: int) -> None:
    person.remove(number)
    person.phase = Phase.PHOTOGRAPHS


def _correct_eye(person: KioskPerson, client: ScreeningClient, number: int, eye: Eye) -> None:
    person.say_eye(number, eye)
    photographs.start(person, client)


def _forecast(view: ExamView) -> None:
    if not view.forecast:
        return
    with st.container(key="card-forecast"):
        st.html(parts.head_of_part(say("forecast.title"), say("forecast.text")))
        if ahead.any_held_back(view.forecast):
            st.html(parts.quiet(say("forecast.held_back")))
        st.html(ahead.forecasts(view.forecast))


def _evidence(view: ExamView) -> None:
    seen: set[Evidence] = evidence_seen(view)
    if not seen:
        return
    with st.container(key="card-evidence"):
        st.html(parts.part_title(say("evidence.title")) + parts.evidence_key(seen))
        for bundle in {p.done.result.bundle for p in view.photographs if p.done}:
            words = {"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256[:12]}
            st.html(parts.quiet(say("result.bundle", **words)))


def _actions(person: KioskPerson, view: ExamView) -> None:
    st.button(
        say("button.back"), key=f"back-{person.serial}", on_click=_to_photographs, args=(person,)
    )
    if view.done is not None:
        st.download_button(
            say("button.save_exam"),
            data=view.done.exam_json,
            file_name=f"{view.done.record.exam_id}.json",
            mime="application/json",
            on_click=_saved,
            args=(person,),
            key=f"save-exam-{person.serial}",
            icon=":material/download:",
        )
    unsaved = view.done is not None and not person.saved
    asked = st.button(
        say("button.next"),
        key=f"next-{person.serial}",
        type="primary",
        on_click=None if unsaved else next_person,
    )
    if asked and unsaved:
        st.dialog(say("next.title"))(_ask_first)()


def _to_photographs(person: KioskPerson) -> None:
    person.phase = Phase.PHOTOGRAPHS


def _saved(person: KioskPerson) -> None:
    person.saved = True


def next_person() -> None:
    """Forget everything of this person; the page begins anew."""
    st.session_state.person = KioskPerson()


def _ask_first() -> None:
    st.html(parts.quiet(say("next.text")))
    cleared = st.button(say("next.clear"), type="primary", width="stretch", on_click=next_person)
    kept = st.button(say("next.keep"), width="stretch")
    if cleared or kept:
        # A dialog draws only itself anew; the page behind it must be drawn too.
        st.rerun()

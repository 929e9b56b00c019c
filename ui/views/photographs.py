"""The first page: photographs of each eye, what is known of the person, and the Screen button."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from edge_runtime.wire.client import Eye, ScreeningClient
from ui import parts
from ui.keeping import KeepingScreener, keeping_of
from ui.person import KioskPerson, Phase, WaitingPhotograph
from ui.screening import ScreeningRun
from ui.staff import here
from ui.views import advice_against, check_card, expected, person_card, phone_card
from ui.wording import say, say_count

FILE_TYPES = ["image/*", "tif", "tiff", "heic", "heif"]
"""With a MIME type here a phone offers its own camera. The service alone judges the content."""

LOOK_EVERY_S = 0.25
"""How long the page waits for a verdict before it lets go, and comes back."""

OTHER = {Eye.OD: Eye.OS, Eye.OS: Eye.OD}


def show(person: KioskPerson, client: ScreeningClient) -> None:
    """Draw the page; clinicians face the person, so the right eye is on the screen's left."""
    st.html(parts.steps(1) + parts.head(say("photographs.title"), say("photographs.text")))
    for notice in person.notices:
        words = say(notice.key, **notice.values)
        if notice.urgent:
            st.html(parts.statement("bad", say("notice.nothing"), [words]))
        else:
            st.html(parts.statement("note", words))
    expected.show(person, client)
    with st.container(key="card-about"):
        person_card.show(person)
    _eyes(person, client)
    unsure, phone = st.columns(2, gap="medium")
    with unsure, st.container(key="card-unsure"):
        st.html(parts.part_title(say("slot.unsure.title")) + parts.quiet(say("slot.unsure.text")))
        _upload(person, client, None)
        _waiting(person, None)
    with phone, st.container(key="card-phone"):
        phone_card.show(person)
    # The button stays in sight once there is something to screen.
    with st.container(key="actions-screen" if person.photographs else "nothing-yet"):
        _screen(person, client)
    if person.checking():
        _look_for_verdicts(person)


def _eyes(person: KioskPerson, client: ScreeningClient) -> None:
    for column, eye in zip(st.columns(2, gap="medium"), (Eye.OD, Eye.OS), strict=True):
        with column, st.container(key=f"card-{eye.value}"):
            _eye(person, client, eye)


@st.fragment(run_every=LOOK_EVERY_S)
def _look_for_verdicts(person: KioskPerson) -> None:
    """Draw the whole page anew as soon as every verdict has come."""
    # Once, when all have come: each drawing anew is a moment in which a touch can go astray.
    if person.judged(LOOK_EVERY_S):
        st.rerun()


def _eye(person: KioskPerson, client: ScreeningClient, eye: Eye) -> None:
    st.html(parts.eye_head(eye, check_card.attempts(person, eye)))
    if person.only_eye is OTHER[eye]:
        st.html(parts.quiet(say("expected.other_eye")))
    ways = {"files": say("slot.way.files"), "camera": say("slot.way.camera")}
    way = st.segmented_control(
        say("slot.way", eye=parts.eye_name(eye, in_words=True)),
        list(ways),
        format_func=ways.__getitem__,
        default="files",
        required=True,
        key=f"way-{eye.value}-{person.serial}",
        label_visibility="collapsed",
    )
    if way == "camera":
        _camera(person, client, eye)
    else:
        _upload(person, client, eye)
    advice_against.give_up(person, eye)
    _waiting(person, eye)
    advice_against.show(person, eye)


def _upload(person: KioskPerson, client: ScreeningClient, eye: Eye | None) -> None:
    inlet = f"files-{eye.value if eye else 'unsure'}"
    key = person.inlet_key(inlet)
    st.file_uploader(
        say("slot.upload", eye=parts.eye_name(eye, in_words=True)),
        type=FILE_TYPES,
        accept_multiple_files=True,
        key=key,
        on_change=_take,
        args=(person, client, inlet, key, eye),
        label_visibility="collapsed",
    )


def _camera(person: KioskPerson, client: ScreeningClient, eye: Eye) -> None:
    inlet = f"camera-{eye.value}"
    key = person.inlet_key(inlet)
    st.camera_input(
        say("slot.camera", eye=parts.eye_name(eye, in_words=True)),
        key=key,
        resolution="1080p",
        on_change=_take,
        args=(person, client, inlet, key, eye),
    )
    st.html(parts.quiet(say("slot.camera.hint")))


def _take(
    person: KioskPerson, client: ScreeningClient, inlet: str, key: str, eye: Eye | None
) -> None:
    """Move what an uploader or a camera holds to the photographs that wait.

    One that was emptied may be told of again while the page is drawn anew: it holds nothing then,
    and must not push away the one in its place, which may just have been given a photograph.
    """
    given = st.session_state.get(key)
    told = given if isinstance(given, list) else [given]
    files = [file for file in told if isinstance(file, UploadedFile)]
    if not files:
        return
    person.notices.clear()
    for file in files:
        shot = inlet.startswith("camera")
        name = f"{inlet}-{person.last_number + 1}.jpg" if shot else file.name
        person.add(name, file.getvalue(), eye, client)
        _forget(file)
    if key == person.inlet_key(inlet):
        person.inlet_used(inlet)


def _forget(file: UploadedFile) -> None:
    """Drop Streamlit's own copy, which it would keep until the session ends: a kiosk's whole day.

    There is no public call for it; Streamlit's chat input frees its files in this same way.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    keeper = context.uploaded_file_mgr
    if isinstance(keeper, MemoryUploadedFileManager):
        keeper.remove_file(context.session_id, file.file_id)


def _waiting(person: KioskPerson, eye: Eye | None) -> None:
    photographs = person.of_eye(eye)
    if not photographs and eye is not None:
        st.html(parts.quiet(say("slot.empty")))
    for photograph in photographs:
        with st.container(
            key=f"tray-{photograph.number}", horizontal=True, vertical_alignment="center"
        ):
            _one_waiting(person, photograph)
        check_card.show(person, photograph)


def _one_waiting(person: KioskPerson, photograph: WaitingPhotograph) -> None:
    number = photograph.number
    with st.container(key=f"thumb-{number}", width="content"):
        if photograph.thumbnail is None:
            st.html(f'<div class="fs-thumb-none">{say("slot.no_preview")}</div>')
        else:
            st.image(photograph.thumbnail, alt=say("slot.preview", name=photograph.name))
    st.html(parts.file_name(photograph.name))
    with st.container(key=f"small-{number}", horizontal=True, width="content", gap="small"):
        if photograph.eye is not None:
            st.button(
                say("button.other_eye"),
                key=f"other-{number}-{person.serial}",
                on_click=person.say_eye,
                args=(number, OTHER[photograph.eye]),
                icon=":material/swap_horiz:",
            )
        st.button(
            say("button.remove"),
            key=f"remove-{number}-{person.serial}",
            on_click=person.remove,
            args=(number,),
            icon=":material/close:",
        )


def _screen(person: KioskPerson, client: ScreeningClient) -> None:
    count = len(person.photographs)
    given = {p.eye for p in person.photographs}
    if not count:
        st.html(parts.quiet(say("screen.first")))
    elif person.only_eye is not None and not given & {person.only_eye, None}:
        words = parts.eye_name(person.only_eye, in_words=True)
        st.html(parts.quiet(say("expected.asked_eye", eye=words)))
    elif len(given) == 1 and not given & {person.only_eye, None}:
        missing = OTHER[person.photographs[0].eye or Eye.OD]
        st.html(parts.quiet(say("screen.one_eye", eye=parts.eye_name(missing, in_words=True))))
    if person.lacks_an_identifier:
        st.html(parts.statement("warn", say("person.both")))
    for question in person.questions():
        words = say("screen.question", eye=parts.eye_name(question.eye, in_words=True))
        st.html(parts.quiet(words))
    with st.container(key="screen-button"):
        st.button(
            say_count("button.screen", count) if count else say("button.screen"),
            key=f"go-{person.serial}",
            type="primary",
            width="stretch",
            disabled=not count or bool(person.questions()),
            on_click=_press,
            args=(person, client),
        )


def _press(person: KioskPerson, client: ScreeningClient) -> None:
    """Screen with what stands in the fields now; without an identifier the page says what lacks."""
    person_card.take(person)
    if not person.lacks_an_identifier:
        start(person, client)


def start(person: KioskPerson, client: ScreeningClient) -> None:
    """Send the photographs to the service, through the records where somebody signed in."""
    if person.phase is Phase.SCREENING:
        return  # a second touch that came before the page was drawn anew
    person.notices.clear()
    person.drawn.clear()
    staff = here()
    person.saved = staff is not None
    keeper = None if staff is None else KeepingScreener(staff.clinic, keeping_of(person))
    checks = [p.check for p in person.photographs if p.check is not None]
    person.run = ScreeningRun(keeper or client, person.exam(), checks)
    person.phase = Phase.SCREENING

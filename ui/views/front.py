"""The door: where the service keeps records nobody comes in unnamed, and who may enter which room.

Where it keeps none there is no door: the kiosk forgets everybody at "Next person".
"""

from __future__ import annotations

from html import escape

import streamlit as st

from edge_runtime.wire.client import ScreeningClient
from ui import gateway
from ui.staff import KEY, Staff, forget_everything
from ui.views import audit, kiosk, operator, people, reading_room, sign_in
from ui.wording import say

LOOK_AGAIN_S = 5.0
"""How often a screen looks whether it must lock itself."""


def show(client: ScreeningClient) -> None:
    """Draw the page on which the person at this screen is now."""
    staff: Staff | None = st.session_state.get(KEY)
    if staff is None:
        _nobody(client)
        return
    staff.touch()
    if staff.locked:
        sign_in.locked(staff)
        return
    _watch(staff)
    if staff.session.must_change_secret:
        sign_in.change_secret(staff)
        return
    _bar(staff)
    _room(staff, client)


def _nobody(client: ScreeningClient) -> None:
    if gateway.records_offered():
        sign_in.show()
    else:
        kiosk.show(client)


@st.fragment(run_every=LOOK_AGAIN_S)
def _watch(staff: Staff) -> None:
    if staff.watch():
        st.rerun()


def _bar(staff: Staff) -> None:
    rooms = staff.rooms()
    if staff.room not in rooms:
        staff.room = "reading" if "reading" in rooms else rooms[0]
    with st.container(key="rooms", horizontal=True, gap="small", vertical_alignment="center"):
        if len(rooms) > 1:
            staff.room = st.segmented_control(
                say("rooms"),
                rooms,
                format_func=lambda room: say(f"room.{room}"),
                default=staff.room,
                required=True,
                key="room",
                label_visibility="collapsed",
            )
        st.html(who(staff))
        with st.container(key="small-door", horizontal=True, width="content", gap="small"):
            st.button(say("door.lock"), key="lock", on_click=staff.lock, icon=":material/lock:")
            st.button(
                say("door.leave"),
                key="leave",
                on_click=leave,
                args=(staff,),
                icon=":material/logout:",
            )


def who(staff: Staff) -> str:
    """Return who is signed in and as what."""
    roles = say("list.and").join(say(f"role.{role.value}") for role in staff.session.roles)
    name = f"<b>{escape(staff.session.shown_name)}</b>"
    return f'<p class="fs-who">{name}<span>{escape(roles)}</span></p>'


def leave(staff: Staff) -> None:
    """Sign out and leave nothing of a patient on the screen."""
    person, desk = st.session_state.get("person"), st.session_state.get("reading")
    if person is not None and person.run is not None:
        person.run.stop()
    if desk is not None and desk.simulation is not None:
        desk.simulation.stop()
    staff.leave()
    forget_everything()


def _room(staff: Staff, client: ScreeningClient) -> None:
    if staff.room == "machine":
        operator.show(client, alone=False)
    elif staff.room == "people":
        people.show(staff)
    elif staff.room == "audit":
        audit.show(staff)
    elif staff.room == "reading":
        reading_room.show(staff, client)
    else:
        kiosk.show(client, alone=False)

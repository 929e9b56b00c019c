"""Signing in with an account: the button, the way back, and what waited behind the lock."""

from __future__ import annotations

import streamlit as st

from edge_runtime.wire.client import ForeseyeError, records_client
from ui import gateway, parts
from ui.accounts.cookies import FAILED
from ui.accounts.shelf import Shelf
from ui.staff import KEY, TRIED, Staff
from ui.told import told
from ui.wording import say

BROWSER = "_streamlit_xsrf"
"""Cookie by which Streamlit knows a browser again; it says nothing of anybody."""

WAITING = ("person", "reading")
"""What of a locked screen's state its owner finds again, beside the room."""

ROOM = "room-before"


def button(words: str) -> None:
    """Draw the button that leads to the issuer, where there is one."""
    if gateway.accounts_offered():
        st.button(words, key="account", on_click=_leave, width="stretch", icon=":material/badge:")


def came_back() -> records_client.Clinic | None:
    """Return the session of whoever came back from the issuer; None, and a sentence, else."""
    if not gateway.accounts_offered() or st.session_state.get(TRIED):
        return None
    st.session_state[TRIED] = True
    id_token = _id_token()
    if not id_token:
        st.session_state["account-failed"] = FAILED in st.context.cookies
        return None
    try:
        return gateway.records().sign_in_account(id_token)
    except ForeseyeError as error:
        st.session_state["account-refused"] = error.public_message
        return None


def refusal() -> None:
    """Draw why somebody who came back was not let in."""
    sentence = st.session_state.get("account-refused", "")
    if sentence:
        st.html(parts.statement("bad", told(sentence)))
    elif st.session_state.get("account-failed"):
        st.html(parts.statement("bad", say("account.failed")))


def settle_down(clinic: records_client.Clinic) -> None:
    """Put back what waited for this very person in this browser, else begin anew."""
    things = dict(_shelf().take(clinic.session.user_id, _browser()))
    room = things.pop(ROOM, "")
    st.session_state.update(things)
    # Not the one that was locked: the page that was left stays behind its lock.
    st.session_state[KEY] = Staff(clinic, clinic.session, room=room)


def _leave() -> None:
    staff: Staff | None = st.session_state.get(KEY)
    if staff is not None:
        state = st.session_state
        things = {key: state[key] for key in WAITING if key in state} | {ROOM: staff.room}
        _shelf().put(staff.session.user_id, _browser(), things)
    st.login()


def _id_token() -> str:
    if not st.user.get("is_logged_in"):
        return ""
    return str(st.user.tokens.get("id", ""))


def _browser() -> str:
    return str(st.context.cookies.get(BROWSER, ""))


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf()

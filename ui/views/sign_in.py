"""The pages in front of the door: sign in, the lock, and a secret of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import streamlit as st

from edge_runtime.wire.client import ForeseyeError, InvalidField, records_client
from ui import gateway, parts
from ui.accounts import way_in
from ui.staff import KEY, Staff, forget_everything
from ui.told import told
from ui.wording import say

MAX_NAME_CHARACTERS, MAX_SECRET_CHARACTERS = 64, 256


def show() -> None:
    """Draw the page that asks who is there, or let in whoever came back with an account."""
    clinic = way_in.came_back()
    if clinic is not None:
        way_in.settle_down(clinic)
        st.rerun()
    with _door(say("sign_in.title"), say("sign_in.text")):
        with _form("sign-in"):
            name = st.text_input(
                say("sign_in.name"),
                max_chars=MAX_NAME_CHARACTERS,
                autocomplete="off",
                key="door-name",
            )
            secret = _secret(say("sign_in.secret"), "door-secret")
            asked = st.form_submit_button(say("sign_in.button"), type="primary", width="stretch")
        way_in.button(say("account.button"))
    if not asked:
        way_in.refusal()
    else:
        clinic = _signed_in(name.strip().lower(), secret)
        if clinic is not None:
            forget_everything()
            st.session_state[KEY] = Staff(clinic, clinic.session)
            st.rerun()


def locked(staff: Staff) -> None:
    """Draw the lock: nothing of a patient is on it."""
    with _door(say("lock.title"), say("lock.text", name=staff.session.shown_name)):
        with _form("unlock"):
            secret = _secret(say("sign_in.secret"), "door-secret")
            asked = st.form_submit_button(say("lock.button"), type="primary", width="stretch")
        way_in.button(say("account.unlock"))
        st.button(
            say("lock.somebody_else"), key="lock-other", on_click=forget_everything, width="stretch"
        )
    if asked:
        clinic = _signed_in(staff.session.name, secret)
        if clinic is not None and not staff.unlock(clinic):
            st.html(parts.statement("bad", say("lock.somebody_else_now")))
        elif clinic is not None:
            st.rerun()


def change_secret(staff: Staff) -> None:
    """Draw the page on which one sets a PIN or password of one's own."""
    with _door(say("secret.title"), say("secret.text")), _form("secret"):
        present = _secret(say("secret.present"), "door-secret")
        wanted = _secret(say("secret.new"), "door-new")
        again = _secret(say("secret.again"), "door-again")
        asked = st.form_submit_button(say("secret.button"), type="primary", width="stretch")
    if not asked:
        return
    if wanted != again:
        st.html(parts.statement("warn", say("secret.differ")))
        return
    try:
        staff.clinic.change_secret(present, wanted)
        staff.session = staff.clinic.read_session()
    except InvalidField:
        st.html(parts.statement("warn", say("secret.rule")))
    except ForeseyeError as error:
        _refused(error)
    else:
        st.rerun()


@contextmanager
def _door(title: str, text: str) -> Iterator[None]:
    with st.container(key="card-door"):
        st.html(parts.head(title, text))
        yield


def _form(name: str) -> AbstractContextManager[object]:
    return st.form(name, border=False, clear_on_submit=True)


def _secret(label: str, key: str) -> str:
    # "new-password": a clinic's shared screen is no place for a browser's store of passwords.
    return st.text_input(
        label,
        type="password",
        max_chars=MAX_SECRET_CHARACTERS,
        autocomplete="new-password",
        key=key,
    )


def _signed_in(name: str, secret: str) -> records_client.Clinic | None:
    try:
        return gateway.records().sign_in(name, secret)
    except ForeseyeError as error:
        _refused(error)
        return None


def _refused(error: ForeseyeError) -> None:
    kind = type(error).__name__
    words = say("sign_in.wrong") if kind == "NotSignedIn" else told(error.public_message)
    st.html(parts.statement("bad", words))

"""The administrator's room: who may sign in, as what, and a new PIN or password for them."""

from __future__ import annotations

from html import escape

import streamlit as st

from edge_runtime.wire.client import ForeseyeError, records_client
from ui import gateway, parts
from ui.language import spoken
from ui.staff import Staff
from ui.told import told
from ui.wording import say

Role = records_client.Role
ROLES = tuple(role for role in Role if role is not Role.PHONE)
NEW = "new"
"""In place of a user's id."""

MAX_NAME_CHARACTERS, MAX_SHOWN_CHARACTERS, MAX_SECRET_CHARACTERS = 64, 128, 256
MAX_EMAIL_CHARACTERS, MAX_SUBJECT_CHARACTERS = 254, 255


def show(staff: Staff) -> None:
    """Draw everybody, and the form that makes or changes one."""
    st.html(parts.head(say("people.title"), say("people.text")))
    try:
        users = staff.clinic.users()
    except ForeseyeError as error:
        st.html(parts.statement("bad", told(error.public_message)))
        return
    with st.container(key="card-people"):
        st.html(table(users))
    with st.container(key="card-person"):
        _change(staff, {user.user_id: user for user in users})


def table(users: tuple[records_client.User, ...]) -> str:
    """Return everybody as an HTML table: name, roles, and whether they may come in."""
    names = ("name", "shown", "roles", "state")
    heads = "".join(
        f'<th scope="col">{escape(say(f"people.column.{name}"))}</th>' for name in names
    )
    lines = "".join(_line(user) for user in users)
    return (
        '<div class="fs-wide-table"><table class="fs-plain fs-stacks">'
        f'<caption class="fs-unseen">{escape(say("people.title"))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _line(user: records_client.User) -> str:
    state = "locked" if user.locked else "in" if user.may_sign_in else "out"
    sign = {"locked": "warn", "in": "good", "out": "crossed"}[state]
    cells = (
        escape(user.shown_name),
        escape(say("list.and").join(say(f"role.{role.value}") for role in user.roles)),
        parts.chip(sign, say(f"people.state.{state}")),
    )
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row"><code lang="en">{escape(user.name)}</code></th>{body}</tr>'


def _change(staff: Staff, users: dict[str, records_client.User]) -> None:
    user_id = st.selectbox(
        say("people.which"),
        [NEW, *users],
        # By the name to sign in by, too: two people may have one name to show, and Streamlit
        # tells choices apart by their words alone.
        format_func=lambda each: say("people.new") if each == NEW else users[each].told_apart,
        key=f"people-which-{spoken()}",
    )
    before = users.get(user_id, records_client.User("", "", "", ()))
    asked = _form(user_id, before)
    if asked is None:
        return
    wanted, secret = asked
    try:
        staff.clinic.keep_user(wanted, secret)
    except ForeseyeError as error:
        words = [told(error.public_message), say("secret.rule")]
        st.html(parts.statement("warn", say("people.not_kept"), words))
    else:
        st.rerun()


def _form(user_id: str, before: records_client.User) -> tuple[records_client.User, str] | None:
    """Return who is wanted, with a new secret or none; None until somebody says so."""
    with st.form(f"person-{user_id}", border=False, clear_on_submit=user_id == NEW):
        name = st.text_input(
            say("people.name"), before.name, max_chars=MAX_NAME_CHARACTERS, autocomplete="off"
        )
        shown = st.text_input(
            say("people.shown"),
            before.shown_name,
            max_chars=MAX_SHOWN_CHARACTERS,
            autocomplete="off",
        )
        roles = st.pills(
            say("people.roles"),
            ROLES,
            selection_mode="multi",
            default=list(before.roles),
            format_func=lambda role: say(f"role.{role.value}"),
        )
        secret = st.text_input(
            say("people.secret" if user_id == NEW else "people.secret.again"),
            type="password",
            max_chars=MAX_SECRET_CHARACTERS,
            autocomplete="new-password",
        )
        email, subject = _account(before)
        may_sign_in = st.toggle(say("people.may"), value=before.may_sign_in)
        if not st.form_submit_button(say("people.keep"), type="primary"):
            return None
    wanted = records_client.User(
        before.user_id,
        name.strip().lower(),
        shown.strip(),
        tuple(roles),
        may_sign_in,
        email=email,
        # The same number stays with whoever issued it.
        issuer=before.issuer if subject == before.subject else gateway.issuer() if subject else "",
        subject=subject,
    )
    return wanted, secret


def _account(before: records_client.User) -> tuple[str, str]:
    """Return the e-mail address and the number of a person's account, where there are accounts."""
    if not gateway.accounts_offered():
        return before.email, before.subject
    email = st.text_input(
        say("people.email"), before.email, max_chars=MAX_EMAIL_CHARACTERS, autocomplete="off"
    )
    subject = st.text_input(
        say("people.subject"), before.subject, max_chars=MAX_SUBJECT_CHARACTERS, autocomplete="off"
    )
    return email.strip(), subject.strip()

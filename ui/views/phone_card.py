"""The code that lets one phone in: a QR code with a one-time token, and what became of it."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import segno
import streamlit as st

from ui import parts
from ui.language import spoken
from ui.person import KioskPerson
from ui.phone.desk import DESK, INVITED_S, Refused
from ui.wording import number, say

LOOK_EVERY_S = 2.0
ALONE = ("127.0.0.1", "localhost", "::1")


def show(person: KioskPerson) -> None:
    """Draw the card; a code is made only when somebody asks for one."""
    minutes = number(INVITED_S / 60)
    st.html(parts.part_title(say("phone.title")) + parts.quiet(say("phone.text", minutes=minutes)))
    where = urlsplit(st.context.url or "")
    if where.hostname in ALONE:
        st.html(parts.quiet(say("phone.alone")))
    asked = st.button(
        say("phone.again" if person.phone_token else "phone.button"),
        key=f"phone-{person.serial}",
        icon=":material/qr_code:",
    )
    if asked:
        try:
            person.phone_token = DESK.invite(spoken())
        except Refused as refused:
            st.html(parts.statement("warn", say(refused.key)))
    if person.phone_token:
        _code(person.phone_token, f"{where.scheme or 'http'}://{where.netloc}")


@st.fragment(run_every=LOOK_EVERY_S)
def _code(token: str, origin: str) -> None:
    state = DESK.state(token)
    sign = {"waiting": "turning", "opened": "good", "expired": "warn"}[state]
    st.html(parts.chip(sign, say(f"phone.state.{state}")))
    if state == "waiting":
        st.image(qr_png(f"{origin}/phone/#t={token}"), width=260, alt=say("phone.code"))


def qr_png(address: str) -> bytes:
    """Return a QR code as PNG. The token stands behind the #, which no server and no log sees."""
    written = io.BytesIO()
    segno.make(address, error="m").save(written, kind="png", scale=6, border=3)
    return written.getvalue()

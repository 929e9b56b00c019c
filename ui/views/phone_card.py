"""The code that lets one phone in: a QR code with a one-time token, and what became of it."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import segno
import streamlit as st

from edge_runtime.wire.client import ForeseyeError, records_client
from ui import gateway, parts
from ui.keeping import keeping_of
from ui.language import spoken
from ui.person import KioskPerson
from ui.phone.desk import DESK, INVITED_S, Refused
from ui.phone.keeping import invited
from ui.staff import Staff, here
from ui.told import told
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
    staff = here()
    if staff is not None:
        _kept_as(person)
    asked = st.button(
        say("phone.again" if person.phone_token else "phone.button"),
        key=f"phone-{person.serial}",
        icon=":material/qr_code:",
        disabled=person.lacks_an_identifier,
    )
    if asked:
        try:
            _invite(person, staff)
        except Refused as refused:
            st.html(parts.statement("warn", say(refused.key)))
        except ForeseyeError as error:
            st.html(parts.statement("bad", told(error.public_message)))
    if person.phone_token:
        _code(person.phone_token, f"{where.scheme or 'http'}://{where.netloc}")


def _kept_as(person: KioskPerson) -> None:
    """Draw under whom the phone's photographs are kept, before a code is made and after."""
    now = keeping_of(person).identifiers
    if person.phone_identifiers is not None and person.phone_identifiers != now:
        st.html(parts.statement("warn", say("phone.kept.changed")))
    elif now:
        number_of = now[records_client.HOSPITAL_NUMBER]
        st.html(parts.quiet(say("phone.kept.as", number=number_of)))
    elif person.lacks_an_identifier:
        st.html(parts.statement("warn", say("person.both")))
    else:
        st.html(parts.quiet(say("phone.kept.nobody")))


def _invite(person: KioskPerson, staff: Staff | None) -> None:
    """Make a code; where there are records, with a place for what the phone will send."""
    if staff is None:
        person.phone_token = DESK.invite(spoken())
        return
    keeping, known = keeping_of(person), person.exam().person
    kept = invited(gateway.records(), staff.clinic, keeping, known)
    person.phone_token = DESK.invite(spoken(), kept)
    person.phone_identifiers = keeping.identifiers


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

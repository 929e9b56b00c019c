"""The way of one person through the screen: photographs, screening, result, next person."""

from __future__ import annotations

import streamlit as st

from edge_runtime.wire.client import ScreeningClient
from ui import gateway, parts
from ui.person import KioskPerson, Phase
from ui.views import operator, photographs, result, screening
from ui.wording import say

LOOK_AGAIN_S = 5.0
"""How often the screen asks whether the service is there."""


def show(client: ScreeningClient, alone: bool = True) -> None:
    """Draw the page on which the person is now, or the operator's.

    `alone`: there is no other way to the operator's page than from here.
    """
    if alone and st.session_state.get("page") == "operator":
        operator.show(client)
        return
    person: KioskPerson = st.session_state.setdefault("person", KioskPerson())
    _service(person, client)
    if person.phase is Phase.PHOTOGRAPHS:
        photographs.show(person, client)
        if alone:
            _operator_link()
    elif person.phase is Phase.SCREENING:
        screening.show(person)
    else:
        result.show(person, client)


def _operator_link() -> None:
    st.button(say("operator.link"), key="operator-link", type="tertiary", on_click=_to_the_operator)


def _to_the_operator() -> None:
    st.session_state.page = "operator"


@st.fragment(run_every=LOOK_AGAIN_S)
def _service(person: KioskPerson, client: ScreeningClient) -> None:
    state = gateway.state_of(client)
    st.html(parts.service_state(state))
    told = any(notice.urgent for notice in person.notices)
    if state != "ready" and person.phase is Phase.PHOTOGRAPHS and not told:
        tone: parts.Tone = "bad" if state == "away" else "note"
        st.html(parts.statement(tone, say(f"{state}.title"), [say(f"{state}.text")]))

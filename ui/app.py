"""The picture frame: Streamlit's entry script. What is shown within is in `ui/views`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import gateway, parts
from ui.views import kiosk
from ui.wording import say

st.set_page_config(page_title=say("app.title"), layout="wide", initial_sidebar_state="collapsed")
st.html(Path(__file__).with_name("static") / "clinic.css")
st.html(parts.words_of_the_style() + parts.bar())
kiosk.show(gateway.connect())

"""The picture frame: Streamlit's entry script. What is shown within is in `ui/views`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import dates, gateway, language, parts, widgets, zooming
from ui.views import front

st.set_page_config(page_title="foreseye", layout="wide", initial_sidebar_state="collapsed")
st.html(Path(__file__).with_name("static") / "clinic.css")
with st.container(key="language"):
    language.switch()
st.html(parts.bar())
st.html(widgets.script(language.spoken()), unsafe_allow_javascript=True)
st.html(zooming.script(), unsafe_allow_javascript=True)
st.html(dates.script(), unsafe_allow_javascript=True)
front.show(gateway.connect())

"""Which language the person in front of the screen reads.

The choice lives in the session; before one is made the browser's own language decides. It stands
in the page's address too (`?lang=zh`), so that it outlives a reload: a language says nothing of
a patient. Outside a session, as in the phone's HTTP service, a sentence names its language.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Language = Literal["en", "zh"]

KEY = "lang"
"""Of the session and of the page's address."""

NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
"""Each language by its own name: never translated."""

HTML_LANG: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}


def spoken() -> Language:
    """Return the language of this session; English where there is no session."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    chosen: Language | None = st.session_state.get(KEY)
    return chosen or _of_the_browser()


def switch() -> None:
    """Draw the switch, and remember what it says."""
    asked = st.query_params.get(KEY)
    if KEY not in st.session_state:
        st.session_state[KEY] = asked if asked in NAMES else _of_the_browser()
    st.segmented_control(
        "Language / 语言",
        list(NAMES),
        format_func=NAMES.__getitem__,
        key=KEY,
        required=True,
        label_visibility="collapsed",
    )
    if st.session_state[KEY] != asked:
        st.query_params[KEY] = st.session_state[KEY]


def language_of(tag: str | None) -> Language:
    """Return the language that fits a browser's tag, such as zh-CN."""
    return "zh" if (tag or "").lower().startswith("zh") else "en"


def _of_the_browser() -> Language:
    return language_of(st.context.locale)

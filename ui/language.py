"""Which language the person in front of the screen reads.

The choice lives in the session; before one is made the browser's own language decides. It stands
in the page's address too (`?lang=zh`), so that it outlives a reload: a language says nothing of
a patient. Outside a session, as in the phone's HTTP service, a sentence names its language.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Language = Literal["en", "zh"]

KEY = "lang"
"""Of the session and of the page's address."""

SWITCH = "language-switch"
"""Of the switch, which a browser may tell to be empty for a moment; the choice outlives that."""

NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
"""Each language by its own name: never translated."""

HTML_LANG: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}


_outside: ContextVar[Language] = ContextVar("language", default="en")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Let what is said within, outside of any session, be in a language: the phone's pages."""
    before = _outside.set(language)
    try:
        yield
    finally:
        _outside.reset(before)


def spoken() -> Language:
    """Return the language of this session; outside of one, that of `speaking`, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return _outside.get()
    chosen: Language | None = st.session_state.get(KEY)
    return chosen or _of_the_browser()


def switch() -> None:
    """Draw the switch, and remember what it says."""
    asked = st.query_params.get(KEY)
    if KEY not in st.session_state:
        st.session_state[KEY] = asked if asked in NAMES else _of_the_browser()
    if st.session_state.get(SWITCH) not in NAMES:
        st.session_state[SWITCH] = st.session_state[KEY]
    chosen = st.segmented_control(
        "Language / 语言",
        list(NAMES),
        format_func=NAMES.__getitem__,
        key=SWITCH,
        required=True,
        label_visibility="collapsed",
    )
    if chosen in NAMES:
        st.session_state[KEY] = chosen
    if st.session_state[KEY] != asked:
        st.query_params[KEY] = st.session_state[KEY]


def language_of(tag: str | None) -> Language:
    """Return the language that fits a browser's tag, such as zh-CN."""
    return "zh" if (tag or "").lower().startswith("zh") else "en"


def _of_the_browser() -> Language:
    return language_of(st.context.locale)

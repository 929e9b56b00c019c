"""In the view for research: where in each eye's photograph the evidence of a forecast lies.

Beside the photograph without it, with the scale, and with the words that say what it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from edge_runtime.wire.client import Forecast
from ui import evidence_maps as maps
from ui import parts
from ui.kept_exam import ReadPhotograph
from ui.language import spoken
from ui.reading_desk import ReadingDesk
from ui.simulated_pictures import data_uri
from ui.wording import say, say_or


def show(
    desk: ReadingDesk, photographs: Sequence[ReadPhotograph], forecast: Sequence[Forecast]
) -> None:
    """Draw the choice of a condition and its maps; nothing where photographs added no number."""
    told = maps.conditions_told(forecast)
    if not told:
        return
    conditions = [each for each in told if maps.mapped(photographs, each)]
    if not conditions:
        st.html(parts.quiet(say("evidence_map.none")))
        return
    with st.container(key="evidence-maps"):
        evidence = told[conditions[0]]
        title = parts.part_title(say("evidence_map.title"), evidence)
        st.html(title + parts.quiet(say("evidence_map.text")))
        chosen = st.selectbox(
            say("evidence_map.condition"),
            conditions,
            format_func=_name,
            # The browser keeps the words of what is chosen: each language has a box of its own.
            key=f"evidence-of-{desk.serial}-{spoken()}",
        )
        st.html(scale())
        for read in maps.mapped(photographs, chosen):
            _eye(desk, read, chosen)


def scale() -> str:
    """Return the scale from none to densest, and that no two maps share it."""
    least, most, half = (escape(say(f"evidence_map.{at}")) for at in ("little", "most", "half"))
    words = parts.quiet(say("evidence_map.scale"))
    return (
        f'<div class="fs-heat"><span>{least}</span><i></i><span>{most}</span>'
        f"<span><b></b>{half}</span></div>{words}"
    )


def _eye(desk: ReadingDesk, read: ReadPhotograph, condition: str) -> None:
    photograph = desk.picture(read.picture_id("photograph"))
    evidence = desk.picture(read.picture_id(maps.kind_of(condition)))
    if photograph is None or evidence is None:
        st.html(parts.quiet(say("slot.no_preview")))
        return
    place = ("evidence", read.kept.photograph_id, condition)
    if place not in desk.drawn:
        desk.drawn[place] = maps.heat_over(photograph, evidence)
    st.html(beside(read, photograph, desk.drawn[place], _alt(read, condition, evidence)))


def beside(read: ReadPhotograph, photograph: bytes, heat: bytes, alt: str) -> str:
    """Return the photograph and the same with its evidence, side by side where there is room."""
    name = parts.eye_name(read.eye)
    plain = say("overlay.alt.none", eye=parts.eye_name(read.eye, in_words=True))
    figures = "".join(
        f'<figure><img alt="{escape(words)}" src="{data_uri(picture)}">'
        f"<figcaption>{escape(say(f'evidence_map.{which}', eye=name))}</figcaption></figure>"
        for which, picture, words in (("alone", photograph, plain), ("heat", heat, alt))
    )
    return f'<div class="fs-samples">{figures}</div>'


def _alt(read: ReadPhotograph, condition: str, evidence: bytes) -> str:
    across, down = maps.densest(evidence)
    eye, name = parts.eye_name(read.eye), _name(condition)
    return say("evidence_map.alt", eye=eye, condition=name, across=across, down=down)


def _name(condition: str) -> str:
    return say_or(f"condition.{condition}", condition.replace("_", " "))

"""Correcting the drawing: the photograph to paint on, and who painted what of it when.

The painter itself is a component in the page (`ui/static/painting.*`). What is painted reaches this
server a moment after each stroke, so that a screen that locks itself loses nothing; it reaches the
records when the person says so, each layer as a picture of its own with its parent.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st
import tomllib
from PIL import Image

from edge_runtime.wire.client import ForeseyeError, records_client
from ui import parts
from ui.kept_exam import ReadPhotograph
from ui.language import spoken
from ui.looking import shown
from ui.painting import (
    LAYERS,
    Mask,
    NotPainted,
    in_a_page,
    last_of,
    model_mask,
    model_picture,
    painted,
    people_masks,
    sized,
)
from ui.reading_desk import ReadingDesk
from ui.staff import Staff
from ui.told import told
from ui.wording import WORDS, moment, number, say

STATIC = Path(__file__).parents[1] / "static"


def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


_painter = st.components.v2.component(
    "foreseye_painter",
    html=_file("painting.html"),
    js="".join(map(_file, ("painting.js", "painting_view.js", "painting_hands.js"))),
    isolate_styles=False,
)


def show(staff: Staff, desk: ReadingDesk, read: ReadPhotograph) -> None:
    """Draw the painter with one photograph, and below it who painted what."""
    # Not with the component: what holds a style sheet takes no room on our pages.
    st.html(STATIC / "painting.css")
    photograph_id = read.kept.photograph_id
    eye = parts.eye_name(read.eye, in_words=True)
    with st.container(
        key="small-paint-back", horizontal=True, gap="medium", vertical_alignment="center"
    ):
        st.button(
            say("painting.back"),
            key="paint-back",
            on_click=_leave,
            args=(desk,),
            icon=":material/arrow_back:",
        )
        st.html(f'<div class="fs-head"><h1>{escape(say("painting.title", eye=eye))}</h1></div>')
    photograph = _photograph(desk, read)
    if not photograph:
        st.html(parts.quiet(say("slot.no_preview")))
        return
    with Image.open(io.BytesIO(photograph)) as opened:
        size = opened.size
    key = f"painter-{photograph_id}-{desk.serial}"
    _painter(
        key=key,
        data=_data(staff, desk, read, photograph, size),
        on_save_change=partial(_save, desk, read, size, key),
        on_draft_change=partial(_draft, desk, photograph_id, key),
    )
    history = people_masks(read.kept)
    if history:
        with st.container(key="card-painted"):
            st.html(parts.head_of_part(say("painting.history"), say("painting.history.text")))
            st.html(stands(read.kept))


def stands(photograph: records_client.KeptPhotograph) -> str:
    """Return every painted mask as HTML, oldest first: what, who, when, from what, how long."""
    by_id = {each.picture_id: each for each in photograph.pictures}
    lines = "".join(
        f"<li><b>{escape(layer_name(each.kind))}</b><small>{escape(told_of(each, by_id))}</small>"
        "</li>"
        for each in people_masks(photograph)
    )
    return f'<ul class="fs-stands">{lines}</ul>'


def told_of(mask: Mask, by_id: Mapping[str, Mask]) -> str:
    """Return who painted a mask, when, from what and for how long, in words."""
    parent = by_id.get(mask.parent_id)
    kind = "nothing" if parent is None else "person" if parent.by_person else "model"
    begun = say(
        f"painting.from.{kind}",
        by="" if parent is None else parent.source,
        at="" if parent is None else moment(parent.made_ms),
    )
    spent = say("painting.spent", seconds=number(mask.spent_s, 0))
    return say("painting.told", by=mask.source, at=moment(mask.made_ms), begun=begun, spent=spent)


def layer_name(layer: str) -> str:
    """Return what a layer is called."""
    return say(f"painting.layer.{layer}") if layer in LAYERS else layer.replace("_", " ")


def _leave(desk: ReadingDesk) -> None:
    desk.painting = ""


def _photograph(desk: ReadingDesk, read: ReadPhotograph) -> bytes:
    place = ("painting", read.kept.photograph_id)
    if place not in desk.drawn:
        original = desk.picture(read.kept.photograph_id) or b""
        desk.drawn[place] = shown(original, desk.picture(read.picture_id("photograph"))) or b""
    return desk.drawn[place]


def _data(
    staff: Staff,
    desk: ReadingDesk,
    read: ReadPhotograph,
    photograph: bytes,
    size: tuple[int, int],
) -> dict[str, Any]:
    drafts = desk.drafts.get(read.kept.photograph_id, {})
    return {
        "photograph": in_a_page(photograph, "image/jpeg"),
        "width": size[0],
        "height": size[1],
        "layers": [_layer(desk, read, layer, size, drafts) for layer in LAYERS],
        "answer": desk.painted,
        "words": _words(spoken(), parts.eye_name(read.eye, in_words=True)),
        "by": staff.session.shown_name,
    }


def _layer(
    desk: ReadingDesk,
    read: ReadPhotograph,
    layer: str,
    size: tuple[int, int],
    drafts: Mapping[str, Any],
) -> dict[str, Any]:
    model, last = model_picture(read.kept, layer), last_of(read.kept, layer)
    return {
        "id": layer,
        "name": layer_name(layer),
        "colour": f"rgb{LAYERS[layer]}",
        "outlined": layer in ("disc", "cup"),
        "model": _mask(desk, layer, model, size),
        "modelId": model.picture_id if model else "",
        "kept": _mask(desk, layer, last, size),
        "keptId": last.picture_id if last else "",
        "keptBy": say("painting.kept", by=last.source, at=moment(last.made_ms)) if last else "",
        "draft": drafts.get(layer),
    }


def _mask(desk: ReadingDesk, layer: str, picture: Mask | None, size: tuple[int, int]) -> str:
    content = desk.picture(picture.picture_id) if picture else None
    if picture is None or content is None:
        return ""
    place = ("mask", layer, picture.picture_id)
    if place not in desk.drawn:
        whole = picture.by_person
        desk.drawn[place] = sized(content, size) if whole else model_mask(layer, content, size)
    return in_a_page(desk.drawn[place])


@cache
def _words(language: Any, eye: str) -> dict[str, str]:
    table = tomllib.loads((WORDS / "painter.toml").read_text(encoding="utf-8"))
    return {key: words[language].replace("{eye}", eye) for key, words in table.items()}


def _said(key: str, what: str) -> Mapping[str, Any]:
    said = st.session_state[key].get(what)
    return said if isinstance(said, dict) else {}


def _draft(desk: ReadingDesk, photograph_id: str, key: str) -> None:
    layers = _said(key, "draft").get("layers")
    if isinstance(layers, dict):
        desk.drafts[photograph_id] = {k: v for k, v in layers.items() if k in LAYERS}


def _save(desk: ReadingDesk, read: ReadPhotograph, size: tuple[int, int], key: str) -> None:
    said = _said(key, "save")
    layers = said.get("layers")
    if not isinstance(layers, dict) or not layers:
        return
    drafts = desk.drafts.setdefault(read.kept.photograph_id, {})
    kept: list[str] = []
    refused = ""
    for layer, each in layers.items():
        try:
            _keep(desk, read, layer, each, size)
        except ForeseyeError as error:
            drafts[layer], refused = each, told(error.public_message)
        except NotPainted:
            refused = say("painting.damaged")
        else:
            drafts.pop(layer, None)
            kept.append(layer)
    if kept:
        desk.ask(lambda: desk.clinic.read_exam(desk.exam.exam_id))
    desk.painted = {"serial": said.get("serial"), "kept": kept, "refused": refused}


def _keep(
    desk: ReadingDesk, read: ReadPhotograph, layer: str, said: object, size: tuple[int, int]
) -> None:
    mask = painted(layer, said, size)
    kept = desk.clinic.correct_mask(
        desk.exam.exam_id,
        read.kept.photograph_id,
        mask.layer,
        mask.png,
        parent_id=mask.parent_id,
        spent_s=mask.spent_s,
    )
    # Known here already: it need not come back over the wire.
    desk.contents[kept.picture_id] = mask.png

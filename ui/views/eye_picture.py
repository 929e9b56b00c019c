"""One eye's photograph in the reading room: red-free or not, with what the model or people drew."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui import parts
from ui.kept_exam import ReadPhotograph
from ui.looking import shown
from ui.overlays import Layers
from ui.painting import ARTERIES_VEINS, DISC_CUP, FROM, corrected, last_of, people_masks
from ui.reading_desk import ReadingDesk
from ui.wording import say
from ui.zooming import zoom_bar

LAYERS = ("arterioles", "venules", "disc", "cup")


@dataclass(frozen=True)
class View:
    """How the photographs are looked at."""

    red_free: bool
    layers: Layers
    corrected: bool
    """What people painted stands in the place of the model's masks."""


def switches(desk: ReadingDesk) -> View:
    """Draw the switches above both eyes, and return what they say."""
    views = {"colour": say("reading.view.colour"), "red_free": say("reading.view.red_free")}
    with st.container(
        key="switches-reading", horizontal=True, gap="medium", vertical_alignment="center"
    ):
        view = st.segmented_control(
            say("reading.view"),
            list(views),
            format_func=views.__getitem__,
            default="colour",
            required=True,
            key=f"view-{desk.serial}",
            label_visibility="collapsed",
        )
        on = {
            name: st.toggle(say(f"overlay.{name}"), key=f"show-{name}-reading-{desk.serial}")
            for name in LAYERS
        }
        painted = any(people_masks(each) for each in desk.exam.photographs)
        people = _drawn_by(desk) if painted else False
    return View(view == "red_free", Layers(**on), people)


def _drawn_by(desk: ReadingDesk) -> bool:
    who = st.segmented_control(
        say("painting.drawn_by"),
        ("people", "model"),
        format_func=lambda each: say(f"painting.drawn_by.{each}"),
        default="people",
        required=True,
        key=f"drawn-by-{desk.serial}",
        label_visibility="collapsed",
    )
    return who == "people"


def show(desk: ReadingDesk, read: ReadPhotograph, code: str, view: View) -> None:
    """Draw the photograph in its frame, with the buttons to look closer."""
    picture = _drawn(desk, read, view)
    if not picture:
        st.html(parts.quiet(say("slot.no_preview")))
        return
    names = [say(f"overlay.{name}") for name in LAYERS if getattr(view.layers, name)]
    words = {
        "eye": parts.eye_name(read.eye, in_words=True),
        "shown": say("list.and").join(names),
    }
    with st.container(key=f"look-{code}"):
        st.image(
            picture,
            width="stretch",
            alt=say("overlay.alt" if names else "overlay.alt.none", **words),
        )
    st.html(zoom_bar(f"look-{code}"))


def _drawn(desk: ReadingDesk, read: ReadPhotograph, view: View) -> bytes:
    last = {layer: last_of(read.kept, layer) for layer in FROM} if view.corrected else {}
    painted = {layer: mask.picture_id for layer, mask in last.items() if mask is not None}
    place = (read.kept.photograph_id, view, tuple(painted.items()))
    if place not in desk.drawn:
        masks = {layer: desk.picture(picture_id) for layer, picture_id in painted.items()}
        arteries_veins, disc_cup = corrected(
            desk.picture(read.picture_id(ARTERIES_VEINS)),
            desk.picture(read.picture_id(DISC_CUP)),
            {layer: mask for layer, mask in masks.items() if mask is not None},
        )
        drawn = shown(
            desk.picture(read.kept.photograph_id) or b"",
            desk.picture(read.picture_id("photograph")),
            red_free=view.red_free,
            layers=view.layers,
            arteries_veins=arteries_veins,
            disc_cup=disc_cup,
        )
        desk.drawn[place] = drawn or b""
    return desk.drawn[place]

"""One eye's photograph in the reading room: red-free or not, with what the model or people drew."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui import parts
from ui.compared import with_difference, with_lesions
from ui.kept_exam import ReadPhotograph
from ui.looking import shown
from ui.overlays import Layers
from ui.painting import ARTERIES_VEINS, DISC_CUP, FROM, corrected, last_of, people_masks
from ui.reading_desk import ReadingDesk
from ui.views import drawn_layers
from ui.views.drawn_layers import DIFFERENCE, MODEL, PEOPLE
from ui.wording import say
from ui.zooming import zoom_bar

LAYERS = ("arterioles", "venules", "disc", "cup")
RECORDED_AS = {"arterioles": "arteriole", "venules": "venule", "disc": "disc", "cup": "cup"}
NONE = Layers(False, False, False, False)


@dataclass(frozen=True)
class View:
    """How the photographs are looked at."""

    red_free: bool
    layers: Layers
    lesions: bool
    drawn_by: str
    """Whose masks: people's in place of the model's, the model's, or where the two differ."""

    def names(self) -> list[str]:
        """Return the layers that are shown, as the records call them; lesions are apart."""
        return [RECORDED_AS[name] for name in LAYERS if getattr(self.layers, name)]


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
        on = {name: _toggle(desk, name) for name in LAYERS}
        lesions = any(drawn_layers.lesions_of(each) for each in desk.exam.photographs)
        lesions = lesions and _toggle(desk, "lesions")
        painted = any(people_masks(each) for each in desk.exam.photographs)
        people = _drawn_by(desk) if painted else MODEL
    return View(view == "red_free", Layers(**on), lesions, people)


def _toggle(desk: ReadingDesk, name: str) -> bool:
    return st.toggle(say(f"overlay.{name}"), key=f"show-{name}-reading-{desk.serial}")


def _drawn_by(desk: ReadingDesk) -> str:
    return st.segmented_control(
        say("painting.drawn_by"),
        (PEOPLE, MODEL, DIFFERENCE),
        format_func=lambda each: say(f"painting.drawn_by.{each}"),
        default=PEOPLE,
        required=True,
        key=f"drawn-by-{desk.serial}",
        label_visibility="collapsed",
    )


def show(desk: ReadingDesk, read: ReadPhotograph, code: str, view: View) -> None:
    """Draw the photograph in its frame, with the buttons to look closer, and who drew what."""
    picture = _drawn(desk, read, view)
    if not picture:
        st.html(parts.quiet(say("slot.no_preview")))
        return
    names = [say(f"overlay.{name}") for name in LAYERS if getattr(view.layers, name)]
    names += [say("overlay.lesions")] if view.lesions else []
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
    told = drawn_layers.told(desk, read.kept, _layers(read, view), view.drawn_by)
    if told:
        st.html(told)


def _layers(read: ReadPhotograph, view: View) -> list[str]:
    """Return the layers to tell of: lesions always, the others where they are compared."""
    lesions = drawn_layers.lesions_of(read.kept) if view.lesions else []
    return [*(view.names() if view.drawn_by == DIFFERENCE else []), *lesions]


def _drawn(desk: ReadingDesk, read: ReadPhotograph, view: View) -> bytes:
    pictures = tuple(picture.picture_id for picture in read.kept.pictures)
    place = (read.kept.photograph_id, view, pictures)
    if place not in desk.drawn:
        desk.drawn[place] = _with_layers(desk, read, view) or b""
    return desk.drawn[place]


def _with_layers(desk: ReadingDesk, read: ReadPhotograph, view: View) -> bytes | None:
    differs = view.drawn_by == DIFFERENCE
    arteries_veins, disc_cup = _indices(desk, read, view.drawn_by == PEOPLE)
    photograph = shown(
        desk.picture(read.kept.photograph_id) or b"",
        desk.picture(read.picture_id("photograph")),
        red_free=view.red_free,
        layers=NONE if differs else view.layers,
        arteries_veins=arteries_veins,
        disc_cup=disc_cup,
    )
    layers = _layers(read, view)
    if photograph is None or not layers:
        return photograph
    if differs:
        corrected_ones = [layer for layer in layers if last_of(read.kept, layer) is not None]
        pairs = [drawn_layers.pair(desk, read.kept, layer) for layer in corrected_ones]
        return with_difference(photograph, pairs)
    masks = [(each, drawn_layers.mask(desk, read.kept, each, view.drawn_by)) for each in layers]
    return with_lesions(photograph, [(layer, mask) for layer, mask in masks if mask is not None])


def _indices(
    desk: ReadingDesk, read: ReadPhotograph, people: bool
) -> tuple[bytes | None, bytes | None]:
    """Return both pictures of indices, with what people painted in place of the model's."""
    last = {layer: last_of(read.kept, layer) for layer in FROM} if people else {}
    masks = {layer: desk.picture(mask.picture_id) for layer, mask in last.items() if mask}
    return corrected(
        desk.picture(read.picture_id(ARTERIES_VEINS)),
        desk.picture(read.picture_id(DISC_CUP)),
        {layer: mask for layer, mask in masks.items() if mask is not None},
    )

"""Which layers a photograph has, whose they are, and how far a person and the model agree."""

from __future__ import annotations

import io
from html import escape

from PIL import Image

from edge_runtime.wire.client import records_client
from ui.compared import BOTH, agreement
from ui.compared import MODEL as MODEL_COLOUR
from ui.compared import PERSON as PERSON_COLOUR
from ui.painting import LAYERS, LESION, Mask, last_of, model_mask, model_picture
from ui.reading_desk import ReadingDesk
from ui.wording import moment, number, say

Photograph = records_client.KeptPhotograph
PEOPLE, MODEL, DIFFERENCE = "people", "model", "difference"


def lesions_of(photograph: Photograph) -> list[str]:
    """Return the lesions that a person or the model drew on a photograph, in the painter's order.

    A kind that this screen does not know is left to the history below the painter.
    """
    kinds = {picture.kind for picture in photograph.pictures}
    return [layer for layer in LAYERS if layer.startswith(LESION) and layer in kinds]


def mask(desk: ReadingDesk, photograph: Photograph, layer: str, drawn_by: str) -> bytes | None:
    """Return a layer's mask as PNG: a person's last where asked for and there, else the model's."""
    person = last_of(photograph, layer) if drawn_by == PEOPLE else None
    if person is not None:
        return desk.picture(person.picture_id)
    return _of_the_model(desk, photograph, layer)


def pair(
    desk: ReadingDesk, photograph: Photograph, layer: str
) -> tuple[bytes | None, bytes | None]:
    """Return the model's mask of a layer and a person's last, None for one that is not there."""
    person = last_of(photograph, layer)
    content = None if person is None else desk.picture(person.picture_id)
    return _of_the_model(desk, photograph, layer), content


def told(desk: ReadingDesk, photograph: Photograph, layers: list[str], drawn_by: str) -> str:
    """Return as HTML whose drawing each layer is and of when; empty for no layers."""
    if not layers:
        return ""
    lines = "".join(_line(desk, photograph, layer, drawn_by) for layer in layers)
    signs = _signs() if drawn_by == DIFFERENCE else ""
    return f'{signs}<ul class="fs-drawn">{lines}</ul>'


def _line(desk: ReadingDesk, photograph: Photograph, layer: str, drawn_by: str) -> str:
    person, model = last_of(photograph, layer), model_picture(photograph, layer)
    name = escape(say(f"painting.layer.{layer}"))
    if drawn_by == DIFFERENCE:
        return (
            f"<li><b>{name}</b><small>{escape(_difference(desk, photograph, layer))}</small></li>"
        )
    shown = person if drawn_by == PEOPLE and person is not None else model
    return f"<li>{_swatch(LAYERS[layer])}<b>{name}</b><small>{escape(whose(shown))}</small></li>"


def whose(drawn: Mask | None) -> str:
    """Return who or what drew a mask, and when."""
    if drawn is None:
        return say("drawn.by.nobody")
    kind = "person" if drawn.by_person else "model"
    return say(f"drawn.by.{kind}", by=drawn.source, at=moment(drawn.made_ms))


def _difference(desk: ReadingDesk, photograph: Photograph, layer: str) -> str:
    person, model = last_of(photograph, layer), model_picture(photograph, layer)
    if person is None:
        return say("drawn.uncorrected", model=whose(model))
    alike = agreement(*pair(desk, photograph, layer))
    words = say("drawn.both_empty") if alike is None else number(alike, 2)
    return say("drawn.against", person=whose(person), model=whose(model), alike=words)


def _signs() -> str:
    """Return what fill, hatches and rim mean."""
    cells = "".join(
        f"<span>{_swatch(colour, kind)}{escape(say(f'drawn.sign.{kind}'))}</span>"
        for kind, colour in (("person", PERSON_COLOUR), ("model", MODEL_COLOUR), ("both", BOTH))
    )
    return f'<p class="fs-signs">{cells}</p>'


def _swatch(colour: tuple[int, int, int], kind: str = "person") -> str:
    return f'<i class="fs-swatch {kind}" style="--of: rgb{colour}" aria-hidden="true"></i>'


def _of_the_model(desk: ReadingDesk, photograph: Photograph, layer: str) -> bytes | None:
    picture = model_picture(photograph, layer)
    content = None if picture is None else desk.picture(picture.picture_id)
    if content is None:
        return None
    with Image.open(io.BytesIO(content), formats=("PNG",)) as opened:
        size = opened.size
    return model_mask(layer, content, size)

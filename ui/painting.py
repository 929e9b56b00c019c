"""Masks to paint on a photograph: what the model drew, what people painted, and what comes back.

Pure: works on bytes and on what the records hand out. A mask that a person painted stands beside
the model's and never in its place.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_runtime.wire.client import records_client
from ui.overlays import ARTERIOLE, COLOUR_OF, CUP, VENULE, BoolArray

Photograph = records_client.KeptPhotograph
Mask = records_client.KeptPicture

ARTERIES_VEINS, DISC_CUP = "arteries_veins", "disc_cup"
LESION = "lesion_"

LAYERS = {
    "arteriole": COLOUR_OF["arterioles"],
    "venule": COLOUR_OF["venules"],
    "disc": COLOUR_OF["disc"],
    "cup": COLOUR_OF["cup"],
    "lesion_microaneurysm": (255, 145, 0),
    "lesion_haemorrhage": (226, 96, 214),
    "lesion_hard_exudate": (255, 235, 59),
    "lesion_soft_exudate": (178, 223, 138),
    "lesion_new_vessel": (0, 229, 255),
    "lesion_drusen": (188, 170, 255),
}
"""What can be painted, by the records' name, and its colour. Microaneurysms, haemorrhages and
exudates mean what they mean in IDRiD, soft exudates being cotton wool spots."""

FROM: dict[str, tuple[str, Callable[[npt.NDArray[np.uint8]], BoolArray]]] = {
    "arteriole": (ARTERIES_VEINS, lambda indices_HW: indices_HW == ARTERIOLE),
    "venule": (ARTERIES_VEINS, lambda indices_HW: indices_HW == VENULE),
    "disc": (DISC_CUP, lambda indices_HW: indices_HW > 0),
    "cup": (DISC_CUP, lambda indices_HW: indices_HW == CUP),
}
"""The model's picture that holds a layer, and which of its indices are the layer."""

PNG = "data:image/png;base64,"


class NotPainted(ValueError):
    """What came from the browser is no mask of this photograph."""


@dataclass(frozen=True)
class Painted:
    """One layer as it came from the browser."""

    layer: str
    png: bytes
    """One channel, 255 inside."""
    parent_id: str
    spent_s: float


def people_masks(photograph: Photograph) -> tuple[Mask, ...]:
    """Return every mask that people painted of a photograph, oldest first."""
    return tuple(each for each in photograph.pictures if each.by_person)


def last_of(photograph: Photograph, layer: str) -> Mask | None:
    """Return the last mask that a person painted of a layer."""
    return {each.kind: each for each in people_masks(photograph)}.get(layer)


def model_picture(photograph: Photograph, layer: str) -> Mask | None:
    """Return the model's picture that holds a layer; None for one that no model draws."""
    kind = FROM[layer][0] if layer in FROM else layer
    found = [p for p in photograph.pictures if p.kind == kind and not p.by_person]
    return found[-1] if found else None


def model_mask(layer: str, picture: bytes, size: tuple[int, int]) -> bytes:
    """Return the model's mask of a layer as PNG of `size` (width, height)."""
    if layer not in FROM:
        return sized(picture, size)
    return _png(FROM[layer][1](_read(picture, size)))


def sized(mask: bytes, size: tuple[int, int]) -> bytes:
    """Return a mask as PNG, 255 inside, of `size` (width, height)."""
    return _png(_read(mask, size) > 0)


def corrected(
    arteries_veins: bytes | None, disc_cup: bytes | None, people: Mapping[str, bytes]
) -> tuple[bytes | None, bytes | None]:
    """Return both pictures of indices with the masks of `people` in place of the model's.

    What two masks claim is the last one's: a venule lies over an arteriole, a cup over its disc.
    """
    return (
        _indices(arteries_veins, people, {"arteriole": ARTERIOLE, "venule": VENULE}),
        _indices(disc_cup, people, {"disc": 1, "cup": CUP}),
    )


def _indices(model: bytes | None, people: Mapping[str, bytes], of: dict[str, int]) -> bytes | None:
    known = [people[layer] for layer in of if layer in people]
    if not known:
        return model
    with Image.open(io.BytesIO(known[0]), formats=("PNG",)) as opened:
        size = opened.size
    indices_HW = np.zeros((size[1], size[0]), np.uint8)
    for layer, index in of.items():
        if layer in people:
            inside_HW = _read(people[layer], size) > 0
        elif model is not None:
            inside_HW = FROM[layer][1](_read(model, size))
        else:
            continue
        indices_HW[inside_HW] = index
    return _written(indices_HW)


def painted(layer: str, said: object, size: tuple[int, int]) -> Painted:
    """Return a layer as the browser sent it. Raises NotPainted for what our page never sends."""
    if layer not in LAYERS or not isinstance(said, dict):
        raise NotPainted(f"a layer called {layer!r}")
    png, parent_id, spent_s = said.get("png"), said.get("parent"), said.get("spent_s")
    if not isinstance(png, str) or not png.startswith(PNG) or not isinstance(parent_id, str):
        raise NotPainted("a mask that is no PNG, or of no parent")
    if not isinstance(spent_s, int | float) or not 0 <= spent_s <= 86_400:
        raise NotPainted("a time that cannot be")
    try:
        content = base64.b64decode(png.removeprefix(PNG), validate=True)
        with Image.open(io.BytesIO(content), formats=("PNG",)) as opened:
            if opened.size != size:  # told by the header, before anything is decoded
                raise NotPainted(f"a mask of {opened.size} on a photograph of {size}")
            inside_HW = np.asarray(opened.convert("L")) > 127
    except (binascii.Error, OSError, SyntaxError) as error:
        raise NotPainted(str(error)) from None
    return Painted(layer, _png(inside_HW), parent_id, float(spent_s))


def in_a_page(content: bytes, media_type: str = "image/png") -> str:
    """Return a picture as a page can hold it without asking for it."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _read(mask: bytes, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    with Image.open(io.BytesIO(mask), formats=("PNG",)) as opened:
        plain = Image.fromarray(
            np.asarray(opened if opened.mode in ("L", "P") else opened.convert("L"))
        )
    # No index is mixed with its neighbour.
    return np.asarray(plain.resize(size, Image.Resampling.NEAREST))


def _png(inside_HW: BoolArray) -> bytes:
    return _written(inside_HW.astype(np.uint8) * 255)


def _written(values_HW: npt.NDArray[np.uint8]) -> bytes:
    written = io.BytesIO()
    Image.fromarray(values_HW).save(written, "PNG", compress_level=3)
    return written.getvalue()

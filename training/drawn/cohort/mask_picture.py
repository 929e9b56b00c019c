"""All masks of one photograph in one small picture, exactly, however they overlap.

A pixel's value stands for the combination of masks that it lies in; 0 is none. A mask is then the
list of the values in whose combination it is, which is what the manifest's selectors say
(`a.png#1,3`). The palette is for people who open the picture; readers take the values.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from edge_runtime.domain import BoolArray, UInt8Array

NOWHERE = "#>=256"
"""The selector of a mask that is empty: no value of 8 bits is as high."""
MAX_BITS, MAX_COMBINATIONS = 16, 256
ZLIB_LEVEL = 1
"""Fastest; at 512 px the file is a few kB either way."""
COLOURS = (
    (220, 60, 60), (70, 110, 230), (240, 200, 90), (255, 245, 190), (230, 140, 40),
    (150, 60, 200), (60, 190, 110), (240, 240, 240), (180, 20, 90), (110, 220, 220),
    (160, 120, 70), (255, 120, 180),
)  # fmt: skip


@dataclass(frozen=True)
class MaskPicture:
    """One PNG file and, for each of its masks, the selector that finds it there."""

    content: bytes
    selectors: dict[str, str]


def mask_pictures(masks: Mapping[str, BoolArray]) -> list[MaskPicture]:
    """Return the pictures that hold masks (H, W) by name: one, or more where one is too small.

    8 bits tell 256 combinations apart; masks that overlap in more ways are halved, in order.
    """
    inside = [name for name, mask in masks.items() if mask.any()]
    if len(inside) <= MAX_BITS:
        combinations, values = _numbered(masks, inside)
        if len(combinations) <= MAX_COMBINATIONS:
            selectors = {name: _selector(combinations, inside, name) for name in masks}
            return [MaskPicture(_png(values, combinations), selectors)]
    names = list(masks)
    middle = len(names) // 2
    halves = ({name: masks[name] for name in half} for half in (names[:middle], names[middle:]))
    return [picture for half in halves for picture in mask_pictures(half)]


def either(selectors: Mapping[str, str], *names: str) -> str:
    """Return the selector of the union of masks of one picture."""
    values = {
        value
        for name in names
        if selectors[name] != NOWHERE
        for value in map(int, selectors[name][1:].split(","))
    }
    return _listed(sorted(values))


def _numbered(masks: Mapping[str, BoolArray], inside: list[str]) -> tuple[list[int], UInt8Array]:
    """Return the combinations that occur, as bits, nothing first; and each pixel's, (H, W)."""
    codes = np.zeros(next(iter(masks.values())).shape, np.uint16)
    for bit, name in enumerate(inside):
        codes |= masks[name].astype(np.uint16) << np.uint16(bit)
    counts = np.bincount(codes.ravel(), minlength=1 << len(inside))
    counts[0] = 1
    present = np.flatnonzero(counts)
    place = np.zeros(len(counts), np.uint8)
    place[present] = np.arange(len(present)).astype(np.uint8)
    return [int(code) for code in present], np.asarray(place[codes])


def _selector(combinations: list[int], inside: list[str], name: str) -> str:
    if name not in inside:
        return NOWHERE
    bit = inside.index(name)
    return _listed([value for value, code in enumerate(combinations) if code >> bit & 1])


def _listed(values: list[int]) -> str:
    return "#" + ",".join(map(str, values)) if values else NOWHERE


def _png(values: UInt8Array, combinations: list[int]) -> bytes:
    """Return the picture's file; a combination is shown in the colour of its last mask."""
    palette = [
        channel
        for code in combinations
        for channel in (COLOURS[(code.bit_length() - 1) % len(COLOURS)] if code else (0, 0, 0))
    ]
    picture = Image.fromarray(values, "P")
    picture.putpalette(palette)
    file = io.BytesIO()
    picture.save(file, "png", compress_level=ZLIB_LEVEL)
    return file.getvalue()

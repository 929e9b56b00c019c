"""Lesions over a photograph, and what people painted against what the model drew.

Pure: masks in, pictures and numbers out. Where both agree the photograph keeps its colours within a
thin white rim; what a person alone painted is filled, what the model alone drew is hatched: the
three are told apart without colour too.

Legend: H rows, W columns.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from ui.overlays import JPEG_QUALITY, READABLE, BoolArray, outline
from ui.painting import LAYERS

PERSON, MODEL, BOTH = (255, 145, 0), (64, 156, 255), (255, 255, 255)
STRENGTH = 0.72
"""How much of a mark's colour hides the photograph, in [0, 1]."""

RIM_SHARE = 0.0018
"""Width of a rim as a share of the picture's longer side."""

HATCH_SHARE = 0.006
"""Distance of two hatches, as above."""


def with_lesions(photograph: bytes, lesions: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the photograph as JPEG with each lesion in its layer's colour, rimmed in white.

    `lesions` are layers with masks of any size, 0 outside.
    """
    pixels_HWC = _opened(photograph)
    size = (pixels_HWC.shape[1], pixels_HWC.shape[0])
    for layer, mask in lesions:
        inside_HW = _mask(mask, size)
        _fill(pixels_HWC, inside_HW, LAYERS[layer])
        _fill(pixels_HWC, outline(inside_HW, _width_px(size)), BOTH, 1.0)
    return _jpeg(pixels_HWC)


def with_difference(photograph: bytes, pairs: Sequence[tuple[bytes | None, bytes | None]]) -> bytes:
    """Return the photograph as JPEG with what a person and the model drew differently.

    Each pair is the model's mask and the person's; None is an empty one.
    """
    pixels_HWC = _opened(photograph)
    size = (pixels_HWC.shape[1], pixels_HWC.shape[0])
    hatched_HW = _hatches(size)
    for model, person in pairs:
        model_HW, person_HW = _mask(model, size), _mask(person, size)
        _fill(pixels_HWC, person_HW & ~model_HW, PERSON)
        _fill(pixels_HWC, model_HW & ~person_HW & hatched_HW, MODEL, 1.0)
        _fill(pixels_HWC, outline(model_HW & person_HW, _width_px(size)), BOTH, 1.0)
    return _jpeg(pixels_HWC)


def agreement(model: bytes | None, person: bytes | None) -> float | None:
    """Return the Dice coefficient of two masks, in [0, 1]; None where both are empty."""
    sizes = []
    for mask in (model, person):
        if mask is not None:
            with Image.open(io.BytesIO(mask), formats=("PNG",)) as opened:
                sizes.append(opened.size)
    if not sizes:
        return None
    size = min(sizes)  # the smaller grid: what one of them does not tell is not judged
    model_HW, person_HW = _mask(model, size), _mask(person, size)
    total = int(model_HW.sum()) + int(person_HW.sum())
    return None if total == 0 else 2 * int((model_HW & person_HW).sum()) / total


def _opened(photograph: bytes) -> npt.NDArray[np.float32]:
    with Image.open(io.BytesIO(photograph), formats=READABLE) as opened:
        return np.asarray(opened.convert("RGB"), dtype=np.float32).copy()


def _mask(mask: bytes | None, size: tuple[int, int]) -> BoolArray:
    if mask is None:
        return np.zeros((size[1], size[0]), dtype=bool)
    with Image.open(io.BytesIO(mask), formats=("PNG",)) as opened:
        grey = opened.convert("L").resize(size, Image.Resampling.NEAREST)
    return np.asarray(grey) > 0


def _fill(
    pixels_HWC: npt.NDArray[np.float32],
    inside_HW: BoolArray,
    colour: tuple[int, int, int],
    strength: float = STRENGTH,
) -> None:
    kept = pixels_HWC[inside_HW] * (1.0 - strength)
    pixels_HWC[inside_HW] = kept + np.float32(strength) * np.array(colour, np.float32)


def _hatches(size: tuple[int, int]) -> BoolArray:
    """Return slanted stripes, half of them True."""
    step_px = max(4, round(HATCH_SHARE * max(size)))
    rows, columns = np.indices((size[1], size[0]), sparse=True)
    return np.asarray((rows + columns) % step_px < step_px // 2)


def _width_px(size: tuple[int, int]) -> int:
    return max(1, round(RIM_SHARE * max(size)))


def _jpeg(pixels_HWC: npt.NDArray[np.float32]) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels_HWC.round().astype(np.uint8)).save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()

"""Lesions over a photograph and where two drawings differ, against values set by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.ui.fake_service import mask_png
from ui.compared import MODEL, PERSON, agreement, with_difference, with_lesions
from ui.painting import LAYERS

SIDE_PX = 100


def a_photograph(value: int = 60) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (SIDE_PX, SIDE_PX), (value, value, value)).save(written, "PNG")
    return written.getvalue()


def a_mask(top: int, bottom: int, left: int, right: int) -> bytes:
    inside_HW = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    inside_HW[top:bottom, left:right] = 255
    return mask_png(inside_HW)


def read(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as opened:
        assert opened.format == "JPEG"
        return np.asarray(opened.convert("RGB")).astype(int)


def like(pixel: np.ndarray, colour: tuple[int, ...], within: int = 40) -> bool:
    return bool(np.abs(pixel - np.array(colour)).max() <= within)


def test_a_lesion_has_its_layers_colour_and_leaves_the_rest_alone() -> None:
    layer = "lesion_haemorrhage"

    seen = read(with_lesions(a_photograph(), [(layer, a_mask(20, 60, 20, 60))]))

    mixed = tuple(round(0.28 * 60 + 0.72 * part) for part in LAYERS[layer])
    assert like(seen[40, 40], mixed)
    assert like(seen[80, 80], (60, 60, 60), 8)


def test_a_person_alone_is_filled_the_model_alone_hatched_and_both_keep_the_photograph() -> None:
    model, person = a_mask(10, 90, 0, 60), a_mask(10, 90, 40, 100)

    seen = read(with_difference(a_photograph(), [(model, person)]))

    filled = tuple(round(0.28 * 60 + 0.72 * part) for part in PERSON)
    assert np.mean([like(pixel, filled) for pixel in seen[20:80, 66:96].reshape(-1, 3)]) > 0.95
    blue = [like(pixel, MODEL, 70) for pixel in seen[20:80, 4:34].reshape(-1, 3)]
    assert 0.2 < np.mean(blue) < 0.8
    assert like(seen[50, 50], (60, 60, 60), 8)


def test_what_nobody_drew_is_an_empty_mask() -> None:
    seen = read(with_difference(a_photograph(), [(None, a_mask(0, 100, 0, 100))]))

    assert like(seen[50, 50], tuple(round(0.28 * 60 + 0.72 * part) for part in PERSON))


def test_agreement_is_twice_the_common_part_of_both() -> None:
    left, middle = a_mask(0, 100, 0, 60), a_mask(0, 100, 30, 90)

    assert agreement(left, middle) == pytest.approx(2 * 30 / 120)
    assert agreement(left, left) == 1.0
    assert agreement(left, None) == 0.0
    assert agreement(None, None) is None
    assert agreement(a_mask(0, 0, 0, 0), None) is None


def test_masks_of_two_sizes_are_compared_on_the_smaller() -> None:
    small = mask_png(np.array([[255, 0], [255, 0]], np.uint8))

    assert agreement(a_mask(0, 100, 0, 50), small) == 1.0

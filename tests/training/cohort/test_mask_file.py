"""Masks are read from pictures as the manifest's selectors say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_runtime.errors import ManifestError
from training.cohort.mask_file import CROSSING_OR_UNCERTAIN, read_index, read_mask

CODES = np.array([[0, 1, 2, 3], [0, 64, 128, 255]], np.uint8)


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    Image.fromarray(CODES).save(tmp_path / "codes.png")
    return tmp_path / "codes.png"


@pytest.mark.parametrize(
    ("selector", "inside"),
    [
        ("", CODES > 0),
        ("#1", CODES == 1),
        ("#1,3", (CODES == 1) | (CODES == 3)),
        ("#>=128", CODES >= 128),
        ("#999", np.zeros_like(CODES, dtype=bool)),
    ],
)
def test_a_selector_says_which_values_are_inside(
    codes: Path, selector: str, inside: np.ndarray
) -> None:
    mask_HW = read_mask(f"{codes}{selector}")

    assert mask_HW.dtype == np.bool_
    np.testing.assert_array_equal(mask_HW, inside)


def test_the_codes_can_be_read_with_the_selector_left_aside(codes: Path) -> None:
    index_HW = read_index(f"{codes}#1")

    np.testing.assert_array_equal(index_HW, CODES)
    assert (index_HW == CROSSING_OR_UNCERTAIN).sum() == 1


@pytest.mark.parametrize("name", ["two.gif", "two.png", "two.tif", "two.bmp"])
@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_a_mask_of_two_values_reads_alike_in_every_format(
    tmp_path: Path, name: str, mode: str
) -> None:
    inside = np.array([[True, False], [False, True]])
    picture = Image.fromarray(inside)
    if mode == "P":
        picture = Image.fromarray(inside.astype(np.uint8))
        picture.putpalette([0, 0, 0, 200, 30, 30])
    picture.convert(mode).save(tmp_path / name)

    np.testing.assert_array_equal(read_mask(tmp_path / name), inside)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_one_colour_painted_on_black_is_a_mask(tmp_path: Path, mode: str) -> None:
    painted = np.zeros((2, 3, 3), np.uint8)
    painted[0, 1] = painted[1, 2] = (200, 0, 10)
    Image.fromarray(painted).convert(mode).save(tmp_path / "painted.tif")

    index_HW = read_index(tmp_path / "painted.tif")

    np.testing.assert_array_equal(index_HW, [[0, 255, 0], [0, 0, 255]])
    assert read_mask(tmp_path / "painted.tif").sum() == 2


def test_what_is_no_mask_is_refused_by_name(tmp_path: Path) -> None:
    Image.fromarray(np.eye(3, dtype=np.uint8)[None] * 255).save(tmp_path / "colour.png")
    Image.fromarray(np.zeros((2, 2), np.uint16)).save(tmp_path / "deep.png")
    (tmp_path / "words.png").write_text("no picture", encoding="utf-8")
    Image.fromarray(np.zeros((50, 50), np.uint8)).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:50])

    for name in ("colour.png", "deep.png", "words.png", "half.png", "absent.png"):
        with pytest.raises(ManifestError, match=name):
            read_mask(tmp_path / name)

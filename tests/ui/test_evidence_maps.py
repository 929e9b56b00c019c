"""Evidence as a heat on the photograph: where it lies, told by lightness as well as by colour."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from edge_runtime.domain import Evidence
from tests.ui.fake_service import a_forecast, mask_png, photograph_jpeg
from ui.evidence_maps import SCALE_PC, colours, conditions_told, densest, heat_over

SIDE_PX = 64


def a_map(side_px: int = SIDE_PX) -> bytes:
    """Densest in the lower right quarter, nothing elsewhere."""
    map_HW = np.zeros((side_px, side_px), np.uint8)
    map_HW[side_px // 2 :, side_px // 2 :] = 255
    return mask_png(map_HW)


def pixels(picture: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB"), np.float32)


def lightness(colour_PC: np.ndarray) -> np.ndarray:
    return colour_PC @ np.array([0.2126, 0.7152, 0.0722])


def test_each_step_of_the_scale_is_lighter_than_the_one_before() -> None:
    share = np.linspace(0.0, 1.0, 32, dtype=np.float32)[None]

    assert (np.diff(lightness(colours(share)[0])) > 0).all()


@pytest.mark.parametrize("map_side_px", [SIDE_PX, SIDE_PX // 2])
def test_the_heat_lies_where_the_evidence_is_and_nowhere_else(map_side_px: int) -> None:
    heat = heat_over(photograph_jpeg(120, SIDE_PX), a_map(map_side_px))
    bare = heat_over(photograph_jpeg(120, SIDE_PX), mask_png(np.zeros((64, 64), np.uint8)))

    changed_HW = np.abs(pixels(heat) - pixels(bare)).max(axis=2)
    assert changed_HW.shape == (SIDE_PX, SIDE_PX)
    assert changed_HW[:16, :16].max() < 8
    assert changed_HW[42:48, 42:48].min() > 30
    # Blue is least in the scale's yellow: the heat is yellow, whatever lies under it.
    red, _, blue = pixels(heat)[46, 46]
    assert red > blue + 60


def test_a_line_encloses_what_is_at_least_half_as_dense_and_no_heat_leaves_the_field() -> None:
    bright = photograph_jpeg(200, 256)

    heat = pixels(heat_over(bright, a_map(256)))

    column = heat[:, 180].mean(axis=1)
    assert column[127:131].max() > max(column[116], column[140]) + 25
    assert np.abs(heat[200:, 250:]).max() < 12


def test_what_lies_under_the_densest_heat_is_still_seen() -> None:
    dark, light = (heat_over(photograph_jpeg(shade, SIDE_PX), a_map()) for shade in (60, 200))

    middle = SIDE_PX * 5 // 8
    assert np.abs(pixels(light)[middle, middle] - pixels(dark)[middle, middle]).max() > 20


def test_where_it_is_densest_is_told_in_percent() -> None:
    assert densest(a_map()) == (75, 75)


def test_only_conditions_to_which_photographs_added_a_number_are_told() -> None:
    assert conditions_told(a_forecast()) == {"stroke": Evidence.DRAWN}


def test_the_scale_ends_in_yellow_and_begins_in_blue() -> None:
    assert SCALE_PC[0].argmax() == 2
    assert SCALE_PC[-1].argmin() == 2

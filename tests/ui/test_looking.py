"""Pictures of the reading room and of simulated visits, against values counted by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.ui.fake_service import mask_png, photograph_jpeg
from ui import simulated_pictures
from ui.looking import SIDE_PX, shown
from ui.overlays import Layers

NONE = Layers(False, False, False, False)


def png(picture_HWC: np.ndarray) -> bytes:
    written = io.BytesIO()
    Image.fromarray(picture_HWC.astype(np.uint8)).save(written, "PNG")
    return written.getvalue()


def array(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


def test_red_free_is_the_green_channel_stretched_and_the_black_about_the_field_stays() -> None:
    picture_HWC = np.zeros((100, 100, 3))
    picture_HWC[20:80, 20:80, 0] = 250
    picture_HWC[20:80, 20:50, 1], picture_HWC[20:80, 50:80, 1] = 60, 100

    grey_HWC = array(shown(png(picture_HWC), None, red_free=True) or b"")

    assert grey_HWC[5, 5].max() < 10
    dark, light = grey_HWC[50, 35], grey_HWC[50, 65]
    assert np.ptp(dark) <= 2
    assert dark.mean() == pytest.approx(20, abs=6)
    assert light.mean() == pytest.approx(255, abs=6)


def test_a_file_that_cannot_be_drawn_gives_way_to_the_services_preview() -> None:
    preview = photograph_jpeg()

    assert shown(b"no picture", preview) is not None
    assert shown(b"no picture", None) is None


def test_a_large_photograph_is_shown_at_most_so_large_and_upright() -> None:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4000, 2000), (90, 60, 40)).save(written, "JPEG", exif=exif)

    with Image.open(io.BytesIO(shown(written.getvalue(), None) or b"")) as opened:
        assert opened.size == (SIDE_PX // 2, SIDE_PX)


def test_masks_of_the_preview_lie_where_they_belong_on_the_larger_photograph() -> None:
    photograph = png(np.full((400, 400, 3), 120))
    mask_HW = np.zeros((100, 100), np.uint8)
    mask_HW[10:20, 50:60] = 1
    only = Layers(arterioles=True, venules=False, disc=False, cup=False)

    without = array(shown(photograph, None, layers=NONE) or b"")
    overlaid = array(shown(photograph, None, layers=only, arteries_veins=mask_png(mask_HW)) or b"")

    red_HW = overlaid[..., 0] - without[..., 0] > 60
    rows, columns = np.nonzero(red_HW)
    assert rows.min() == pytest.approx(40, abs=2)
    assert rows.max() == pytest.approx(79, abs=2)
    assert columns.min() == pytest.approx(200, abs=2)


def test_lighter_and_darker_are_told_apart_and_no_change_stays_grey() -> None:
    photograph = png(np.full((60, 60, 3), 100))
    steps_HW = np.full((60, 60), 128, np.uint8)
    steps_HW[:20], steps_HW[40:] = 128 + 64, 128 - 64

    drawn_HWC = array(simulated_pictures.difference_over(photograph, mask_png(steps_HW)))

    assert np.abs(drawn_HWC[5, 30] - simulated_pictures.LIGHTER).max() < 12
    assert np.abs(drawn_HWC[55, 30] - simulated_pictures.DARKER).max() < 12
    assert np.abs(drawn_HWC[30, 30] - 75).max() < 6


def test_the_change_is_told_in_grey_levels() -> None:
    steps_HW = np.full((100, 100), 128, np.uint8)
    steps_HW[:50] = 128 + 16

    mean, most = simulated_pictures.changed_levels(mask_png(steps_HW))

    assert mean == 1.0
    assert most == 2.0


def test_the_photograph_gets_the_size_of_its_simulated_visits() -> None:
    with Image.open(
        io.BytesIO(simulated_pictures.photograph_at(photograph_jpeg(), 90, 60))
    ) as opened:
        assert opened.size == (90, 60)

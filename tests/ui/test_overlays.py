"""Overlays and thumbnails: bytes in, bytes out."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.ui.fake_service import mask_png, photograph_jpeg
from ui.overlays import Layers, broken, outline, overlaid, thumbnail

SIDE_PX = 160
NOTHING = Layers(arterioles=False, venules=False, disc=False, cup=False)


def pixels(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


@pytest.fixture
def vessels() -> bytes:
    indices = np.zeros((SIDE_PX, SIDE_PX))
    indices[30:50], indices[100:120] = 1, 2
    return mask_png(indices)


@pytest.fixture
def disc_cup() -> bytes:
    rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX]
    from_centre = np.hypot(rows - 80, columns - 80)
    return mask_png((from_centre < 60).astype(int) + (from_centre < 25))


def test_arterioles_are_red_and_venules_blue(vessels: bytes) -> None:
    shown = pixels(overlaid(photograph_jpeg(), Layers(), vessels, None))

    assert shown[40, 80, 0] > 200 > 120 > shown[40, 80, 2]
    assert shown[110, 80, 2] > 200 > 120 > shown[110, 80, 0]


def test_a_layer_that_is_switched_off_leaves_the_photograph_as_it_is(
    vessels: bytes, disc_cup: bytes
) -> None:
    photograph = photograph_jpeg()

    shown = pixels(overlaid(photograph, NOTHING, vessels, disc_cup))

    assert np.abs(shown - pixels(photograph)).mean() < 1.0


def test_one_kind_of_vessel_may_be_shown_alone(vessels: bytes) -> None:
    shown = pixels(overlaid(photograph_jpeg(), Layers(venules=False), vessels, None))

    assert shown[40, 80, 0] > 200
    assert shown[110, 80, 2] < 120


def test_the_disc_is_a_white_line_and_not_a_white_area(disc_cup: bytes) -> None:
    shown = pixels(overlaid(photograph_jpeg(), Layers(cup=False), None, disc_cup))

    assert shown[80, 21:23].min() > 180
    assert shown[80, 40].max() < 180


def test_a_photograph_without_masks_is_shown_plain() -> None:
    photograph = photograph_jpeg()

    shown = pixels(overlaid(photograph, Layers(), None, None))

    assert np.abs(shown - pixels(photograph)).mean() < 1.0


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        overlaid(photograph_jpeg(), Layers(), mask_png(np.zeros((10, 10))), None)


@given(st.integers(5, 40), st.integers(5, 40), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_an_outline_lies_within_its_region_and_leaves_its_inside(
    height_px: int, width_px: int, line_px: int
) -> None:
    region = np.zeros((60, 60), dtype=bool)
    region[8 : 8 + height_px, 8 : 8 + width_px] = True

    line = outline(region, line_px)

    assert not (line & ~region).any()
    inside = max(0, height_px - 2 * line_px) * max(0, width_px - 2 * line_px)
    assert region.sum() - line.sum() == inside


def test_a_region_at_the_edge_of_the_picture_is_closed_there() -> None:
    region = np.ones((20, 20), dtype=bool)

    line = outline(region, 2)

    assert line[0].all()
    assert not line[10, 10]


def test_the_broken_line_of_the_cup_keeps_about_half_of_it() -> None:
    rows, columns = np.mgrid[:100, :100]
    circle = outline(np.hypot(rows - 50, columns - 50) < 40, 2)

    dashed = broken(circle)

    assert not (dashed & ~circle).any()
    assert dashed.sum() / circle.sum() == pytest.approx(0.5, abs=0.1)


def test_nothing_to_outline_stays_nothing() -> None:
    assert not broken(np.zeros((5, 5), dtype=bool)).any()


def test_a_thumbnail_is_small_and_keeps_its_proportions() -> None:
    written = io.BytesIO()
    Image.new("RGB", (1200, 800), (90, 20, 10)).save(written, "JPEG")

    small = thumbnail(written.getvalue(), 240)

    assert small is not None
    assert pixels(small).shape == (160, 240, 3)


def test_a_thumbnail_stands_upright() -> None:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn a quarter to the right to stand upright.
    Image.new("RGB", (300, 200)).save(written, "JPEG", exif=exif)

    small = thumbnail(written.getvalue(), 90)

    assert small is not None
    assert pixels(small).shape[:2] == (90, 60)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", photograph_jpeg()[:400], b"%PDF-1.7 something"],
    ids=["nothing", "text", "cut off", "another format"],
)
def test_what_cannot_be_drawn_has_no_thumbnail(content: bytes) -> None:
    assert thumbnail(content) is None


def test_a_header_that_claims_too_many_pixels_is_not_drawn() -> None:
    written = io.BytesIO()
    Image.new("1", (9000, 9000)).save(written, "PNG")

    assert thumbnail(written.getvalue()) is None


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_mode_have_a_thumbnail(mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (300, 200)).save(written, "TIFF")

    assert thumbnail(written.getvalue()) is not None

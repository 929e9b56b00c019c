"""Every kind of pixels becomes 8-bit RGB, and every orientation upright."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from edge_runtime.domain import Photograph
from edge_runtime.errors import (
    UnsupportedPicture,
)
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.settings import Limits
from tests.edge_runtime.fundus.encoded_pictures import (
    HEIGHT,
    LOSSLESS,
    LOSSY,
    WIDTH,
    drawn_pixels,
    encoded,
    encoded_by_cv2,
    exif_with,
    grey_tiff,
)

LIMITS = Limits()


def photograph_of(content: bytes, wanted_side_px: int | None = None) -> Photograph:
    return read_photograph(content, "eye.jpg", LIMITS, wanted_side_px)


# Kinds of pixels


@pytest.mark.parametrize("extension", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_become_8_by_dropping_the_low_byte(
    extension: str, channels: int, rng: np.random.Generator
) -> None:
    deep = rng.integers(0, 65536, (HEIGHT, WIDTH, channels)).astype(np.uint16)

    photograph = photograph_of(encoded_by_cv2(extension, deep.squeeze()))

    assert np.array_equal(photograph.pixels_HWC, np.broadcast_to(deep >> 8, (HEIGHT, WIDTH, 3)))


@pytest.mark.parametrize("compression", [1, 5, 8])
def test_16_bit_tiff_is_read_however_it_is_packed(
    compression: int, rng: np.random.Generator
) -> None:
    deep = rng.integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    content = encoded_by_cv2(".tif", deep, (cv2.IMWRITE_TIFF_COMPRESSION, compression))

    assert np.array_equal(photograph_of(content).pixels_HWC, deep >> 8)


def test_a_dark_16_bit_photograph_stays_dark() -> None:
    dark = np.full((HEIGHT, WIDTH), 900, np.uint16)

    assert photograph_of(encoded_by_cv2(".png", dark)).pixels_HWC.max() == 3


def test_12_bits_become_8_by_dropping_four() -> None:
    packed = bytes([0xAB, 0xC1, 0x23]) * (200 * 200 // 2)  # two samples: 0xABC, 0x123

    photograph = photograph_of(grey_tiff(200, 200, (258, 3, 1, 12), data=packed))

    assert photograph.pixels_HWC[0, :2, 0].tolist() == [0xAB, 0x12]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_what_is_transparent_lies_on_black(file_format: str) -> None:
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, :60] = 0
    alpha[:, 60:120] = 128
    picture = Image.fromarray(np.dstack([drawn_pixels(), alpha]))

    pixels = photograph_of(encoded(picture, format=file_format, lossless=True)).pixels_HWC

    assert not pixels[:, :60].any()
    half = drawn_pixels()[:, 60:120].astype(int) * 128 / 255
    assert np.abs(pixels[:, 60:120] - half).max() <= 1
    assert np.array_equal(pixels[:, 120:], drawn_pixels()[:, 120:])


def test_grey_with_alpha_lies_on_black() -> None:
    grey = drawn_pixels()[..., 0]
    alpha = (np.arange(WIDTH) >= 60).astype(np.uint8) * np.full((HEIGHT, 1), 255, np.uint8)
    picture = Image.merge("LA", (Image.fromarray(grey), Image.fromarray(alpha)))

    pixels = photograph_of(encoded(picture, format="PNG")).pixels_HWC

    assert np.array_equal(pixels[..., 1], np.where(alpha == 255, grey, 0))


def test_a_transparent_palette_entry_lies_on_black() -> None:
    indices = np.repeat(np.arange(2, dtype=np.uint8), 100)[None].repeat(200, axis=0)
    picture = Image.fromarray(indices)
    picture.putpalette([250, 240, 230, 10, 20, 30])

    opaque = photograph_of(encoded(picture, format="PNG")).pixels_HWC
    transparent = photograph_of(encoded(picture, format="PNG", transparency=0)).pixels_HWC

    assert opaque[0, [0, 199]].tolist() == [[250, 240, 230], [10, 20, 30]]
    assert transparent[0, [0, 199]].tolist() == [[0, 0, 0], [10, 20, 30]]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "BMP", "GIF"])
def test_one_bit_pictures_are_black_and_white(file_format: str) -> None:
    mask = drawn_pixels()[..., 0] > 100

    photograph = photograph_of(encoded(Image.fromarray(mask), format=file_format))

    assert np.array_equal(photograph.pixels_HWC[..., 2], mask * np.uint8(255))


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_printers_colours_come_out_as_they_look(file_format: str) -> None:
    picture = Image.fromarray(drawn_pixels()).convert("CMYK")

    photograph = photograph_of(encoded(picture, format=file_format))

    assert np.abs(photograph.pixels_HWC.astype(int) - drawn_pixels()).mean() < 4


def test_samples_without_a_fixed_range_are_refused() -> None:
    floating = Image.fromarray(np.full((HEIGHT, WIDTH), 0.5, np.float32))

    with pytest.raises(UnsupportedPicture, match="kind F"):
        photograph_of(encoded(floating, format="TIFF"))


@pytest.mark.parametrize(
    ("file_format", "options"),
    [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True}), ("GIF", {})],
)
def test_of_many_pictures_the_first_is_read(file_format: str, options: dict[str, bool]) -> None:
    first, second = (Image.fromarray(np.full((200, 200), v, np.uint8)) for v in (40, 220))
    content = encoded(first, format=file_format, save_all=True, append_images=[second], **options)

    assert np.abs(photograph_of(content).pixels_HWC.astype(int) - 40).max() <= 1


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_colour_profile_changes_no_pixel(file_format: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    plain = photograph_of(encoded(drawn_pixels(), format=file_format))
    profiled = photograph_of(encoded(drawn_pixels(), format=file_format, icc_profile=profile))

    assert np.array_equal(plain.pixels_HWC, profiled.pixels_HWC)


# Orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "TIFF LZW", "WebP", "lossy WebP"])
def test_every_orientation_is_applied(name: str, orientation: int) -> None:
    options = (LOSSLESS | LOSSY)[name]
    content = encoded(drawn_pixels(), **options, exif=exif_with(orientation))
    unmarked = Image.open(io.BytesIO(encoded(drawn_pixels(), **options)))
    unmarked.getexif()[274] = orientation

    photograph = photograph_of(content)

    # Pillow's own turn of the same stored pixels is the truth.
    assert np.array_equal(photograph.pixels_HWC, np.asarray(ImageOps.exif_transpose(unmarked)))
    swapped = orientation >= 5
    size = (photograph.width_px, photograph.height_px)
    assert size == ((HEIGHT, WIDTH) if swapped else (WIDTH, HEIGHT))


def test_orientation_6_brings_the_left_side_up() -> None:
    stored = np.zeros((200, 300, 3), np.uint8)
    stored[:, :20] = 255

    pixels = photograph_of(encoded(stored, format="PNG", exif=exif_with(6))).pixels_HWC

    assert pixels.shape == (300, 200, 3)
    assert pixels[:20].min() == 255
    assert pixels[20:].max() == 0


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", exif_with(9)])
def test_an_orientation_that_makes_no_sense_is_none(exif: bytes) -> None:
    photograph = photograph_of(encoded(drawn_pixels(), format="JPEG", exif=exif))

    assert photograph.pixels_HWC.shape == (HEIGHT, WIDTH, 3)

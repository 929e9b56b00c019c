"""Native pixels of every form become a picture file with the same pixels."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest

from edge_runtime.domain import UInt8Array
from edge_runtime.errors import DamagedPicture, PhotographError, UnsupportedPicture
from edge_runtime.fundus.decoding import decode
from edge_runtime.fundus.picture_header import header_of
from edge_runtime.interop.dicom.pixels import PixelForm, bmp, frames_of

RGB_8 = PixelForm(3, 5, 1, 3, "RGB", False, 8, 8, False)
GREY_8 = dataclasses.replace(RGB_8, channels=1, photometric="MONOCHROME2")
GREY_12 = dataclasses.replace(GREY_8, bits_allocated=16, bits_stored=12)


def shown(picture: bytes) -> UInt8Array:
    return decode(header_of(picture))


def colours(rng: np.random.Generator, *shape: int) -> UInt8Array:
    return rng.integers(0, 256, shape, np.uint8)


def test_colours_come_back_as_they_lay(rng: np.random.Generator) -> None:
    pixels = colours(rng, 3, 5, 3)

    (picture,) = frames_of(pixels.tobytes(), RGB_8)

    assert np.array_equal(shown(picture), pixels)


def test_planes_are_laid_side_by_side(rng: np.random.Generator) -> None:
    pixels = colours(rng, 3, 5, 3)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))

    (picture,) = frames_of(planes.tobytes(), dataclasses.replace(RGB_8, planar=True))

    assert np.array_equal(shown(picture), pixels)


def test_frames_follow_each_other(rng: np.random.Generator) -> None:
    frames = colours(rng, 4, 3, 5, 3)

    pictures = frames_of(frames.tobytes(), dataclasses.replace(RGB_8, frames=4))

    assert np.array_equal(np.stack([shown(p) for p in pictures]), frames)


def test_twelve_bits_lose_their_lowest_four() -> None:
    samples: npt.NDArray[np.uint16] = np.arange(15, dtype="<u2").reshape(3, 5) * 273

    (picture,) = frames_of(samples.tobytes(), GREY_12)

    assert np.array_equal(shown(picture)[..., 0], samples >> 4)


def test_sixteen_bits_lose_their_low_byte(rng: np.random.Generator) -> None:
    samples = rng.integers(0, 65536, (3, 5, 3)).astype("<u2")
    form = dataclasses.replace(RGB_8, bits_allocated=16, bits_stored=16)

    (picture,) = frames_of(samples.tobytes(), form)

    assert np.array_equal(shown(picture), (samples >> 8).astype(np.uint8))


def test_a_negative_is_turned(rng: np.random.Generator) -> None:
    grey = colours(rng, 3, 5)

    (picture,) = frames_of(grey.tobytes(), dataclasses.replace(GREY_8, photometric="MONOCHROME1"))

    assert np.array_equal(shown(picture)[..., 0], 255 - grey)


def test_a_colour_of_luminance_and_chroma_is_the_standards_red() -> None:
    # PS3.3 C.7.6.3.1.2: Y 76.245, CB 84.972, CR 255.5 is pure red.
    pixels = np.tile(np.array([76, 85, 255], np.uint8), (3, 5, 1))

    (picture,) = frames_of(pixels.tobytes(), dataclasses.replace(RGB_8, photometric="YBR_FULL"))

    assert shown(picture)[0, 0].tolist() == [254, 0, 0]


def test_the_same_pixels_are_the_same_bytes(rng: np.random.Generator) -> None:
    pixels = colours(rng, 7, 6, 3)

    assert bmp(pixels) == bmp(pixels.copy())


@pytest.mark.parametrize("rows", [2, 4, 60_000])
def test_rows_that_lie_are_found_out(rows: int) -> None:
    with pytest.raises(DamagedPicture, match="are stated"):
        frames_of(bytes(45), dataclasses.replace(RGB_8, rows=rows))


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        (dataclasses.replace(RGB_8, photometric="PALETTE COLOR"), UnsupportedPicture),
        (dataclasses.replace(RGB_8, channels=4), UnsupportedPicture),
        (dataclasses.replace(RGB_8, signed=True), UnsupportedPicture),
        (dataclasses.replace(RGB_8, bits_allocated=32), UnsupportedPicture),
        (dataclasses.replace(RGB_8, bits_stored=1), DamagedPicture),
        (dataclasses.replace(RGB_8, rows=0), DamagedPicture),
    ],
)
def test_a_form_that_is_not_read_is_named(form: PixelForm, refusal: type[PhotographError]) -> None:
    with pytest.raises(refusal):
        frames_of(bytes(45), form)


def test_samples_above_the_stated_bits_are_refused() -> None:
    with pytest.raises(DamagedPicture, match="12 bits stated"):
        frames_of(np.full(15, 4096, "<u2").tobytes(), GREY_12)

"""The door for photographs: formats, scale, limits, names, files."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge_runtime.domain import Photograph
from edge_runtime.errors import (
    NotAPicture,
    PhotographTooLarge,
    PhotographTooSmall,
    UnreadableFile,
    UnsupportedPicture,
)
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.settings import Limits
from tests.edge_runtime.fundus.encoded_pictures import (
    HEIGHT,
    LOSSLESS,
    LOSSY,
    WIDTH,
    drawn_pixels,
    encoded,
    encoded_as_heic,
    exif_with,
    one_of_each,
    png_header_chunk,
    png_of,
)

LIMITS = Limits()


def photograph_of(content: bytes, wanted_side_px: int | None = None) -> Photograph:
    return read_photograph(content, "eye.jpg", LIMITS, wanted_side_px)


# Formats


@pytest.mark.parametrize("name", LOSSLESS)
def test_a_lossless_format_gives_its_pixels_back(name: str) -> None:
    pixels = drawn_pixels()

    photograph = photograph_of(encoded(pixels, **LOSSLESS[name]))

    assert np.array_equal(photograph.pixels_HWC, pixels)
    assert (photograph.width_px, photograph.height_px) == (WIDTH, HEIGHT)
    assert photograph.scale == 1.0


@pytest.mark.parametrize("name", LOSSY)
def test_a_lossy_format_comes_close_to_its_pixels(name: str) -> None:
    pixels = drawn_pixels()

    photograph = photograph_of(encoded(pixels, **LOSSY[name]))

    assert np.abs(photograph.pixels_HWC.astype(int) - pixels).mean() < 2


def test_heic_comes_close_to_its_pixels() -> None:
    photograph = photograph_of(encoded_as_heic(drawn_pixels()))

    assert np.abs(photograph.pixels_HWC.astype(int) - drawn_pixels()).mean() < 3


@pytest.mark.slow
def test_heic_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    content = encoded_as_heic(drawn_pixels())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)

    with pytest.raises(UnsupportedPicture, match=r"foreseye\[heic\]"):
        photograph_of(content)


def test_a_gif_mask_is_read() -> None:
    mask = (drawn_pixels()[..., 0] > 100).astype(np.uint8) * 255

    photograph = photograph_of(encoded(mask, format="GIF"))

    assert np.array_equal(photograph.pixels_HWC, np.dstack([mask] * 3))


def test_the_format_is_told_from_the_bytes_and_never_from_the_name() -> None:
    photograph = read_photograph(encoded(drawn_pixels(), format="PNG"), "eye.jpg", LIMITS)

    assert np.array_equal(photograph.pixels_HWC, drawn_pixels())


@pytest.mark.parametrize("content", [b"", b"not a picture", b"BM and more text than a header has"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        photograph_of(content)


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"\0\0\0\x1cftypavif", "avif"),
        (b"\0\0\0\x18ftypmp42", "mp42"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"II+\0", "BigTIFF"),
        (b"%PDF-1.7", "PDF"),
        (b"\0" * 128 + b"DICM", "DICOM"),
    ],
)
def test_a_known_kind_that_is_not_read_is_named(beginning: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedPicture, match=kind):
        photograph_of(beginning.ljust(400, b"\0"))


# Scale


@pytest.mark.parametrize("orientation", [1, 3, 5, 6, 7, 8])
def test_a_turned_jpeg_at_reduced_scale_keeps_its_full_size_on_record(orientation: int) -> None:
    content = encoded(drawn_pixels(1001, 643), format="JPEG", exif=exif_with(orientation))

    full, half = photograph_of(content), photograph_of(content, wanted_side_px=300)

    assert (half.width_px, half.height_px) == (full.width_px, full.height_px)
    assert half.pixels_HWC.shape[:2] == tuple(-(-n // 2) for n in full.pixels_HWC.shape[:2])
    assert half.scale == pytest.approx(0.5, abs=0.001)
    shrunk = cv2.resize(full.pixels_HWC, half.pixels_HWC.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(half.pixels_HWC.astype(int) - shrunk).mean() < 2


@settings(max_examples=30, deadline=None)
@given(st.integers(160, 900), st.integers(160, 900), st.integers(1, 1000))
def test_the_scale_is_the_smallest_that_keeps_the_wanted_side(
    width: int, height: int, wanted: int
) -> None:
    content = encoded(np.zeros((height, width), np.uint8), format="JPEG")

    photograph = photograph_of(content, wanted_side_px=wanted)

    shorter = min(width, height)
    decoded = min(photograph.pixels_HWC.shape[:2])
    possible = {-(-shorter // factor) for factor in (1, 2, 4, 8)}
    assert decoded == min((side for side in possible if side >= wanted), default=shorter)


def test_only_a_jpeg_is_decoded_at_reduced_scale() -> None:
    photograph = photograph_of(encoded(drawn_pixels(), format="PNG"), wanted_side_px=10)

    assert photograph.scale == 1.0


# Limits


def test_too_many_bytes_are_refused_before_anything_else() -> None:
    with pytest.raises(PhotographTooLarge, match="11 bytes"):
        read_photograph(
            b"\xff\xd8\xff no jpeg", "eye.jpg", replace(LIMITS, max_photograph_bytes=10)
        )


def test_too_many_pixels_are_refused_by_the_header_alone() -> None:
    content = png_of(png_header_chunk(50_000, 50_000), (b"IDAT", b""))

    with pytest.raises(PhotographTooLarge, match="50000 x 50000"):
        photograph_of(content)


@pytest.mark.parametrize("name", one_of_each())
def test_the_limits_hold_for_every_format(name: str) -> None:
    content = one_of_each()[name]

    with pytest.raises(PhotographTooLarge):
        read_photograph(content, "eye", replace(LIMITS, max_photograph_pixels=WIDTH * HEIGHT - 1))
    with pytest.raises(PhotographTooSmall):
        read_photograph(content, "eye", replace(LIMITS, min_photograph_side_px=HEIGHT + 1))
    exact = Limits(len(content), WIDTH * HEIGHT, HEIGHT)
    assert read_photograph(content, "eye", exact).pixels_HWC.shape == (HEIGHT, WIDTH, 3)


def test_a_picture_of_one_pixel_is_too_small() -> None:
    with pytest.raises(PhotographTooSmall, match="1 x 1"):
        photograph_of(encoded(np.zeros((1, 1, 3), np.uint8), format="PNG"))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "BMP", "GIF"])
def test_pillows_own_limit_neither_fires_nor_changes(
    file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20_000)  # it raises above twice as many

    photograph = photograph_of(encoded(drawn_pixels(), format=file_format))

    assert photograph.width_px == WIDTH
    assert Image.MAX_IMAGE_PIXELS == 20_000


# What stands beside the pixels


def test_the_sha256_is_that_of_the_encoded_bytes() -> None:
    content = encoded(drawn_pixels(), format="JPEG", exif=exif_with(6))

    assert photograph_of(content).sha256 == hashlib.sha256(content).hexdigest()


def test_the_pixels_cannot_be_written() -> None:
    for orientation in (1, 6):
        content = encoded(drawn_pixels(), format="PNG", exif=exif_with(orientation))
        assert not photograph_of(content).pixels_HWC.flags.writeable


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("eye.jpg", "eye.jpg"),
        ("/home/nurse/Ann Smith/eye.jpg", "eye.jpg"),
        ("C:\\clinic\\eye.jpg", "eye.jpg"),
        ("folder/eye.jpg/", "eye.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..", "photograph"),
        ("", "photograph"),
        ("a\nb\x1b[2J\0.jpg", "a_b_[2J_.jpg"),
        ("\udcff.jpg", "_.jpg"),
        ("Auge \u00e4 \u773c.jpg", "Auge \u00e4 \u773c.jpg"),
    ],
)
def test_the_name_is_the_last_part_of_the_path(given_name: str, kept: str) -> None:
    content = encoded(drawn_pixels(), format="JPEG")

    assert read_photograph(content, given_name, LIMITS).name == kept


# Files


def test_a_files_bytes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "eye.jpg"
    path.write_bytes(b"some bytes")

    assert read_file(path, LIMITS) == b"some bytes"


def test_a_file_over_the_limit_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "eye.jpg"
    with path.open("wb") as file:
        file.truncate(10**12)  # a file of holes: nothing could read that in a test's time

    with pytest.raises(PhotographTooLarge, match="1000000000000 bytes"):
        read_file(path, LIMITS)


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)

    for path, kind in ((pipe, "pipe"), (tmp_path, "folder"), (Path("/dev/zero"), "device")):
        with pytest.raises(UnreadableFile, match=kind):
            read_file(path, LIMITS)


@pytest.mark.parametrize("name", ["missing.jpg", "nul\0.jpg", "x" * 5000, "eye.jpg/below"])
def test_a_path_without_a_file_is_unreadable(name: str, tmp_path: Path) -> None:
    (tmp_path / "eye.jpg").write_bytes(b"")

    with pytest.raises(UnreadableFile):
        read_file(tmp_path / name, LIMITS)


@pytest.fixture
def no_privileges() -> Iterator[None]:
    """Runs the test as nobody where it would run as root, to whom nothing is forbidden."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_a_forbidden_file_is_unreadable(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = tmp_path / "eye.jpg"
    path.write_bytes(b"some bytes")
    path.chmod(0)
    request.getfixturevalue("no_privileges")

    with pytest.raises(UnreadableFile, match="Permission denied"):
        read_file(path, LIMITS)


# Public photographs


@pytest.mark.photographs
def test_a_camera_photograph_is_decoded_at_half_its_size(data_folder: Path) -> None:
    content = read_file(data_folder / "full_size" / "Patient001_L.jpg", LIMITS)

    photograph = photograph_of(content, wanted_side_px=1024)

    assert (photograph.width_px, photograph.height_px) == (3872, 2592)
    assert photograph.pixels_HWC.shape == (1296, 1936, 3)
    opencv = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_REDUCED_COLOR_2)
    assert np.abs(photograph.pixels_HWC.astype(int) - opencv[..., ::-1]).max() <= 2


@pytest.mark.photographs
def test_a_public_mask_and_a_public_tiff_are_read(data_folder: Path) -> None:
    for name in ("DRIVE/test/images/01_test.tif", "DRIVE/test/mask/01_test_mask.gif"):
        photograph = photograph_of(read_file(data_folder / name, LIMITS))

        assert (photograph.width_px, photograph.height_px) == (565, 584)

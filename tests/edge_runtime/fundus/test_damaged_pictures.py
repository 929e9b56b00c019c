"""Damaged and hostile picture files: always one of our own refusals, never a trap."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import (
    DamagedPicture,
    NotAPicture,
    PhotographError,
    PhotographTooLarge,
    UnsupportedPicture,
)
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.settings import Limits
from tests.edge_runtime.fundus.encoded_pictures import (
    encoded,
    grey_tiff,
    jpeg_segment,
    one_of_each,
    png_header_chunk,
    png_of,
    tiff_of,
)

LIMITS = Limits(max_photograph_pixels=1_000_000)
FILES = one_of_each()


def read(content: bytes) -> np.ndarray:
    return read_photograph(content, "eye", LIMITS).pixels_HWC


def outcome_of(content: bytes) -> str:
    """What became of the bytes; any exception that is not ours fails the test."""
    try:
        pixels = read(content)
    except PhotographError as error:
        return type(error).__name__
    assert pixels.shape[2] == 3
    return "read"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_is_refused_unless_its_pixels_are_all_there(name: str) -> None:
    content = FILES[name]
    whole = read(content)
    step = max(1, len(content) // 40)

    for end in {*range(0, len(content), step), *range(len(content) - 12, len(content))}:
        try:
            pixels = read(content[:end])
        except (NotAPicture, DamagedPicture):
            continue
        # A BMP ends with padding, a GIF with a trailer: nobody misses those.
        assert np.array_equal(pixels, whole)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=8),
    st.booleans(),
)
def test_bytes_that_flipped_are_refused_or_read(
    name: str, flips: list[tuple[int, int]], in_header: bool
) -> None:
    content = bytearray(FILES[name])
    reach = min(len(content), 300) if in_header else len(content)
    for position, value in flips:
        content[position % reach] = value

    outcome_of(bytes(content))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"", *(content[:12] for content in FILES.values())]), st.binary(max_size=300)
)
def test_random_bytes_are_refused(beginning: bytes, rest: bytes) -> None:
    assert outcome_of(beginning + rest) != "read"


def test_a_jpeg_with_an_unknown_marker_is_damaged() -> None:
    content = bytearray(FILES["JPEG"])
    content[-200:-198] = b"\xff\x3a"

    with pytest.raises(DamagedPicture, match="0x3A"):
        read(bytes(content))


def test_what_follows_a_jpeg_in_its_file_is_left_alone() -> None:
    two = FILES["JPEG"] + encoded(np.zeros((300, 300, 3), np.uint8), format="JPEG")

    assert np.array_equal(read(two), read(FILES["JPEG"]))


@pytest.mark.parametrize(
    ("position", "value", "says"), [(4, 12, "12 bits"), (9, 2, "2 channels"), (1, 0xC3, "0xC3")]
)
def test_a_kind_of_jpeg_that_is_not_read_is_named(position: int, value: int, says: str) -> None:
    content = bytearray(FILES["JPEG"])
    content[content.index(b"\xff\xc0") + position] = value

    with pytest.raises(UnsupportedPicture, match=says):
        read(bytes(content))


def test_a_changed_pixel_of_a_png_is_found_out() -> None:
    content = bytearray(FILES["PNG"])
    content[content.index(b"IDAT") + 100] ^= 1

    with pytest.raises(DamagedPicture, match="check sum"):
        read(bytes(content))


def test_a_png_with_a_chunk_that_must_be_understood_is_refused() -> None:
    content = png_of((b"CgBI", b"\0\0\0\0"), png_header_chunk(200, 200))

    with pytest.raises(UnsupportedPicture, match="CgBI"):
        read(content)


def test_a_tiff_that_points_behind_its_end_is_damaged() -> None:
    strip = (273, 4, 1, 10_000_000)

    with pytest.raises(DamagedPicture):
        read(grey_tiff(200, 200, strip, data=bytes(40_000)))


def test_a_tiff_with_white_as_zero_is_turned_or_refused_but_never_a_negative() -> None:
    white_is_zero = (262, 3, 1, 0)

    assert read(grey_tiff(200, 200, white_is_zero, data=bytes(40_000))).min() == 255
    with pytest.raises(UnsupportedPicture, match="white as zero"):
        read(grey_tiff(200, 200, white_is_zero, (258, 3, 1, 16), data=bytes(80_000)))


def test_bytes_that_look_like_a_header_and_hold_nothing_are_damaged() -> None:
    for beginning in (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
    ):
        with pytest.raises(DamagedPicture):
            read(beginning)


# Traps: each is refused, or its picture read, and neither time nor memory is lost over it.

MEGABYTE = bytes(1_000_000)
TEXT_BOMB = zlib.compress(bytes(50_000_000))
PNG_HEADER, PNG_ROWS = png_header_chunk(200, 200), (b"IDAT", zlib.compress(bytes(200 * 601)))
SHARED_VALUES = [(n, 7, 1_000_000, 8) for n in range(1000, 60_000)]
EXIF_TRAP = tiff_of(*((n, 7, 60_000, 0) for n in range(50_000, 55_000)))[8:]
JPEG, SCAN = FILES["JPEG"], FILES["JPEG"].index(b"\xff\xda")
GIF_SCREEN = b"GIF89a\xc8\0\xc8\0\0\0\0"
BMP_START = b"BM" + bytes(12)

TRAPS = {
    "PNG of 50,000 x 50,000": (
        PhotographTooLarge,
        png_of(png_header_chunk(50_000, 50_000), (b"IDAT", TEXT_BOMB)),
    ),
    "PNG text that swells": (None, png_of(PNG_HEADER, (b"zTXt", b"a\0\0" + TEXT_BOMB), PNG_ROWS)),
    "PNG profile that swells": (
        None,
        png_of(PNG_HEADER, (b"iCCP", b"a\0\0" + TEXT_BOMB), PNG_ROWS),
    ),
    "PNG rows that swell": (None, png_of(PNG_HEADER, (b"IDAT", TEXT_BOMB))),
    "PNG of empty chunks": (DamagedPicture, png_of(*[(b"teXt", b"")] * 100_000)),
    "TIFF tags that share values": (None, grey_tiff(200, 200, *SHARED_VALUES, data=MEGABYTE)),
    "TIFF tag of 4 GB": (
        DamagedPicture,
        grey_tiff(200, 200, (320, 3, 2**31 - 1, 8), data=MEGABYTE),
    ),
    "TIFF of 2^28 strips": (
        DamagedPicture,
        grey_tiff(200, 200, (273, 4, 2**28, 8), data=MEGABYTE),
    ),
    "TIFF of a tile of 2^62": (
        DamagedPicture,
        grey_tiff(200, 200, (322, 4, 1, 2**31), (323, 4, 1, 2**31), (324, 4, 1, 8), data=MEGABYTE),
    ),
    "TIFF strip of 4 G rows": (None, grey_tiff(200, 200, (278, 4, 1, 2**32 - 1), data=MEGABYTE)),
    "TIFF of 2^32 channels": (
        UnsupportedPicture,
        grey_tiff(200, 200, (277, 4, 1, 2**32 - 1), data=MEGABYTE),
    ),
    "TIFF that is its own directory": (DamagedPicture, b"II*\0\0\0\0\0" + bytes(100)),
    "JPEG of 4000 scans": (
        DamagedPicture,
        JPEG[:SCAN] + JPEG[SCAN : SCAN + 14] * 4000 + b"\xff\xd9",
    ),
    "JPEG of long EXIF": (
        None,
        JPEG[:2] + jpeg_segment(0xE1, b"Exif\0\0" + EXIF_TRAP[:60_000]) * 200 + JPEG[2:],
    ),
    "WebP canvas of 2^48": (
        PhotographTooLarge,
        b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + b"\xff" * 6,
    ),
    "GIF frame outside its screen": (PhotographTooLarge, GIF_SCREEN + b"," + b"\xff" * 8 + b"\0"),
    "GIF of comments": (DamagedPicture, GIF_SCREEN + b"!\xfe\x01a\0" * 200_000),
    "BMP of 2^31 columns": (
        PhotographTooLarge,
        BMP_START + struct.pack("<IiiHHI", 40, 2**31 - 1, 200, 1, 24, 0),
    ),
    "BMP of run lengths": (
        UnsupportedPicture,
        BMP_START + struct.pack("<IiiHHI", 40, 200, 200, 1, 8, 1),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_refused_or_its_picture_read(name: str) -> None:
    refusal, content = TRAPS[name]

    assert outcome_of(content) == (refusal.__name__ if refusal else "read")


@pytest.mark.slow
def test_traps_cost_little_memory(tmp_path: Path) -> None:
    for number, (_, content) in enumerate(TRAPS.values()):
        (tmp_path / f"{number}.bin").write_bytes(content)

    finished = subprocess.run(
        [sys.executable, "-c", MEGABYTES_FOR_READING, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )

    # The largest file has 12 MB and its copies are made one after the other.
    assert float(finished.stdout) < 40


# VmHWM and not ru_maxrss, which a process inherits from the one that started it.
MEGABYTES_FOR_READING = """
import sys
from pathlib import Path
from edge_runtime.errors import PhotographError
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.settings import Limits

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000

before = peak()
for path in Path(sys.argv[1]).iterdir():
    try:
        read_photograph(path.read_bytes(), path.name, Limits())
    except PhotographError:
        pass
print(peak() - before)
"""

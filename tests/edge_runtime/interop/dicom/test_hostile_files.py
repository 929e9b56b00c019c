"""Whatever bytes a DICOM file is made of: pictures or a refusal, in bounded memory."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DamagedPicture, PhotographError
from edge_runtime.interop.dicom.meta_group import START
from edge_runtime.interop.dicom.reading import read_dicom
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.interop.dicom.objects import an_object, file_of, small_native

PIXELS = b"\xe0\x7f\x10\x00"
ROWS = b"\x28\x00\x10\x00US\x02\x00"
ITEM, ITEM_ENDS, SEQUENCE_ENDS = (
    struct.pack("<HHI", 0xFFFE, element, 0) for element in (0xE000, 0xE00D, 0xE0DD)
)
MOST_BYTES = 40_000_000


@cache
def tiny() -> bytes:
    """A sound object of 24 x 20 pixels."""
    return file_of(small_native(np.full((20, 24, 3), 7, np.uint8)))


def with_element(element: bytes) -> bytes:
    """A sound object with another element before its pixels."""
    at = tiny().index(PIXELS, START)
    return tiny()[:at] + element + tiny()[at:]


def element(vr: bytes, length: int, value: bytes = b"") -> bytes:
    return struct.pack("<HH2sHI", 0x0029, 0x1010, vr, 0, length) + value


def fragments(pixels: Callable[[bytes], bytes]) -> bytes:
    dataset = an_object(sample_eye())
    dataset.PixelData = pixels(dataset.PixelData)
    return file_of(dataset)


def with_rows_as(vr: bytes) -> bytes:
    return tiny().replace(ROWS, ROWS[:4] + vr + ROWS[6:], 1)


REFUSED: dict[str, Callable[[], bytes]] = {
    "an element of 4 GiB": lambda: with_element(element(b"OB", 0xFFFFFFF0)),
    "a text of 4 GiB": lambda: with_element(element(b"UT", 0xFFFFFFFE, b"x" * 100)),
    "bytes without an end": lambda: with_element(element(b"OB", 0xFFFFFFFF, b"x" * 100)),
    "an item of 4 GiB": lambda: with_element(
        element(b"SQ", 0xFFFFFFFF, struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFF0))
    ),
    "rows that are a text": lambda: with_rows_as(b"LO").replace(
        b"LO\x02\x00\x14\x00", b"LO\x02\x00ab"
    ),
    "rows of no kind": lambda: with_rows_as(b"??"),
    "rows that are a sequence": lambda: with_rows_as(b"SQ"),
    "pixels that are a sequence": lambda: tiny().replace(PIXELS + b"OB", PIXELS + b"SQ"),
    "an odd number of bytes": lambda: tiny()[:-1],
    "a fragment of 4 GiB": lambda: fragments(
        lambda _: ITEM + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFF0) + b"x" * 50
    ),
    "a thousand fragments and more": lambda: fragments(
        lambda _: ITEM + (struct.pack("<HHI", 0xFFFE, 0xE000, 2) + b"xx") * 2000
    ),
    "no fragment": lambda: fragments(lambda _: ITEM + SEQUENCE_ENDS),
    "fragments that are none": lambda: fragments(lambda whole: whole).replace(
        PIXELS + b"OB\0\0\xff\xff\xff\xff" + ITEM[:4], PIXELS + b"OB\0\0\xff\xff\xff\xff" + b"ITEM"
    ),
    "a JPEG cut before its size": lambda: fragments(
        lambda _: ITEM + struct.pack("<HHI", 0xFFFE, 0xE000, 4) + b"\xff\xd8\xff\xe0"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_in_bounded_memory(name: str) -> None:
    content = REFUSED[name]()
    with suppress(PhotographError):
        read_dicom(content)  # what is loaded at the first use is none of the file's

    tracemalloc.start()
    try:
        with pytest.raises(PhotographError):
            read_dicom(content)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < MOST_BYTES


def test_a_sequence_of_many_items_costs_no_more_than_its_bytes() -> None:
    content = with_element(element(b"SQ", 160_000, ITEM * 20_000))

    tracemalloc.start()
    try:
        found = read_dicom(content)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.pictures == read_dicom(tiny()).pictures
    assert peak_bytes < MOST_BYTES


def test_an_offset_behind_the_end_hides_no_frame() -> None:
    table = struct.pack("<HHI2I", 0xFFFE, 0xE000, 8, 0, 0xFFFFFFF0)
    content = fragments(lambda whole: table + whole[whole.index(b"\xff\xd8") - 8 :])

    assert read_dicom(content).pictures == [sample_eye()]


def test_a_program_before_the_object_changes_nothing() -> None:
    program = b"MZ\x90\x00" + bytes(56) + b"\x80\x00\x00\x00" + b"\x7fELF" + bytes(60)

    assert read_dicom(program + tiny()[128:]).pictures == read_dicom(tiny()).pictures


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0.0, 0.999))
def test_a_file_that_ends_anywhere_is_refused(share: float) -> None:
    with pytest.raises(PhotographError):
        read_dicom(tiny()[: int(share * len(tiny()))])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_changed_byte_does_more_than_refuse(data: st.DataObject) -> None:
    raw = bytearray(tiny())
    head = raw.index(PIXELS, START) + 12
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(START, head - 1))] = data.draw(st.integers(0, 255))

    with suppress(PhotographError):
        found = read_dicom(bytes(raw))
        assert all(picture.startswith(b"BM") for picture in found.pictures)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_changed_byte_of_an_encapsulated_jpeg_does_more_than_refuse(data: st.DataObject) -> None:
    raw = bytearray(file_of(an_object(sample_eye())))
    head = raw.index(PIXELS, START) + 60
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(START, head - 1))] = data.draw(st.integers(0, 255))

    with suppress(PhotographError):
        assert all(read_dicom(bytes(raw)).pictures)


def test_deep_sequences_that_nobody_asked_for_are_refused_as_well() -> None:
    opening = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    opening += struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    deep = opening * 2000 + (ITEM_ENDS + SEQUENCE_ENDS) * 2000

    with pytest.raises(DamagedPicture):
        read_dicom(with_element(deep))

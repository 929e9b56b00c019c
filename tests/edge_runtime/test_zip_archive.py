"""A ZIP is read in place: what it holds comes out, what it hides does not."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import (
    ArchiveEntryRefused,
    DamagedPicture,
    ForeseyeError,
    InvalidField,
    PhotographTooLarge,
)
from edge_runtime.settings import Limits
from edge_runtime.zip_archive import ZipEntry, entries, read_entry

LINK = 0o120777 << 16


def archive(folder: Path, held: list[tuple[str, bytes]], **options: int) -> Path:
    path = folder / "camera.zip"
    with zipfile.ZipFile(path, "w", **options) as file:
        for name, content in held:
            file.writestr(name, content)
    return path


def entry_named(path: Path, name: str) -> ZipEntry:
    return next(entry for entry in entries(path) if entry.name == name)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_entry_comes_back_as_it_was_put_in(method: int, tmp_path: Path) -> None:
    held = [("a.jpg", b"first" * 5000), ("眼/b.jpg", os.urandom(70_000)), ("empty", b"")]

    path = archive(tmp_path, held, compression=method)

    found = list(entries(path))
    assert [entry.name for entry in found] == [name for name, _ in held]
    assert [read_entry(path, entry.place, Limits()) for entry in found] == [c for _, c in held]


def test_an_archive_that_was_written_as_a_stream_is_read(tmp_path: Path) -> None:
    class OneWay(io.RawIOBase):
        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, content: bytes) -> int:  # type: ignore[override]
            self.content += content
            return len(content)

    sink = OneWay()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:  # type: ignore[arg-type]
        file.writestr("a.jpg", b"said only after the content" * 100)
    path = tmp_path / "stream.zip"
    path.write_bytes(sink.content)

    assert read_entry(path, entry_named(path, "a.jpg").place, Limits()).startswith(b"said only")


def test_sizes_in_64_bits_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as file, file.open("a.jpg", "w", force_zip64=True) as one:
        one.write(b"x" * 1000)

    assert read_entry(path, entry_named(path, "a.jpg").place, Limits()) == b"x" * 1000


@pytest.mark.slow
def test_more_entries_than_16_bits_count_are_listed_in_flat_memory(tmp_path: Path) -> None:
    path = many_entries(tmp_path / "many.zip", 70_000)

    tracemalloc.start()
    try:
        num = sum(1 for _ in entries(path))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert num == 70_000
    assert peak_bytes < 300_000


def many_entries(path: Path, num: int) -> Path:
    """An archive of empty files, ZIP64, made by hand: zipfile takes a minute for a million."""
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 6, 0)
    with path.open("wb") as file:
        for number in range(num):
            file.write(local + b"%06d" % number)
        begins = file.tell()
        for number in range(num):
            head = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 6,
                               0, 0, 0, 0, 0, number * 36)  # fmt: skip
            file.write(head + b"%06d" % number)
        ends = file.tell()
        file.write(struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, num, num,
                               ends - begins, begins))  # fmt: skip
        file.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, ends, 1))
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 0xFFFFFFFF,
                               0xFFFFFFFF, 0))  # fmt: skip
    return path


@pytest.mark.parametrize(
    "name", ["../a.jpg", "/etc/passwd", "a/../../b", "C:\\a.jpg", "..\\a.jpg", "\\\\box\\a"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str, tmp_path: Path) -> None:
    path = archive(tmp_path, [(name, b"x")])

    (entry,) = entries(path)

    with pytest.raises(ArchiveEntryRefused, match="leads out"):
        read_entry(path, entry.place, Limits())


@pytest.mark.parametrize("name", ["a..jpg", "..a/b.jpg", "ab:c.jpg", "眼底.jpg"])
def test_a_strange_but_honest_name_is_read(name: str, tmp_path: Path) -> None:
    path = archive(tmp_path, [(name, b"x")])

    assert read_entry(path, next(entries(path)).place, Limits()) == b"x"


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.jpg")
    info.create_system, info.external_attr = 3, LINK
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(info, "/etc/passwd")

    with pytest.raises(ArchiveEntryRefused, match="it is a link"):
        read_entry(path, next(entries(path)).place, Limits())


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(method: int, tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", b"x" * 100)], compression=method)

    assert next(entries(path)).fault == "it is compressed in a way that is not read here"


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", b"x" * 100)])
    patch(path, b"PK\x01\x02", 8, b"\x01\x00")

    assert next(entries(path)).fault == "it is encrypted"


def patch(path: Path, header: bytes, offset: int, content: bytes) -> None:
    raw = bytearray(path.read_bytes())
    at = raw.rindex(header) + offset
    raw[at : at + len(content)] = content
    path.write_bytes(raw)


def test_a_bomb_is_refused_by_its_stated_size_and_by_its_real_one(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", bytes(5_000_000))], compression=zipfile.ZIP_DEFLATED)
    limits = Limits(max_photograph_bytes=1_000_000)

    with pytest.raises(PhotographTooLarge, match="5000000 bytes"):
        read_entry(path, next(entries(path)).place, limits)
    patch(path, b"PK\x01\x02", 24, struct.pack("<L", 1000))
    tracemalloc.start()
    try:
        with pytest.raises(DamagedPicture, match="inflates to more than its directory says"):
            read_entry(path, next(entries(path)).place, limits)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 4_000_000


def test_an_entry_that_is_not_what_the_directory_says_is_damaged(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", b"x" * 100)])
    patch(path, b"PK\x01\x02", 16, b"\x00\x00\x00\x00")

    with pytest.raises(DamagedPicture, match="not what its directory says"):
        read_entry(path, next(entries(path)).place, Limits())


def test_a_header_that_names_another_file_is_damaged(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", b"x" * 100)])
    patch(path, b"PK\x03\x04", 30, b"b")

    with pytest.raises(DamagedPicture, match="names another file"):
        read_entry(path, next(entries(path)).place, Limits())


@pytest.mark.parametrize("cut", [1, 10, 60, 200])
def test_a_cut_archive_is_refused_as_a_whole(cut: int, tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", b"x" * 100), ("b.jpg", b"y" * 100)])
    path.write_bytes(path.read_bytes()[:-cut])

    with pytest.raises(InvalidField, match="ZIP"):
        list(entries(path))


def test_what_stands_before_the_archive_is_not_skipped(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", b"x")])
    path.write_bytes(b"MZ" + path.read_bytes())

    with pytest.raises(InvalidField, match="other data"):
        list(entries(path))


@pytest.mark.parametrize("told", [0, 1, 3, 65534])
def test_a_directory_of_another_number_of_entries_is_refused(told: int, tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.jpg", b"x"), ("b.jpg", b"y")])
    patch(path, b"PK\x05\x06", 10, struct.pack("<H", told))

    with pytest.raises(InvalidField, match="ZIP"):
        list(entries(path))


FARTHEST = struct.pack("<Q", 0xFFFFFFFFFFFFFFFF)


def test_a_directory_at_the_end_of_64_bits_is_refused(tmp_path: Path) -> None:
    path = many_entries(tmp_path / "many.zip", 3)
    patch(path, b"PK\x06\x07", 8, FARTHEST)

    with pytest.raises(InvalidField, match="ZIP"):
        list(entries(path))


def test_an_entry_at_the_end_of_64_bits_is_damaged(tmp_path: Path) -> None:
    field = struct.pack("<2H", 1, 8) + FARTHEST
    info = zipfile.ZipInfo("a.jpg")
    info.extra = field
    path = tmp_path / "far.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(info, b"x")
    patch(path, b"PK\x01\x02", 42, b"\xff\xff\xff\xff")

    (entry,) = entries(path)
    assert entry.local_header == 0xFFFFFFFFFFFFFFFF
    with pytest.raises(DamagedPicture):
        read_entry(path, entry.place, Limits())


def test_the_longest_name_is_read(tmp_path: Path) -> None:
    name = "a/" * 30_000 + "b.jpg"
    path = archive(tmp_path, [(name, b"x")])

    assert read_entry(path, next(entries(path)).place, Limits()) == b"x"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_changed_byte_does_more_than_refuse(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("changed")
    path = archive(folder, [("a.jpg", b"first" * 50), ("b.jpg", b"second" * 50)])
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)

    try:
        for entry in entries(path):
            if entry.fault is None:
                read_entry(path, entry.place, Limits(max_photograph_bytes=10_000))
    except ForeseyeError:
        pass

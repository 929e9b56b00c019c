"""The entries of a ZIP, one in memory at a time, read in place and never unpacked onto the disk.

Python's own `zipfile` holds the whole directory, some 600 bytes an entry: a million entries, honest
or hostile, cost it more than half a gigabyte. Here an entry is 46 bytes and its name, its name is
a label and no path, and no more is inflated than its directory entry states, which is no more than
one photograph may have.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4. Stored and deflated entries, ZIP64.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edge_runtime.errors import (
    ArchiveEntryRefused,
    DamagedPicture,
    InvalidField,
    PhotographTooLarge,
    UnreadableFile,
)
from edge_runtime.settings import Limits

END = struct.Struct("<4s4H2LH")
END64_PLACE = struct.Struct("<4sLQL")
END64 = struct.Struct("<4sQ2H2L4Q")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
SAID_IN_ZIP64, SAID_IN_ZIP64_16 = 0xFFFFFFFF, 0xFFFF
ZIP64_FIELD = 1
LONGEST_COMMENT = 0xFFFF
STORED, DEFLATED = 0, 8
UNIX = 3
CHUNK_BYTES = 65_536
CLIMBS = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\x00")


@dataclass(frozen=True)
class ZipEntry:
    """One file of an archive, as its directory tells of it."""

    place: int
    """Where its entry begins in the directory, in bytes from the archive's start."""
    name: str
    flags: int
    method: int
    crc: int
    packed_bytes: int
    num_bytes: int
    local_header: int
    is_link: bool

    @property
    def is_folder(self) -> bool:
        """True for an entry that only names a folder."""
        return self.name.endswith("/") and self.num_bytes == 0

    @property
    def fault(self) -> str | None:
        """Why it is not to be read, as far as the directory shows."""
        if self.name == "" or CLIMBS.search(self.name):
            return "its name leads out of the archive"
        if self.is_link:
            return "it is a link"
        if self.flags & 1:
            return "it is encrypted"
        if self.method not in (STORED, DEFLATED):
            return "it is compressed in a way that is not read here"
        return None


def entries(archive: Path) -> Iterator[ZipEntry]:
    """Yield an archive's entries in the order of its directory, those of folders too.

    Raises InvalidField when the file is no whole ZIP, UnreadableFile when it cannot be read.
    """
    try:
        with archive.open("rb") as file:
            place, end, num_entries = _directory(file)
            for _ in range(num_entries):
                entry, place = _entry(file, place)
                yield entry
            if place != end:
                raise InvalidField("input", "the directory of the ZIP holds more than it says")
    except OSError as error:
        raise UnreadableFile(f"{archive}: {error}") from error


def read_entry(archive: Path, place: int, limits: Limits) -> bytes:
    """Return the bytes of the entry whose directory entry begins at `place`.

    Raises ArchiveEntryRefused, PhotographTooLarge, DamagedPicture, UnreadableFile.
    """
    try:
        with archive.open("rb") as file:
            entry, _ = _entry(file, place)
            if entry.fault is not None:
                raise ArchiveEntryRefused(entry.fault)
            if entry.num_bytes > limits.max_photograph_bytes:
                raise PhotographTooLarge(f"ZIP: {entry.num_bytes} bytes")
            _to_content(file, entry)
            content = _content(file, entry)
    except OSError as error:
        raise UnreadableFile(f"{archive}: {error}") from error
    except (InvalidField, zlib.error) as error:
        raise DamagedPicture(f"ZIP: {error}") from error
    if len(content) != entry.num_bytes or zlib.crc32(content) != entry.crc:
        raise DamagedPicture("ZIP: the entry is not what its directory says")
    return content


def _directory(file: IO[bytes]) -> tuple[int, int, int]:
    """Return where the directory begins and ends, and how many entries it holds."""
    size = file.seek(0, os.SEEK_END)
    tail_at = max(0, size - LONGEST_COMMENT - END.size)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise InvalidField("input", "the file is no ZIP, or its end is missing")
    _, _, _, _, count, length, begins, _ = END.unpack_from(tail, at)
    ends = tail_at + at
    if SAID_IN_ZIP64 in (length, begins) or count == SAID_IN_ZIP64_16:
        count, length, begins, ends = _directory64(file, ends, (count, length, begins))
    if begins + length != ends:
        raise InvalidField("input", "the ZIP is damaged, or other data stand before it")
    return begins, ends, count


def _directory64(
    file: IO[bytes], ends: int, plain: tuple[int, int, int]
) -> tuple[int, int, int, int]:
    file.seek(max(0, ends - END64_PLACE.size))
    told = file.read(END64_PLACE.size)
    if len(told) < END64_PLACE.size or told[:4] != b"PK\x06\x07":
        # 65,535 entries, or a directory of just so many bytes, without ZIP64.
        return *plain, ends
    _, _, at, _ = END64_PLACE.unpack(told)
    _go_to(file, at)
    end = file.read(END64.size)
    if len(end) < END64.size or end[:4] != b"PK\x06\x06":
        raise InvalidField("input", "the ZIP's end is damaged")
    *_, count, length, begins = END64.unpack(end)
    return count, length, begins, at


def _go_to(file: IO[bytes], place: int) -> None:
    """Go to a place that the archive names; its 64 bits may name one that no file has."""
    try:
        file.seek(place)
    except (ValueError, OverflowError):
        raise InvalidField("input", "the ZIP points to a place behind its end") from None


def _entry(file: IO[bytes], place: int) -> tuple[ZipEntry, int]:
    """Return the entry that begins at a place of the directory, and where the next one does."""
    file.seek(place)
    head = file.read(ENTRY.size)
    if len(head) < ENTRY.size or head[:4] != b"PK\x01\x02":
        raise InvalidField("input", f"the directory of the ZIP is damaged at byte {place}")
    (_, made_by, _, flags, method, _, _, crc, packed, size, name_length, extra_length,
     comment_length, _, _, attributes, local) = ENTRY.unpack(head)  # fmt: skip
    name = os.fsdecode(file.read(name_length))
    packed, size, local = _in_64_bits(file.read(extra_length), size, packed, local)
    is_link = made_by >> 8 == UNIX and stat.S_ISLNK(attributes >> 16)
    entry = ZipEntry(place, name, flags, method, crc, packed, size, local, is_link)
    return entry, place + ENTRY.size + name_length + extra_length + comment_length


def _in_64_bits(extra: bytes, size: int, packed: int, local: int) -> tuple[int, int, int]:
    """Return packed size, size and local header's place, from the ZIP64 field where it is said."""
    values = iter(_zip64_values(extra))
    size, packed, local = (
        next(values, value) if value == SAID_IN_ZIP64 else value for value in (size, packed, local)
    )
    return packed, size, local


def _zip64_values(extra: bytes) -> list[int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == ZIP64_FIELD:
            field = extra[at + 4 : at + 4 + length]
            return [value for (value,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8])]
        at += 4 + length
    return []


def _to_content(file: IO[bytes], entry: ZipEntry) -> None:
    _go_to(file, entry.local_header)
    head = file.read(LOCAL.size)
    if len(head) < LOCAL.size or head[:4] != b"PK\x03\x04":
        raise DamagedPicture("ZIP: the entry's own header is damaged")
    *_, name_length, extra_length = LOCAL.unpack(head)
    if os.fsdecode(file.read(name_length)) != entry.name:
        raise DamagedPicture("ZIP: the entry's own header names another file")
    file.seek(extra_length, os.SEEK_CUR)


def _content(file: IO[bytes], entry: ZipEntry) -> bytes:
    most = entry.num_bytes
    if entry.method == STORED:
        return file.read(min(entry.packed_bytes, most + 1))
    inflating, left, found = zlib.decompressobj(-zlib.MAX_WBITS), entry.packed_bytes, bytearray()
    while left > 0 and not inflating.eof:
        packed = file.read(min(CHUNK_BYTES, left))
        if not packed:
            break
        left -= len(packed)
        while packed and not inflating.eof:
            found += inflating.decompress(packed, most + 1 - len(found))
            if len(found) > most:
                raise DamagedPicture("ZIP: inflates to more than its directory says")
            packed = inflating.unconsumed_tail
    return bytes(found)

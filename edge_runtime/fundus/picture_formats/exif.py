"""The directory of a TIFF file, which is also what an EXIF block is made of.

Source: TIFF Revision 6.0 (1992), section 2; EXIF 2.32, section 4.6.4.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

ORIENTATION = 274

_BYTES_PER_VALUE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_NUMBER_CODE = {3: "H", 4: "I"}


class Entry(NamedTuple):
    """One tag. `field` holds its values where they fit into 4 bytes, else their offset."""

    tag: int
    kind: int
    values: int
    field: bytes


class Directory(NamedTuple):
    """The first directory of a TIFF structure, first entry of each tag, in the file's order."""

    byte_order: str
    """ "<" or ">", as `struct` writes it."""
    start: int
    """The byte at which the directory begins."""
    entries: dict[int, Entry]

    def number(self, tag: int, default: int) -> int:
        """Return the value of a SHORT or LONG tag that has one; the default for any other."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _NUMBER_CODE or entry.values != 1:
            return default
        value: int = struct.unpack_from(self.byte_order + _NUMBER_CODE[entry.kind], entry.field)[0]
        return value


def size_in_bytes(entry: Entry) -> int:
    """Return how many bytes the values of an entry take; an unknown kind takes none."""
    return entry.values * _BYTES_PER_VALUE.get(entry.kind, 0)


def first_directory(tiff: bytes) -> Directory:
    """Return the first directory of a TIFF structure.

    At most 65,535 entries are looked at and none of their values is read. Raises struct.error
    where the structure is cut short, KeyError where it states no byte order.
    """
    byte_order = {b"II*\0": "<", b"MM\0*": ">"}[tiff[:4]]
    (start,) = struct.unpack_from(byte_order + "I", tiff, 4)
    (count,) = struct.unpack_from(byte_order + "H", tiff, start)
    table = tiff[start + 2 : start + 2 + 12 * count]
    if len(table) < 12 * count:
        raise struct.error(f"a directory of {count} entries at byte {start} is cut short")
    entries: dict[int, Entry] = {}
    for fields in struct.iter_unpack(byte_order + "HHI4s", table):
        entry = Entry(*fields)
        entries.setdefault(entry.tag, entry)
    return Directory(byte_order, start, entries)


def orientation_in(exif: bytes) -> int:
    """Return the orientation that an EXIF block states, 1 to 8, or 1 where it states none.

    A block that cannot be parsed states none: the pixels beside it are whole, and refusing a good
    photograph for a broken remark would help nobody.
    """
    try:
        directory = first_directory(exif.removeprefix(b"Exif\0\0"))
    except (struct.error, KeyError):
        return 1
    return orientation_of(directory)


def orientation_of(directory: Directory) -> int:
    """Return the orientation that a directory states, or 1 where it states none of the eight."""
    stated = directory.number(ORIENTATION, default=1)
    return stated if 1 <= stated <= 8 else 1

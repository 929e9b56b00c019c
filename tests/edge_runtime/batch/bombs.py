"""Real ZIP bombs: many entries, each of which alone may be in an archive.

Made by hand from one deflated stretch of zeros: zipfile would deflate each of them anew.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Packed:
    """An entry as it lies in an archive."""

    name: str
    content: bytes
    """Deflated."""
    num_bytes: int
    crc: int


def packed(name: str, content: bytes) -> Packed:
    """An entry that inflates to this content."""
    deflating = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    held = deflating.compress(content) + deflating.flush()
    return Packed(name, held, len(content), zlib.crc32(content))


def zeros(name: str, num_bytes: int) -> Packed:
    """An entry that inflates a thousandfold."""
    return packed(name, bytes(num_bytes))


def named(entry: Packed, names: Iterable[str]) -> list[Packed]:
    """The same content under many names."""
    return [Packed(name, entry.content, entry.num_bytes, entry.crc) for name in names]


def write_zip(path: Path, entries: Iterable[Packed], share_bytes: bool = False) -> Path:
    """Write an archive; with `share_bytes`, equal contents lie there once, for all of them."""
    directory, places = bytearray(), {}
    with path.open("wb") as file:
        for entry in entries:
            name, place = entry.name.encode(), file.tell()
            sizes = (entry.crc, len(entry.content), entry.num_bytes, len(name))
            if share_bytes and entry.crc in places:
                place = places[entry.crc]
            else:
                places[entry.crc] = place
                head = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes, 0)
                file.write(head + name + entry.content)
            directory += struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, *sizes,
                                     0, 0, 0, 0, 0, place) + name  # fmt: skip
        begins, count = file.tell(), directory.count(b"PK\x01\x02")
        file.write(directory)
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory),
                               begins, 0))  # fmt: skip
    return path

"""The header of a PNG file (W3C PNG Specification, third edition, section 5)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from edge_runtime.errors import DamagedPicture, UnsupportedPicture
from edge_runtime.fundus.picture_formats.exif import orientation_in
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader

MAX_CHUNKS = 65_536
_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_FIRST_CHUNK = b"\0\0\0\x0dIHDR"


class _Chunk(NamedTuple):
    name: bytes
    start: int
    end: int


def png_header(content: bytes) -> PictureHeader:
    """Return the header of a PNG file; of an animated one, of its default picture.

    Checks the check sums of what is kept (Pillow leaves those of the pixels unchecked). Never
    unpacks a text or a colour profile. Raises DamagedPicture, UnsupportedPicture, struct.error.
    """
    exif = b""
    kept = [content[:8]]
    for chunk in _chunks(content):
        if chunk.name == b"eXIf":
            exif = content[chunk.start + 8 : chunk.end - 4]
        if chunk.name in _KEPT:
            _check_sum(content, chunk)
            kept.append(content[chunk.start : chunk.end])
        elif chunk.name[:1].isupper():
            raise UnsupportedPicture(f"PNG: unknown chunk {chunk.name!r} that must be understood")
    if [part[4:8] for part in kept[1:]].count(b"IHDR") != 1 or kept[1][:8] != _FIRST_CHUNK:
        raise DamagedPicture("PNG: there must be one IHDR chunk, and first")
    width, height = struct.unpack_from(">II", kept[1], 8)
    return PictureHeader(
        PictureFormat.PNG, width, height, bare=b"".join(kept), orientation=orientation_in(exif)
    )


def _chunks(content: bytes) -> Iterator[_Chunk]:
    position = 8
    for _ in range(MAX_CHUNKS):
        if position + 12 > len(content):
            raise DamagedPicture("PNG: the file ends before its IEND chunk")
        length, name = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if end > len(content):
            raise DamagedPicture(f"PNG: chunk {name!r} at byte {position} is cut short")
        yield _Chunk(name, position, end)
        if name == b"IEND":
            return
        position = end
    raise DamagedPicture(f"PNG: more than {MAX_CHUNKS} chunks")


def _check_sum(content: bytes, chunk: _Chunk) -> None:
    (stated,) = struct.unpack_from(">I", content, chunk.end - 4)
    if zlib.crc32(memoryview(content)[chunk.start + 4 : chunk.end - 4]) != stated:
        raise DamagedPicture(f"PNG: wrong check sum of {chunk.name!r} at byte {chunk.start}")

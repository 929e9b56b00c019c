"""The header of a WebP file (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from edge_runtime.errors import DamagedPicture
from edge_runtime.fundus.picture_formats.exif import orientation_in
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader

MAX_CHUNKS = 4096
_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
_ALPHA_AND_ANIMATION = 0x12
"""The bits of VP8X that are kept; the others announce profile, EXIF and XMP."""


class _Chunk(NamedTuple):
    name: bytes
    payload: bytes


def webp_header(content: bytes) -> PictureHeader:
    """Return the header of a WebP file; of an animated one, with its first frame only.

    The decoder allocates the whole canvas as soon as it is made, so the size must be known before.
    Raises DamagedPicture, struct.error, IndexError.
    """
    chunks: list[_Chunk] = []
    exif = b""
    for chunk in _chunks(content):
        if chunk.name == b"EXIF":
            exif = chunk.payload
        elif chunk.name in _KEPT and not (chunk.name == b"ANMF" and _holds(chunks, b"ANMF")):
            chunks.append(chunk)
    if not chunks:
        raise DamagedPicture("WebP: no picture in the file")
    width, height = _canvas(chunks[0])
    return PictureHeader(
        PictureFormat.WEBP,
        width,
        height,
        bare=_written(chunks),
        orientation=orientation_in(exif),
    )


def _chunks(content: bytes) -> Iterator[_Chunk]:
    (stated,) = struct.unpack_from("<I", content, 4)
    end = stated + 8
    if end > len(content):
        raise DamagedPicture(f"WebP: {end} bytes stated, {len(content)} there")
    position = 12
    for _ in range(MAX_CHUNKS):
        if position + 8 > end:
            return
        name, size = struct.unpack_from("<4sI", content, position)
        if position + 8 + size > end:
            raise DamagedPicture(f"WebP: chunk {name!r} at byte {position} is cut short")
        yield _Chunk(name, content[position + 8 : position + 8 + size])
        position += 8 + size + size % 2
    raise DamagedPicture(f"WebP: more than {MAX_CHUNKS} chunks")


def _holds(chunks: list[_Chunk], name: bytes) -> bool:
    return any(chunk.name == name for chunk in chunks)


def _canvas(first: _Chunk) -> tuple[int, int]:
    payload = first.payload
    if first.name == b"VP8X":
        width, height = payload[4:7], payload[7:10]
        if len(height) == 3:
            return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    elif first.name == b"VP8 " and payload[3:6] == b"\x9d\x01\x2a":
        width_and_scale, height_and_scale = struct.unpack_from("<HH", payload, 6)
        return width_and_scale & 0x3FFF, height_and_scale & 0x3FFF
    elif first.name == b"VP8L" and payload[:1] == b"\x2f":
        (packed,) = struct.unpack_from("<I", payload, 1)
        return (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1
    raise DamagedPicture(f"WebP: the first chunk {first.name!r} states no size")


def _written(chunks: list[_Chunk]) -> bytes:
    parts = [b"WEBP"]
    for name, payload in chunks:
        if name == b"VP8X":
            payload = bytes([payload[0] & _ALPHA_AND_ANIMATION]) + payload[1:]
        parts += [name, struct.pack("<I", len(payload)), payload, b"\0" * (len(payload) % 2)]
    body = b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body

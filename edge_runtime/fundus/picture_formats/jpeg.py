"""The header of a JPEG file (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from edge_runtime.errors import DamagedPicture, UnsupportedPicture
from edge_runtime.fundus.picture_formats.exif import orientation_in
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader

MAX_SEGMENTS = 4096
MAX_SCANS = 64
"""A progressive photograph has about ten. Each costs a pass over all pixels, in a few bytes."""

SOS, EOI, APP0, APP1, APP14, DNL, COM = 0xDA, 0xD9, 0xE0, 0xE1, 0xEE, 0xDC, 0xFE
_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}
_FRAMES_READ = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_FRAMES_NOT_READ = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}
_LEFT_OUT = {*range(APP0, 0xF0), DNL, COM}

# Inside a scan 0xFF is followed by 0x00 (a data byte) or a restart marker, never by anything else.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)


class _Segment(NamedTuple):
    marker: int
    start: int
    payload: bytes


def jpeg_header(content: bytes) -> PictureHeader:
    """Return the header of a JPEG file.

    Walks over every segment to the end marker, scans included, so that a file cut anywhere is
    found out here. Raises DamagedPicture, UnsupportedPicture.
    """
    frame = b""
    exif = b""
    kept = [content[:2]]
    scans: list[int] = []
    end = len(content)
    for segment in _segments(content):
        if segment.marker == EOI:
            end = segment.start + 2
        elif segment.marker == SOS:
            scans.append(segment.start)
        elif segment.marker in _FRAMES_READ | _FRAMES_NOT_READ:
            frame = _checked_frame(segment, first=not frame and not scans)
        elif segment.marker == APP1 and not exif and segment.payload.startswith(b"Exif\0\0"):
            exif = segment.payload
        elif segment.marker not in _TABLES | _LEFT_OUT:
            raise DamagedPicture(f"JPEG: unknown marker 0x{segment.marker:02X}")
        if not scans and _is_needed(segment):
            kept.append(_written(segment))
    _check_scans(len(scans), frame)
    height, width = struct.unpack_from(">HH", frame, 1)
    return PictureHeader(
        PictureFormat.JPEG,
        width,
        height,
        bare=b"".join([*kept, content[scans[0] : end]]),
        orientation=orientation_in(exif),
    )


def _segments(content: bytes) -> Iterator[_Segment]:
    """Yield every segment; the search for the next marker steps over a scan's data."""
    position = 2
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(content, position)
        if found is None:
            raise DamagedPicture("JPEG: the file ends before its end marker")
        marker, start = found[1][0], found.start()
        if marker == EOI:
            yield _Segment(marker, start, b"")
            return
        (length,) = struct.unpack_from(">H", content, start + 2)
        position = start + 2 + length
        if length < 2 or position > len(content):
            raise DamagedPicture(f"JPEG: segment 0x{marker:02X} at byte {start} is cut short")
        yield _Segment(marker, start, content[start + 4 : position])
    raise DamagedPicture(f"JPEG: more than {MAX_SEGMENTS} segments")


def _checked_frame(segment: _Segment, first: bool) -> bytes:
    if not first:
        raise DamagedPicture("JPEG: a second frame, or one after its first scan")
    if segment.marker in _FRAMES_NOT_READ:
        raise UnsupportedPicture(f"JPEG: coding process 0x{segment.marker:02X}")
    if len(segment.payload) < 6:
        raise DamagedPicture("JPEG: the frame header is cut short")
    bits, channels = segment.payload[0], segment.payload[5]
    if bits != 8:
        raise UnsupportedPicture(f"JPEG: {bits} bits a sample")
    if channels not in (1, 3, 4):
        raise UnsupportedPicture(f"JPEG: {channels} channels")
    return segment.payload


def _check_scans(count: int, frame: bytes) -> None:
    if not frame or not count:
        raise DamagedPicture("JPEG: no frame header or no scan before the end marker")
    if count > MAX_SCANS:
        raise DamagedPicture(f"JPEG: {count} scans; a photograph has at most {MAX_SCANS}")


def _is_needed(segment: _Segment) -> bool:
    # JFIF and Adobe are no mere remarks: they say which colour space the samples are in.
    return (
        segment.marker in _TABLES | _FRAMES_READ
        or (segment.marker == APP0 and segment.payload.startswith(b"JFIF\0"))
        or (segment.marker == APP14 and segment.payload.startswith(b"Adobe"))
    )


def _written(segment: _Segment) -> bytes:
    return struct.pack(">BBH", 0xFF, segment.marker, len(segment.payload) + 2) + segment.payload

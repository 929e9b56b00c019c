"""The header of a TIFF file (TIFF Revision 6.0, 1992)."""

from __future__ import annotations

import struct

from edge_runtime.errors import DamagedPicture, UnsupportedPicture
from edge_runtime.fundus.picture_formats.exif import (
    Directory,
    first_directory,
    orientation_of,
    size_in_bytes,
)
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader

MAX_PIECES = 65_536
"""Strips or tiles of one picture."""

MAX_TILE_PIXELS = 1 << 24

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, STRIP_SIZES, TILE_WIDTH, TILE_HEIGHT = 273, 279, 322, 323
TILE_OFFSETS, TILE_SIZES, JPEG_TABLES = 324, 325, 347

_MAX_VALUES = {
    **dict.fromkeys((WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC, TILE_WIDTH, TILE_HEIGHT), 1),
    **dict.fromkeys((STRIP_OFFSETS, STRIP_SIZES, TILE_OFFSETS, TILE_SIZES), MAX_PIECES),
    **dict.fromkeys((266, 277, 278, 284, 317, 531), 1),
    **dict.fromkeys((BITS, 338, 339, 529, 530, 532), 8),
    320: 3 * 256,
    JPEG_TABLES: 65_536,
}
"""The tags that say how the pixels are laid out, each with the most values it can have."""

_COMPRESSIONS = {1, 5, 7, 8, 32773, 32946}
"""None, LZW, JPEG, deflate, PackBits, deflate by its old number."""

_WHITE_IS_ZERO = 0


def tiff_header(content: bytes) -> PictureHeader:
    """Return the header of a TIFF file, of its first page.

    In the bare file the directory holds the tags that lay out the pixels and no others. It is
    written over the one that was there, so that every offset stays true and a file that was cut
    stays cut.
    Raises DamagedPicture, UnsupportedPicture, struct.error.
    """
    directory = first_directory(content)
    grey_bits = directory.number(BITS, default=8)
    _check_values(directory, len(content))
    _check_kind(directory, grey_bits)
    return PictureHeader(
        PictureFormat.TIFF,
        directory.number(WIDTH, default=0),
        directory.number(HEIGHT, default=0),
        bare=_written(content, directory),
        orientation=orientation_of(directory),
        deep_bits=grey_bits if 8 < grey_bits < 16 else 16,
    )


def _check_values(directory: Directory, content_bytes: int) -> None:
    """Refuse what would make a reader of the directory allocate more than the file justifies."""
    for tag, most in _MAX_VALUES.items():
        entry = directory.entries.get(tag)
        if entry is None:
            continue
        if not 0 < entry.values <= most:
            raise DamagedPicture(
                f"TIFF: tag {tag} has {entry.values} values, at most {most} can be"
            )
        if size_in_bytes(entry) > content_bytes:
            raise DamagedPicture(f"TIFF: tag {tag} is larger than the file")
    tile_pixels = directory.number(TILE_WIDTH, 0) * directory.number(TILE_HEIGHT, 0)
    if tile_pixels > MAX_TILE_PIXELS:
        raise DamagedPicture(f"TIFF: tiles of {tile_pixels} pixels")


def _check_kind(directory: Directory, grey_bits: int) -> None:
    compression = directory.number(COMPRESSION, default=1)
    if compression not in _COMPRESSIONS:
        raise UnsupportedPicture(f"TIFF: compression {compression}")
    # Pillow would read such a picture as its own negative.
    if grey_bits > 8 and directory.number(PHOTOMETRIC, default=0) == _WHITE_IS_ZERO:
        raise UnsupportedPicture(f"TIFF: {grey_bits} bits with white as zero")


def _written(content: bytes, directory: Directory) -> bytes:
    entries = [entry for tag, entry in directory.entries.items() if tag in _MAX_VALUES]
    count = struct.pack(directory.byte_order + "H", len(entries))
    table = b"".join(struct.pack(directory.byte_order + "HHI4s", *entry) for entry in entries)
    no_next = b"\0\0\0\0"
    written = count + table + no_next
    end = directory.start + len(written)
    if end > len(content):
        raise DamagedPicture("TIFF: the file ends inside its directory")
    return content[: directory.start] + written + content[end:]

"""The header of a GIF file (CompuServe, GIF89a, 1990)."""

from __future__ import annotations

import struct

from edge_runtime.errors import DamagedPicture
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader

MAX_BLOCKS = 65_536
_EXTENSION, _IMAGE, _GRAPHIC_CONTROL = 0x21, 0x2C, 0xF9


def gif_header(content: bytes) -> PictureHeader:
    """Return the header of a GIF file, of its first frame.

    No camera writes GIF; DRIVE's masks are GIF files, and a folder that is handed over whole holds
    such things. Raises DamagedPicture, struct.error, IndexError.
    """
    screen_width, screen_height, flags = struct.unpack_from("<HHB", content, 6)
    colours_end = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    graphic_control, image = _first_image(content, colours_end)
    left, top, width, height = struct.unpack_from("<HHHH", content, image + 1)
    return PictureHeader(
        PictureFormat.GIF,
        max(screen_width, left + width),
        max(screen_height, top + height),
        bare=content[:colours_end] + graphic_control + content[image:],
    )


def _first_image(content: bytes, position: int) -> tuple[bytes, int]:
    """Return the extension that governs the first frame (or nothing) and where the frame starts."""
    graphic_control = b""
    for _ in range(MAX_BLOCKS):
        if content[position] == _IMAGE:
            return graphic_control, position
        if content[position] != _EXTENSION:
            raise DamagedPicture(f"GIF: unknown block 0x{content[position]:02X}")
        end = _after_sub_blocks(content, position + 2)
        if content[position + 1] == _GRAPHIC_CONTROL:
            graphic_control = content[position:end]
        position = end
    raise DamagedPicture(f"GIF: more than {MAX_BLOCKS} blocks before the first frame")


def _after_sub_blocks(content: bytes, position: int) -> int:
    for _ in range(MAX_BLOCKS):
        size = content[position]
        position += 1 + size
        if size == 0:
            return position
    raise DamagedPicture(f"GIF: more than {MAX_BLOCKS} blocks in one extension")

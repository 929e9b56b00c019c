"""The header of a BMP file (Microsoft, "Bitmap Header Types")."""

from __future__ import annotations

import struct

from edge_runtime.errors import UnsupportedPicture
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader

HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)
_OS2 = 12
_PLAIN, _BIT_FIELDS = 0, 3


def bmp_header(content: bytes) -> PictureHeader:
    """Return the header of a BMP file. The format has no tags, so it is bare as it is.

    Run-length coding is refused: no camera writes it, and its decoder is slow Python.
    Raises UnsupportedPicture, struct.error.
    """
    (header_size,) = struct.unpack_from("<I", content, 14)
    if header_size == _OS2:
        width, height = struct.unpack_from("<HH", content, 18)
    else:
        width, height, _, _, coding = struct.unpack_from("<iiHHI", content, 18)
        if coding not in (_PLAIN, _BIT_FIELDS):
            raise UnsupportedPicture(f"BMP: coding {coding}")
    # A negative height says that the top row comes first.
    return PictureHeader(PictureFormat.BMP, width, abs(height), bare=content)

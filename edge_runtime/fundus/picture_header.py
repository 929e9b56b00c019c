"""Reads what a picture file states before any decoder sees it."""

from __future__ import annotations

import struct
from collections.abc import Callable

from edge_runtime.errors import DamagedPicture
from edge_runtime.fundus.picture_formats.bmp import bmp_header
from edge_runtime.fundus.picture_formats.gif import gif_header
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader
from edge_runtime.fundus.picture_formats.heic import heic_header
from edge_runtime.fundus.picture_formats.jpeg import jpeg_header
from edge_runtime.fundus.picture_formats.png import png_header
from edge_runtime.fundus.picture_formats.recognition import format_of
from edge_runtime.fundus.picture_formats.tiff import tiff_header
from edge_runtime.fundus.picture_formats.webp import webp_header

_HEADER_READERS: dict[PictureFormat, Callable[[bytes], PictureHeader]] = {
    PictureFormat.JPEG: jpeg_header,
    PictureFormat.PNG: png_header,
    PictureFormat.TIFF: tiff_header,
    PictureFormat.BMP: bmp_header,
    PictureFormat.WEBP: webp_header,
    PictureFormat.GIF: gif_header,
    PictureFormat.HEIC: heic_header,
}


def header_of(content: bytes) -> PictureHeader:
    """Return the header of a picture file.

    Costs at most a pass over the bytes and a copy of them, whatever they state. Raises NotAPicture,
    UnsupportedPicture, DamagedPicture.
    """
    picture_format = format_of(content)
    try:
        header = _HEADER_READERS[picture_format](content)
    except (struct.error, IndexError) as error:
        raise DamagedPicture(f"{picture_format.value}: header cut short: {error}") from error
    if header.width_px < 1 or header.height_px < 1:
        raise DamagedPicture(
            f"{picture_format.value}: {header.width_px} x {header.height_px} pixels stated"
        )
    return header

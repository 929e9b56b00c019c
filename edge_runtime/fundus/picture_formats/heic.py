"""HEIC pictures, through the optional package pillow-heif (libheif)."""

from __future__ import annotations

from typing import Any

from PIL import Image

from edge_runtime.errors import DamagedPicture, UnsupportedPicture
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader


def heic_header(content: bytes) -> PictureHeader:
    """Return the header of a HEIC file, of its primary picture.

    The orientation is 1: the container has its own rotation and mirror, which the decoder applies
    and which the size here includes; an EXIF orientation beside it repeats them and must not be
    applied again (ISO/IEC 23008-12, section 6.5.10, `irot`).
    Raises DamagedPicture, and UnsupportedPicture where pillow-heif is not installed.
    """
    width, height = _opened(content).size
    return PictureHeader(PictureFormat.HEIC, width, height, bare=content)


def heic_picture(content: bytes) -> Image.Image:
    """Return the decoded picture of a HEIC file, 8 bits a sample (10 bits are scaled by libheif).

    Raises whatever libheif makes of a damaged file.
    """
    heif = _opened(content)
    return Image.frombytes(heif.mode, heif.size, heif.data, "raw", heif.mode, heif.stride)


def _opened(content: bytes) -> Any:
    try:
        import pillow_heif
    except ImportError as error:
        raise UnsupportedPicture(
            "HEIC: pillow-heif is not installed; install foreseye[heic]"
        ) from error
    try:
        return pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError) as error:
        raise DamagedPicture(f"HEIC: {error}") from error

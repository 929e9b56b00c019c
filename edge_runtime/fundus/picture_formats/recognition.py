"""Tells a picture's format from its first bytes; a file's name is never asked."""

from __future__ import annotations

from edge_runtime.errors import NotAPicture, UnsupportedPicture
from edge_runtime.fundus.picture_formats.bmp import HEADER_SIZES
from edge_runtime.fundus.picture_formats.header import PictureFormat

_BEGINS = (
    (b"\xff\xd8\xff", PictureFormat.JPEG),
    (b"\x89PNG\r\n\x1a\n", PictureFormat.PNG),
    (b"II*\0", PictureFormat.TIFF),
    (b"MM\0*", PictureFormat.TIFF),
    (b"GIF87a", PictureFormat.GIF),
    (b"GIF89a", PictureFormat.GIF),
)

_NOT_READ_HERE = (
    (0, b"II+\0", "BigTIFF, made for files above 4 GB"),
    (0, b"MM\0+", "BigTIFF, made for files above 4 GB"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (128, b"DICM", "DICOM"),
)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
_GENERAL_BRANDS = {b"mif1", b"mif2"}
"""Say that the file holds a picture, not how it is coded; the compatible brands say that."""


def format_of(content: bytes) -> PictureFormat:
    """Return the format of a picture file.

    Raises UnsupportedPicture for one that is known but not read here, NotAPicture for any other.
    """
    for beginning, picture_format in _BEGINS:
        if content.startswith(beginning):
            return picture_format
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PictureFormat.WEBP
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in HEADER_SIZES:
        return PictureFormat.BMP
    if content[4:8] == b"ftyp":
        return _format_of_media_file(content)
    for offset, mark, name in _NOT_READ_HERE:
        if content.startswith(mark, offset):
            raise UnsupportedPicture(name)
    raise NotAPicture(f"{len(content)} bytes that begin with {content[:8]!r}")


def _format_of_media_file(content: bytes) -> PictureFormat:
    """Tell HEIC from the other formats of its family: AVIF, camera raw files, films."""
    box = content[: max(16, min(int.from_bytes(content[:4], "big"), 256))]
    major = box[8:12]
    compatible = {box[start : start + 4] for start in range(16, len(box), 4)}
    if major in _HEIC_BRANDS or (major in _GENERAL_BRANDS and compatible & _HEIC_BRANDS):
        return PictureFormat.HEIC
    raise UnsupportedPicture(f"ISO media file of brand {major!r}")

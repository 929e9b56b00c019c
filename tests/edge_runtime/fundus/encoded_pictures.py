"""Small picture files made in memory, for the tests of the intake."""

from __future__ import annotations

import functools
import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pillow_heif
from PIL import Image

from edge_runtime.domain import UInt8Array

WIDTH, HEIGHT = 250, 181

LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {"format": "PNG"},
    "TIFF": {"format": "TIFF"},
    "TIFF LZW": {"format": "TIFF", "compression": "tiff_lzw"},
    "TIFF deflate": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    "TIFF PackBits": {"format": "TIFF", "compression": "packbits"},
    "BMP": {"format": "BMP"},
    "WebP": {"format": "WEBP", "lossless": True},
}
LOSSY: dict[str, dict[str, Any]] = {
    "JPEG": {"format": "JPEG", "quality": 95},
    "progressive JPEG": {"format": "JPEG", "quality": 95, "progressive": True},
    "TIFF JPEG": {"format": "TIFF", "compression": "jpeg", "quality": 95},
    "lossy WebP": {"format": "WEBP", "quality": 95},
}


def drawn_pixels(width: int = WIDTH, height: int = HEIGHT) -> UInt8Array:
    """Smooth pixels with another colour in each corner, so that no turn looks like another."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return np.stack([x * 200 + 20, y * 200 + 20, 120 + 100 * x * y], axis=-1).astype(np.uint8)


def encoded(picture: Image.Image | UInt8Array, **options: Any) -> bytes:
    file = io.BytesIO()
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(file, **options)
    return file.getvalue()


def encoded_by_cv2(extension: str, pixels: Any, options: tuple[int, ...] = ()) -> bytes:
    """Lossless and 16-bit files from another library than the one that reads them."""
    bgr = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    return cv2.imencode(extension, np.ascontiguousarray(bgr), options)[1].tobytes()


def encoded_as_heic(pixels: UInt8Array) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(pixels)).save(file, quality=95)
    return file.getvalue()


def exif_with(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    return exif.tobytes()


@functools.cache
def one_of_each() -> dict[str, bytes]:
    pixels = drawn_pixels()
    rotated = Image.fromarray(pixels).rotate(180)
    files = {name: encoded(pixels, **options) for name, options in (LOSSLESS | LOSSY).items()}
    files["GIF"] = encoded(pixels, format="GIF")
    files["animated WebP"] = encoded(
        pixels, format="WEBP", lossless=True, save_all=True, append_images=[rotated]
    )
    files["HEIC"] = encoded_as_heic(pixels)
    return files


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, with right check sums and an IEND."""
    written = [b"\x89PNG\r\n\x1a\n"]
    for name, data in (*chunks, (b"IEND", b"")):
        written += [struct.pack(">I", len(data)), name, data]
        written.append(struct.pack(">I", zlib.crc32(name + data)))
    return b"".join(written)


def png_header_chunk(width: int, height: int, bits: int = 8, kind: int = 2) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)


def tiff_of(*entries: tuple[int, int, int, int], data: bytes = b"") -> bytes:
    """A little-endian TIFF: (tag, kind, number of values, value or offset), data from byte 8."""
    table = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    directory = struct.pack("<H", len(entries)) + table + b"\0\0\0\0"
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def grey_tiff(width: int, height: int, *more: tuple[int, int, int, int], data: bytes) -> bytes:
    """An uncompressed grey TIFF of one strip; `more` replaces or adds entries."""
    entries = {
        256: (256, 4, 1, width),
        257: (257, 4, 1, height),
        258: (258, 3, 1, 8),
        259: (259, 3, 1, 1),
        262: (262, 3, 1, 1),
        273: (273, 4, 1, 8),
        277: (277, 3, 1, 1),
        278: (278, 4, 1, height),
        279: (279, 4, 1, len(data)),
    }
    entries.update({entry[0]: entry for entry in more})
    return tiff_of(*entries.values(), data=data)


def jpeg_segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload

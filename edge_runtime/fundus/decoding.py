"""Decodes a picture whose header was checked: a bare file -> 8-bit RGB pixels.

Pillow decodes everything, for it raises on truncated data where OpenCV returns grey pixels in
silence, and it is as fast: both call libjpeg-turbo, their pixels are equal, and at half scale,
which the models need, a 3872 x 2592 JPEG takes 17.5 ms (OpenCV 15.7, medians of 20 on two cores).

Samples of 16 bits become 8 by dropping the low byte (v >> 8), samples of 12 bits by v >> 4: by the
width that the header declares and never by what the picture holds, so that a dark photograph stays
dark. PNG's sBIT needs no other rule, as PNG scales every sample to its full depth (W3C PNG 12.4).
TIFF's MaxSampleValue must not be one: it is the largest value used, "only for statistical purposes"
(TIFF 6.0, section 8).
"""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from edge_runtime.domain import UInt8Array
from edge_runtime.errors import (
    DamagedPicture,
    PhotographError,
    PhotographTooLarge,
    UnsupportedPicture,
)
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader
from edge_runtime.fundus.picture_formats.heic import heic_picture

# The format classes are called directly: Image.open tries other formats too, turns a JPEG of two
# pictures into another class, and applies Pillow's own pixel limit, a global of the process, where
# ours was already applied.
_PILLOW_CLASSES: dict[PictureFormat, type[ImageFile.ImageFile]] = {
    PictureFormat.JPEG: JpegImagePlugin.JpegImageFile,
    PictureFormat.PNG: PngImagePlugin.PngImageFile,
    PictureFormat.TIFF: TiffImagePlugin.TiffImageFile,
    PictureFormat.BMP: BmpImagePlugin.BmpImageFile,
    PictureFormat.WEBP: WebPImagePlugin.WebPImageFile,
    PictureFormat.GIF: GifImagePlugin.GifImageFile,
}

_MANY_LAYOUTS = {PictureFormat.TIFF, PictureFormat.BMP}
"""Formats with more layouts of pixels than Pillow reads; it says so when it opens the file."""

_STRIP_ROWS = 64
_OPAQUE = {"1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr"}
_WITH_ALPHA = {"LA", "PA", "RGBA", "RGBa"}
_DEEP_GREY = {"I;16", "I;16L", "I;16B", "I;16N"}


def empty_pixels(height_px: int, width_px: int) -> UInt8Array:
    """Return room for pixels, shape (H, W, 3)."""
    return np.empty((height_px, width_px, 3), np.uint8)


def decode(
    header: PictureHeader,
    reduction: int = 1,
    room: Callable[[int, int], UInt8Array] = empty_pixels,
) -> UInt8Array:
    """Return the pixels of a picture as stored: RGB, shape (H, W, 3), before its orientation.

    `reduction` is 1, 2, 4 or 8 and must be 1 unless the picture is a JPEG, whose decoder then gives
    that fraction of the size, rounded up. Transparent pixels are laid on black, which is what
    surrounds the field of a fundus photograph. Colour profiles are never applied: the networks are
    trained on the camera's own numbers (none of the 1,109 public photographs carries a profile),
    and a conversion would change the colours of some cameras and not of others. `room` gives the
    array that the pixels are written to, from height and width.
    Raises DamagedPicture, UnsupportedPicture, PhotographTooLarge.
    """
    name = header.picture_format.value
    try:
        pixels = _rgb(_opened(header, reduction), header.deep_bits, room)
    except PhotographError:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise PhotographTooLarge(f"{name}: {error or 'not enough memory to decode it'}") from error
    except Exception as error:  # A decoder that strangers feed may raise anything at all.
        raise DamagedPicture(f"{name}: {type(error).__name__}: {error}") from error
    expected = (-(-header.height_px // reduction), -(-header.width_px // reduction), 3)
    if pixels.shape != expected:
        raise DamagedPicture(f"{name}: {pixels.shape} decoded, the header states {expected}")
    return pixels


def upright(pixels_HWC: UInt8Array, orientation: int) -> UInt8Array:
    """Return pixels as seen with the head up, from an EXIF orientation of 1 to 8.

    Source: EXIF 2.32, section 4.6.4, tag 274.
    """
    if orientation == 1:
        return pixels_HWC
    if orientation in (2, 3, 4):
        axis = {2: 1, 3: -1, 4: 0}[orientation]
        return np.asarray(cv2.flip(pixels_HWC, axis), np.uint8)
    if orientation == 5:
        return np.asarray(cv2.transpose(pixels_HWC), np.uint8)
    if orientation == 7:
        return np.asarray(cv2.flip(cv2.transpose(pixels_HWC), -1), np.uint8)
    turn = {6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}[orientation]
    return np.asarray(cv2.rotate(pixels_HWC, turn), np.uint8)


def _opened(header: PictureHeader, reduction: int) -> Image.Image:
    if header.picture_format is PictureFormat.HEIC:
        return heic_picture(header.bare)
    try:
        picture = _PILLOW_CLASSES[header.picture_format](io.BytesIO(header.bare))
    except (SyntaxError, OSError) as error:
        if header.picture_format in _MANY_LAYOUTS:
            raise UnsupportedPicture(f"{header.picture_format.value}: {error}") from error
        raise
    if reduction > 1:
        width, height = picture.size
        picture.draft(None, (width // reduction, height // reduction))
    picture.load()
    return picture


def _rgb(
    picture: Image.Image, deep_bits: int, room: Callable[[int, int], UInt8Array]
) -> UInt8Array:
    """Convert strip by strip: the copies that Pillow makes on the way then stay small.

    That takes 24 ms off a photograph of 10 megapixels and a quarter off the memory of one of 60.
    """
    pixels_HWC = room(picture.height, picture.width)
    for top in range(0, picture.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, picture.height)
        strip = picture.crop((0, top, picture.width, bottom))
        pixels_HWC[top:bottom] = _rgb_strip(strip, deep_bits)
    return pixels_HWC


def _rgb_strip(strip: Image.Image, deep_bits: int) -> UInt8Array:
    if strip.mode in _DEEP_GREY:
        return (np.asarray(strip) >> (deep_bits - 8)).astype(np.uint8)[..., np.newaxis]
    if strip.mode in _WITH_ALPHA or (strip.mode in _OPAQUE and "transparency" in strip.info):
        return np.asarray(_on_black(strip))
    if strip.mode in _OPAQUE:
        return np.asarray(strip if strip.mode == "RGB" else strip.convert("RGB"))
    raise UnsupportedPicture(f"pixels of kind {strip.mode}")


def _on_black(picture: Image.Image) -> Image.Image:
    with_alpha = picture.convert("RGBA")
    black = Image.new("RGB", picture.size)
    black.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return black

"""Native DICOM pixels as a plain picture file: an uncompressed BMP, the same bytes everywhere.

A BMP and not a PNG: ids derive from a picture's bytes, and those of a PNG would change with the
library that packs them. Deep samples become 8 bits by dropping their low bits, as for every other
photograph (edge_runtime/fundus/decoding.py).

Legend: F frames, H rows, W columns, C channels.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import UInt8Array
from edge_runtime.errors import DamagedPicture, UnsupportedPicture

GREY = ("MONOCHROME2", "MONOCHROME1")
COLOUR = ("RGB", "YBR_FULL")
FILE_HEADER, INFO_HEADER, PALETTE = 14, 40, 1024


@dataclass(frozen=True)
class PixelForm:
    """How the samples of a native picture lie in the file (PS3.3 section C.7.6.3)."""

    rows: int
    columns: int
    frames: int
    channels: int
    photometric: str
    planar: bool
    """True when each channel lies by itself."""
    bits_allocated: int
    bits_stored: int
    signed: bool

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.rows * self.columns * self.channels * self.bits_allocated // 8


def check_form(form: PixelForm) -> None:
    """Raise UnsupportedPicture or DamagedPicture for pixels that are not read here."""
    if min(form.rows, form.columns, form.frames) < 1:
        raise DamagedPicture(f"DICOM: {form.columns} x {form.rows} x {form.frames} pixels stated")
    kinds = {1: GREY, 3: COLOUR}.get(form.channels, ())
    if form.photometric not in kinds:
        raise UnsupportedPicture(f"DICOM: {form.channels} channels of {form.photometric[:20]!r}")
    if form.signed or form.bits_allocated not in (8, 16):
        raise UnsupportedPicture(f"DICOM: {form.bits_allocated} bits, signed {form.signed}")
    if not 8 <= form.bits_stored <= form.bits_allocated:
        raise DamagedPicture(f"DICOM: {form.bits_stored} bits of {form.bits_allocated} stored")


def frames_of(pixels: bytes, form: PixelForm) -> list[bytes]:
    """Return each frame as a BMP file.

    Raises DamagedPicture when the pixels are fewer or more than stated: who lies about rows and
    columns shows another picture than the one that was taken.
    """
    check_form(form)
    expected = form.frame_bytes * form.frames
    if len(pixels) not in (expected, expected + expected % 2):
        raise DamagedPicture(f"DICOM: {len(pixels)} bytes of pixels, {expected} are stated")
    size = form.frame_bytes
    return [
        bmp(_eight_bits(pixels[number * size : (number + 1) * size], form))
        for number in range(form.frames)
    ]


def bmp(pixels_HWC: UInt8Array) -> bytes:
    """Return RGB (H, W, 3) or grey (H, W, 1) pixels as an uncompressed BMP file."""
    height, width, channels = pixels_HWC.shape
    palette = b"".join(bytes((v, v, v, 0)) for v in range(256)) if channels == 1 else b""
    row_bytes = -(-width * channels // 4) * 4
    rows = np.zeros((height, row_bytes), np.uint8)
    # Bottom row first, blue before red.
    rows[:, : width * channels] = pixels_HWC[::-1, :, ::-1].reshape(height, -1)
    offset = FILE_HEADER + INFO_HEADER + len(palette)
    size = offset + rows.size
    head = struct.pack("<2sIHHI", b"BM", size, 0, 0, offset)
    bits, colours = 8 * channels, len(palette) // 4
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, rows.size, 0, 0, colours, 0)
    return head + info + palette + rows.tobytes()


def _eight_bits(frame: bytes, form: PixelForm) -> UInt8Array:
    shape = (form.rows, form.columns, form.channels)
    if form.planar and form.channels == 3:
        shape = (form.channels, form.rows, form.columns)
    kind = np.uint8 if form.bits_allocated == 8 else np.dtype("<u2")
    samples: npt.NDArray[Any] = np.frombuffer(frame, kind).reshape(shape)
    if form.planar and form.channels == 3:
        samples = samples.transpose(1, 2, 0)
    if samples.max(initial=0) >> form.bits_stored:
        raise DamagedPicture(f"DICOM: samples of more than the {form.bits_stored} bits stated")
    eight = (samples >> (form.bits_stored - 8)).astype(np.uint8)
    if form.photometric == "MONOCHROME1":
        return np.asarray(255 - eight, np.uint8)
    return _rgb_of_ybr(eight) if form.photometric == "YBR_FULL" else eight


def _rgb_of_ybr(ybr_HWC: UInt8Array) -> UInt8Array:
    """Return RGB from YBR_FULL (PS3.3 section C.7.6.3.1.2)."""
    luma, blue, red = (ybr_HWC[..., c].astype(np.float32) for c in range(3))
    blue -= 128.0
    red -= 128.0
    rgb = np.stack(
        [luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], axis=-1
    )
    return np.asarray(np.clip(np.rint(rgb), 0, 255), np.uint8)

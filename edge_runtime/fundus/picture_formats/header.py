"""The record that every format's header is read into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class PictureFormat(str, Enum):
    """The picture formats that are read here."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    BMP = "BMP"
    WEBP = "WebP"
    GIF = "GIF"
    HEIC = "HEIC"


@dataclass(frozen=True)
class PictureHeader:
    """What a picture file states, and the same picture without its tags.

    `width_px` and `height_px` are those of the stored picture, before `orientation` is applied.
    `bare` is a file of the same format with everything left out that is not needed to decode its
    first picture: decoders never see an EXIF block, a colour profile, a text or a second page, so
    none of them can be a trap, and none can change a pixel.
    """

    picture_format: PictureFormat
    width_px: int
    height_px: int
    bare: bytes
    orientation: int = 1
    """EXIF orientation, 1 (as stored) to 8."""
    deep_bits: int = 16
    """Bits that the header declares for a sample that is wider than a byte."""

    @property
    def upright_size_px(self) -> tuple[int, int]:
        """Width and height after the orientation: 5 to 8 exchange the two."""
        if self.orientation >= 5:
            return self.height_px, self.width_px
        return self.width_px, self.height_px

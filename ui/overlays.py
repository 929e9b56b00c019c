"""Pictures for the screen: the photograph with vessels, disc and cup laid over it, and thumbnails.

Pure: bytes and switches in, bytes out. Nothing here knows Streamlit or the service. The vessels
are filled, the disc is a full line and the cup a broken one, so that no structure is told by its
colour alone.

Legend: H rows, W columns; masks hold the indices of DESIGN section 5.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

BoolArray = npt.NDArray[np.bool_]

ARTERIOLE, VENULE = 1, 2
DISC_OUTSIDE_CUP, CUP = 1, 2

COLOUR_OF = {
    "arterioles": (255, 59, 48),
    "venules": (64, 156, 255),
    "disc": (255, 255, 255),
    "cup": (120, 255, 214),
}
"""Red and blue as every eye clinic draws them; told apart in all common kinds of colour vision."""

VESSEL_STRENGTH = 0.85
"""How much of a vessel's colour hides the photograph, in [0, 1]."""

FADING = 0.55
"""How grey the photograph becomes under vessels: red upon the red of the eye is not seen."""

LINE_SHARE = 0.0045
"""Width of an outline as a share of the picture's longer side."""

DASHES = 24
"""Pieces into which the cup's line is broken."""

READABLE = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF")
THUMBNAIL_MAX_PIXELS = 60_000_000
JPEG_QUALITY = 90


@dataclass(frozen=True)
class Layers:
    """Which structures are shown over the photograph."""

    arterioles: bool = True
    venules: bool = True
    disc: bool = True
    cup: bool = True


def overlaid(
    photograph: bytes, layers: Layers, arteries_veins: bytes | None, disc_cup: bytes | None
) -> bytes:
    """Return the photograph with the chosen layers over it, as JPEG of the photograph's size.

    `arteries_veins` and `disc_cup` are PNG of indices; a missing mask adds nothing. Raises
    ValueError when a mask is not of the photograph's size.
    """
    with Image.open(io.BytesIO(photograph), formats=READABLE) as opened:
        picture = opened.convert("RGB")
    vessels = _indices(arteries_veins, picture.size)
    disc_and_cup = _indices(disc_cup, picture.size)
    if (layers.arterioles or layers.venules) and (vessels > 0).any():
        grey = ImageOps.grayscale(picture).convert("RGB")
        picture = Image.blend(picture, grey, FADING)
    for name, shape_HW, strength in _shapes(layers, vessels, disc_and_cup):
        picture = _painted(picture, shape_HW, COLOUR_OF[name], strength)
    return _jpeg(picture)


def thumbnail(content: bytes, side_px: int = 240) -> bytes | None:
    """Return a small upright JPEG of a photograph, or None when the screen cannot draw it.

    The service alone judges whether a photograph can be used: None here refuses nothing.
    """
    try:
        with Image.open(io.BytesIO(content), formats=READABLE) as opened:
            if opened.width * opened.height > THUMBNAIL_MAX_PIXELS:
                return None
            opened.draft("RGB", (2 * side_px, 2 * side_px))
            opened.thumbnail((side_px, side_px))
            return _jpeg(ImageOps.exif_transpose(opened).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _indices(mask: bytes | None, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    if mask is None:
        return np.zeros((size[1], size[0]), dtype=np.uint8)
    with Image.open(io.BytesIO(mask), formats=("PNG",)) as opened:
        if opened.size != size:
            raise ValueError(f"a mask of {opened.size} does not fit a photograph of {size}")
        return np.asarray(opened if opened.mode in ("L", "P") else opened.convert("L"))


def _shapes(
    layers: Layers, vessels: npt.NDArray[np.uint8], disc_and_cup: npt.NDArray[np.uint8]
) -> list[tuple[str, BoolArray, float]]:
    width_px = max(2, round(LINE_SHARE * max(vessels.shape)))
    shapes: list[tuple[str, BoolArray, float]] = []
    if layers.arterioles:
        shapes.append(("arterioles", vessels == ARTERIOLE, VESSEL_STRENGTH))
    if layers.venules:
        shapes.append(("venules", vessels == VENULE, VESSEL_STRENGTH))
    if layers.disc:
        shapes.append(("disc", outline(disc_and_cup > 0, width_px), 1.0))
    if layers.cup:
        shapes.append(("cup", broken(outline(disc_and_cup == CUP, width_px)), 1.0))
    return [shape for shape in shapes if shape[1].any()]


def outline(region_HW: BoolArray, width_px: int) -> BoolArray:
    """Return the inner rim of a region, `width_px` wide; the picture's edge counts as outside."""
    inner = np.pad(region_HW, width_px)
    for _ in range(width_px):
        inner = (
            inner
            & np.roll(inner, 1, axis=0)
            & np.roll(inner, -1, axis=0)
            & np.roll(inner, 1, axis=1)
            & np.roll(inner, -1, axis=1)
        )
    return region_HW & ~inner[width_px:-width_px, width_px:-width_px]


def broken(line_HW: BoolArray) -> BoolArray:
    """Return a closed line with every second of its DASHES pieces left out."""
    rows, columns = np.nonzero(line_HW)
    if not rows.size:
        return line_HW
    angle = np.arctan2(rows - rows.mean(), columns - columns.mean())
    kept = np.floor((angle + np.pi) / (2 * np.pi) * DASHES).astype(int) % 2 == 0
    dashed = np.zeros_like(line_HW)
    dashed[rows[kept], columns[kept]] = True
    return dashed


def _painted(
    picture: Image.Image, shape_HW: BoolArray, colour: tuple[int, int, int], strength: float
) -> Image.Image:
    alpha = Image.fromarray(shape_HW.astype(np.uint8) * round(255 * strength))
    softened = alpha.filter(ImageFilter.GaussianBlur(0.6))
    return Image.composite(Image.new("RGB", picture.size, colour), picture, softened)


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, format="JPEG", quality=JPEG_QUALITY)
    return written.getvalue()

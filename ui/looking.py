"""The pictures of the reading room: large, red-free where asked, with layers over them.

Pure: bytes in, bytes out. Red-free is the green channel, in which vessels and bleedings are darkest
and nerve fibres brightest, its middle 98 % of values stretched over the whole scale within the
field.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps

from ui.overlays import JPEG_QUALITY, READABLE, Layers, overlaid

SIDE_PX = 2048
"""Of what is shown at most: more than a wall of glass shows of one eye, to look closer."""

MAX_PIXELS = 120_000_000
DARK = 12
"""Values up to here are the camera's own black about the field."""

KEPT_PERCENT = (1.0, 99.0)


def shown(
    original: bytes,
    preview: bytes | None,
    *,
    red_free: bool = False,
    layers: Layers | None = None,
    arteries_veins: bytes | None = None,
    disc_cup: bytes | None = None,
) -> bytes | None:
    """Return a photograph as JPEG, or None where neither the file nor the preview can be drawn.

    `original` is the file as it came; where this screen cannot draw its kind, the service's
    `preview` takes its place. Masks are of the preview's size and follow the picture's.
    """
    picture = _opened(original)
    if picture is None and preview is not None:
        picture = _opened(preview)
    if picture is None:
        return None
    if red_free:
        picture = _red_free(picture)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=JPEG_QUALITY)
    if layers is None or layers == Layers(False, False, False, False):
        return written.getvalue()
    masks = (_sized(arteries_veins, picture.size), _sized(disc_cup, picture.size))
    return overlaid(written.getvalue(), layers, *masks)


def _opened(content: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(content), formats=READABLE) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            opened.draft("RGB", (SIDE_PX, SIDE_PX))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    return upright


def _red_free(picture: Image.Image) -> Image.Image:
    green_HW = np.asarray(picture.getchannel("G"), dtype=np.float32)
    within = green_HW[green_HW > DARK]
    if not within.size:
        return picture.getchannel("G").convert("RGB")
    low, high = np.percentile(within, KEPT_PERCENT)
    stretched = (green_HW - low) / max(high - low, 1.0) * 235.0 + 20.0
    grey_HW = np.where(green_HW > DARK, stretched.clip(0, 255), 0).astype(np.uint8)
    return Image.fromarray(grey_HW).convert("RGB")


def _sized(mask: bytes | None, size: tuple[int, int]) -> bytes | None:
    """Return a mask of indices at a size; no index is mixed with its neighbour."""
    if mask is None:
        return None
    with Image.open(io.BytesIO(mask), formats=("PNG",)) as opened:
        indices = opened if opened.mode in ("L", "P") else opened.convert("L")
        plain = Image.fromarray(np.asarray(indices)).resize(size, Image.Resampling.NEAREST)
    written = io.BytesIO()
    plain.save(written, "PNG", compress_level=1)
    return written.getvalue()

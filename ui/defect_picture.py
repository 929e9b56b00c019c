"""A picture that shows a photograph's defect, beside an eye as it should look.

Pure: bytes and a defect's name in, bytes out. Where the light is at fault the places are hatched
on the photograph; where sharpness is, a piece of it is enlarged; else the whole is shown. The eye
beside it was drawn by the project.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from edge_runtime.wire.client import Eye
from ui.overlays import JPEG_QUALITY, READABLE, THUMBNAIL_MAX_PIXELS

AS_IT_SHOULD_BE = Path(__file__).with_name("static") / "as_it_should_be.jpg"

ENLARGED = {"blur", "haze"}
DARK, BRIGHT = {"dark"}, {"bright", "glare"}
SIDE_PX = 360
GAP_PX = 12
MIDDLE_SHARE = 0.3
"""Of the shorter side: how much of the middle is enlarged."""
DARK_BELOW, BRIGHT_ABOVE, OUTSIDE_BELOW = 60, 244, 12
"""Of 255: too dark to see vessels, clipped, and outside of the field of view."""
HATCH_PX = 10


def shown(content: bytes, defect: str, eye: Eye | None) -> bytes | None:
    """Return the photograph's defect (left) beside a good eye (right) as JPEG.

    None for a file that this screen cannot draw.
    """
    ours = _opened(content)
    if ours is None:
        return None
    with Image.open(AS_IT_SHOULD_BE) as opened:
        good = opened.convert("RGB")
    if eye is Eye.OS:
        good = ImageOps.mirror(good)
    if defect in ENLARGED:
        ours, good = _middle(ours), _middle(good)
    elif defect in DARK | BRIGHT:
        ours = _hatched(ours, defect)
    return _side_by_side(_square(ours), _square(good))


def _opened(content: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(content), formats=READABLE) as opened:
            if opened.width * opened.height > THUMBNAIL_MAX_PIXELS:
                return None
            opened.draft("RGB", (4 * SIDE_PX, 4 * SIDE_PX))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail((4 * SIDE_PX, 4 * SIDE_PX))
    return upright


def _middle(picture: Image.Image) -> Image.Image:
    half = round(MIDDLE_SHARE * min(picture.size) / 2)
    x, y = picture.width // 2, picture.height // 2
    return picture.crop((x - half, y - half, x + half, y + half))


def _hatched(picture: Image.Image, defect: str) -> Image.Image:
    pixels_HWC = np.array(picture)
    light_HW = pixels_HWC.max(axis=2)
    at_fault_HW = (
        (light_HW > OUTSIDE_BELOW) & (light_HW < DARK_BELOW)
        if defect in DARK
        else light_HW > BRIGHT_ABOVE
    )
    pixels_HWC[at_fault_HW & _stripes(light_HW.shape)] = (0, 220, 255)
    return Image.fromarray(pixels_HWC)


def _stripes(shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return np.asarray((rows + columns) // HATCH_PX % 2 == 0)


def _square(picture: Image.Image) -> Image.Image:
    return ImageOps.pad(picture, (SIDE_PX, SIDE_PX), color=(0, 0, 0))


def _side_by_side(left: Image.Image, right: Image.Image) -> bytes:
    both = Image.new("RGB", (2 * SIDE_PX + GAP_PX, SIDE_PX), (255, 255, 255))
    both.paste(left, (0, 0))
    both.paste(right, (SIDE_PX + GAP_PX, 0))
    written = io.BytesIO()
    both.save(written, format="JPEG", quality=JPEG_QUALITY)
    return written.getvalue()

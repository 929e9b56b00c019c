"""Maps of a forecast's evidence as a doctor sees them: a translucent heat on the greyed photograph.

Pure: bytes in, bytes out. From blue to yellow, each step lighter than the one before: told apart in
every common kind of colour vision, and not the red of the eye. A line encloses all that is at least
half as dense as the densest, so that heat on a bright disc is not taken for the disc.

Legend: H rows, W columns, C colours (RGB), P places along the scale.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

from edge_runtime.wire.client import Evidence, Forecast
from ui.kept_exam import ReadPhotograph
from ui.overlays import JPEG_QUALITY, LINE_SHARE, READABLE, outline

SCALE_PC = np.array([(28, 62, 150), (70, 140, 190), (150, 200, 150), (255, 236, 92)], np.float32)
"""Of none, a third, two thirds and the densest; the style sheet's `.fs-heat` has the same."""

THICKEST = 0.62
"""How much of the photograph the densest place hides, in [0, 1]; vessels stay to be seen."""

GREY = 0.7
"""How grey the photograph becomes under the heat: its own red and yellow are no evidence."""


SOFTENED = 1 / 80
"""Of the picture's width: the network looked in cells of a twentieth, whose corners say nothing."""


HALF = 0.5
"""Of the densest: where the line runs."""

FIELD = 24.0
"""Grey levels from which a pixel is wholly of the field; the camera's black has no heat."""


def kind_of(condition: str) -> str:
    """Return the kind of the kept picture that is a condition's map."""
    return f"evidence_{condition}"


def conditions_told(forecast: Sequence[Forecast]) -> dict[str, Evidence]:
    """Return the conditions to which photographs added a number, and what that was judged on."""
    found: dict[str, Evidence] = {}
    for each in forecast:
        step = each.steps.photographs if each.steps is not None else None
        if step is not None and step.evidence is not None:
            found.setdefault(each.condition.value, step.evidence)
    return found


def mapped(photographs: Sequence[ReadPhotograph], condition: str) -> list[ReadPhotograph]:
    """Return the photographs of which a condition's map was kept."""
    return [each for each in photographs if each.picture_id(kind_of(condition))]


def heat_over(photograph: bytes, evidence: bytes) -> bytes:
    """Return a map (PNG, 255 densest) laid over its photograph, as JPEG of the photograph's size.

    Raises OSError or ValueError for a picture that cannot be drawn.
    """
    with Image.open(io.BytesIO(photograph), formats=READABLE) as opened:
        picture = opened.convert("RGB")
    grey = ImageOps.grayscale(picture)
    under_HWC = np.asarray(Image.blend(picture, grey.convert("RGB"), GREY), np.float32)
    share_HW = _share(evidence, picture.size)
    field_HW = (np.asarray(grey, np.float32) / FIELD).clip(0.0, 1.0)
    hides_HW1 = (THICKEST * share_HW * field_HW)[..., None]
    over_HWC = under_HWC * (1.0 - hides_HW1) + colours(share_HW) * hides_HW1
    line_px = max(1, round(LINE_SHARE * picture.width / 2))
    over_HWC[outline((share_HW >= HALF) & (field_HW == 1.0), line_px)] = 255.0
    written = io.BytesIO()
    heat = Image.fromarray(over_HWC.round().astype(np.uint8))
    heat.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()


def _share(evidence: bytes, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return a map softened, at a size (width, height): its densest place is 1 again."""
    with Image.open(io.BytesIO(evidence), formats=("PNG",)) as opened:
        sized = opened.convert("L").resize(size, Image.Resampling.BILINEAR)
    softened = sized.filter(ImageFilter.GaussianBlur(SOFTENED * size[0]))
    share_HW = np.asarray(softened, np.float32)
    return share_HW / max(float(share_HW.max()), 1.0)


def colours(share_HW: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the scale's colours of shares in [0, 1], shape (H, W, C)."""
    places_P = np.linspace(0.0, 1.0, len(SCALE_PC))
    channels = [np.interp(share_HW, places_P, SCALE_PC[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def densest(evidence: bytes) -> tuple[int, int]:
    """Return where a map is densest: percent of its width from the left, of its height from above.

    It is the middle of all that is within a tenth of the densest.
    """
    with Image.open(io.BytesIO(evidence), formats=("PNG",)) as opened:
        map_HW = np.asarray(opened.convert("L"))
    rows, columns = np.nonzero(map_HW >= 0.9 * map_HW.max())
    height, width = map_HW.shape
    return round(100 * (columns.mean() + 0.5) / width), round(100 * (rows.mean() + 0.5) / height)

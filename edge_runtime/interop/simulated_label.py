"""The label that stands in every simulated picture, whatever becomes of its metadata.

Its letters are at least one twentieth of the picture's shorter side (GB 45438-2025). In DICOM it
says all in both languages, on a strip of its own below the picture: nothing of the picture is
covered. Elsewhere pictures keep the photograph's size, so that they can be laid over it: a short
label then lies over their lower edge, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edge_runtime.domain import UInt8Array
from edge_runtime.interop.report.fonts_folder import FONT
from edge_runtime.interop.report.wording import WORDS, Language

SHARE_OF_SIDE: Final = 0.05
INK, PAPER = (255, 255, 255), (120, 0, 90)


def labelled(picture_HWC: UInt8Array, years: float) -> UInt8Array:
    """Return a simulated picture with its label below it; the picture itself is unchanged."""
    height, width = picture_HWC.shape[:2]
    # A letter is a little lower than the size of its font says.
    size = round(1.5 * SHARE_OF_SIDE * min(height, width))
    font = ImageFont.truetype(FONT, size)
    said = [WORDS[language]["simulated.label"].format(years=years) for language in Language]
    lines = [line for text in said for line in _broken(text, font, width - size)]
    step = round(1.35 * size)
    strip = Image.new("RGB", (width, step * len(lines) + size // 2), PAPER)
    draw = ImageDraw.Draw(strip)
    for place, line in enumerate(lines):
        draw.text((size // 2, size // 8 + place * step), line, INK, font)
    return np.concatenate([picture_HWC, np.asarray(strip, np.uint8)])


def burnt_in(picture_HWC: UInt8Array, years: float, languages: Sequence[Language]) -> UInt8Array:
    """Return a simulated picture of the same size with a short label over its lower edge."""
    height, width = picture_HWC.shape[:2]
    size = round(1.5 * SHARE_OF_SIDE * min(height, width))
    font = ImageFont.truetype(FONT, size)
    said = [WORDS[language]["simulated.short"].format(years=years) for language in languages]
    lines = [line for text in said for line in _broken(text, font, width - size)]
    step = round(1.35 * size)
    strip_px = min(step * len(lines) + size // 4, height)
    picture = Image.fromarray(picture_HWC).copy()
    # Half see-through: what lies below is still seen to be the picture of an eye.
    lower = picture.crop((0, height - strip_px, width, height))
    paper = Image.new("RGB", lower.size, PAPER)
    picture.paste(Image.blend(lower, paper, 0.65), (0, height - strip_px))
    draw = ImageDraw.Draw(picture)
    for place, line in enumerate(lines):
        draw.text((size // 2, height - strip_px + place * step), line, INK, font)
    return np.asarray(picture, np.uint8)


def _broken(text: str, font: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """Break a text into lines that fit; English at spaces, Chinese anywhere."""
    parts = text.split(" ") if text.isascii() else list(text)
    space = " " if text.isascii() else ""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]}{space}{part}"
        if font.getlength(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines

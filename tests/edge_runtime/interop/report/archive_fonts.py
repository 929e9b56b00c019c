"""What ISO 19005-3 asks of fonts: embedded, every letter in them, as wide as said, as Unicode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont

HEX = rb"<([0-9A-Fa-f]+)>\s*"
NO_LETTERS = {0x0000, 0xFEFF, 0xFFFE}
ROUNDING = 1.0


def font_violations(document: pikepdf.Pdf) -> Iterator[str]:
    """Yield each rule of 6.2.11 that a composite font of the document breaks."""
    for page in document.pages:
        used = _codes_used(page)
        for name, font in page.Resources.get("/Font", {}).items():
            if font.Subtype != "/Type0":
                yield f"6.2.11 {font.Subtype} is not looked at here"
                continue
            yield from _composite(font, used.get(name, set()))


def _codes_used(page: Any) -> dict[str, set[int]]:
    """Return the two-byte codes that a page shows, by the name of the font."""
    used: dict[str, set[int]] = {}
    font = ""
    for instruction in pikepdf.parse_content_stream(page):
        operands, name = instruction.operands, str(instruction.operator)
        if name == "Tf":
            font = str(operands[0])
        elif name in ("Tj", "'", '"', "TJ"):
            shown = operands[-1]
            texts = shown if isinstance(shown, pikepdf.Array) else [shown]
            for text in texts:
                if isinstance(text, pikepdf.String):
                    raw = bytes(text)
                    pairs = zip(raw[::2], raw[1::2], strict=True)
                    used.setdefault(font, set()).update(a << 8 | b for a, b in pairs)
    return used


def _composite(font: Any, codes: set[int]) -> Iterator[str]:
    below = font.DescendantFonts[0]
    cid_of = _encoding(font)
    unicode_of = _to_unicode(font)
    widths = _widths_of_program(below.FontDescriptor)
    if widths is None:
        yield "6.2.11.4.1 a font is not embedded"
        return
    if below.Subtype == "/CIDFontType2" and "/CIDToGIDMap" not in below:
        yield "6.2.11.3.2 a font has no CIDToGIDMap"
    if not re.match(r"/[A-Z]{6}\+", str(font.BaseFont)):
        yield "6.2.11.4.2 a part of a font has no tag"
    said = _widths_said(below)
    for code in codes:
        cid = cid_of.get(code) if cid_of is not None else code
        if not cid or cid not in widths:
            yield f"6.2.11.8 code {code:04x} shows no glyph"
        elif abs(widths[cid] - said.get(cid, float(below.get("/DW", 1000)))) > ROUNDING:
            yield f"6.2.11.5 glyph {cid} is {widths[cid]} wide, not {said.get(cid)}"
        letters = unicode_of.get(code, [0])
        if set(letters) & NO_LETTERS:
            yield f"6.2.11.7.2 code {code:04x} stands for no letter"


def _encoding(font: Any) -> dict[int, int] | None:
    """Return the glyph of each code; None where they are the same."""
    if isinstance(font.Encoding, pikepdf.Name):
        assert font.Encoding == "/Identity-H"
        return None
    text, found = font.Encoding.read_bytes(), {}
    for kind, block in re.findall(rb"begincid(char|range)(.*?)endcid", text, re.DOTALL):
        if kind == b"char":
            for code, cid in re.findall(HEX + rb"(\d+)", block):
                found[int(code, 16)] = int(cid)
        else:
            for first, last, cid in re.findall(HEX + HEX + rb"(\d+)", block):
                for place, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                    found[code] = int(cid) + place
    return found


def _to_unicode(font: Any) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    text = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    for kind, block in re.findall(rb"beginbf(char|range)(.*?)endbf", text, re.DOTALL):
        for first, *between, letters in re.findall(HEX * (2 if kind == b"char" else 3), block):
            last = between[0] if between else first
            for place, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                units = [ord(one) for one in bytes.fromhex(letters.decode()).decode("utf-16-be")]
                units[-1] += place
                found[code] = units
    return found


def _widths_said(below: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    parts = list(below.get("/W", []))
    while parts:
        first, second = int(parts.pop(0)), parts.pop(0)
        if isinstance(second, pikepdf.Array):
            found |= {first + place: float(width) for place, width in enumerate(second)}
        else:
            found |= dict.fromkeys(range(first, int(second) + 1), float(parts.pop(0)))
    return found


def _widths_of_program(descriptor: Any) -> dict[int, float] | None:
    """Return each glyph's width in thousandths of an em; None for a font that is not there."""
    if "/FontFile2" in descriptor:
        font = TTFont(BytesIO(descriptor.FontFile2.read_bytes()))
        scale = 1000.0 / font["head"].unitsPerEm
        names = font.getGlyphOrder()
        return {at: font["hmtx"][name][0] * scale for at, name in enumerate(names)}
    if "/FontFile3" not in descriptor:
        return None
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(descriptor.FontFile3.read_bytes()), None)
    top = fonts[0]
    scale = 1000.0 * top.rawDict.get("FontMatrix", [0.001])[0]
    is_by_cid = hasattr(top, "ROS")
    found = {}
    for at, name in enumerate(top.charset):
        outline = top.CharStrings[name]
        outline.draw(NullPen())
        cid = int(name.removeprefix("cid")) if is_by_cid and name.startswith("cid") else at
        found[cid] = outline.width * scale
    return found

"""The paper: font, colours, header, footer, lines of text and plain tables. PDF/A-3u, A4.

Times stand in the file as the exam's, so the same exam gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from fpdf import FPDF
from fpdf.enums import DocumentCompliance, WrapMode
from fpdf.fonts import TTFFont

from edge_runtime.interop.report.fonts_folder import FONT
from edge_runtime.interop.report.wording import WORDS, Language

FAMILY: Final = "NotoSansSC"
UNKNOWN_LETTER: Final = "\u25a0"
"""Stands for a letter that the font does not hold, as in a file name in a rare script."""

WIDTH_MM: Final = 210.0
MARGIN_MM: Final = 15.0
INNER_MM: Final = WIDTH_MM - 2 * MARGIN_MM

INK: Final = (25, 30, 36)
GREY: Final = (105, 112, 120)
LINE: Final = (205, 210, 215)
SHADE: Final = (243, 245, 247)
TEAL: Final = (12, 95, 105)
AMBER: Final = (150, 80, 0)
AMBER_PAPER: Final = (255, 244, 224)
TEAL_PAPER: Final = (232, 244, 245)

Colour = tuple[int, int, int]
Align = Literal["L", "R", "C"]


class Sheet(FPDF):
    """A4 pages in one language."""

    def __init__(self, language: Language, at: datetime, title: str, sha256: str) -> None:
        super().__init__(format="A4", enforce_compliance=DocumentCompliance.PDFA_3U)
        self.language = language
        self._sha256 = sha256
        self.words = WORDS[language]
        self.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=False)
        self.add_font(FAMILY, "", FONT)
        self.set_title(title)
        self.set_lang({Language.ENGLISH: "en", Language.CHINESE: "zh-CN"}[language])
        self.set_producer("foreseye")
        self.set_creation_date(at)
        font = self.fonts[FAMILY.lower()]
        assert isinstance(font, TTFFont)
        self._letters = set(font.cmap)

    def file_id(self) -> str:
        """Return the file's identifier, from what it is about and not from the clock."""
        half = self._sha256[:32].upper()
        return f"<{half}><{half}>"

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the report's language."""
        return self.words[key].format(**values)

    def shown(self, text: str) -> str:
        """Return text with the letters that the font holds."""
        return "".join(
            letter if ord(letter) in self._letters else UNKNOWN_LETTER for letter in text
        )

    def ink(self, size_pt: float, colour: Colour = INK) -> None:
        """Write from now on in this size and colour."""
        self.set_font(FAMILY, size=size_pt)
        self.set_text_color(*colour)

    def line_of(self, text: str, size_pt: float, colour: Colour = INK, align: Align = "L") -> None:
        """Write one line over the whole width."""
        self.ink(size_pt, colour)
        height = size_pt * 0.5
        self.cell(0, height, self.shown(text), align=align, new_x="LMARGIN", new_y="NEXT")

    def paragraph(
        self,
        text: str,
        size_pt: float,
        colour: Colour = INK,
        width_mm: float = 0.0,
        x_mm: float | None = None,
    ) -> None:
        """Write text over as many lines as it takes; the place is below it afterwards."""
        self.ink(size_pt, colour)
        if x_mm is not None:
            self.set_x(x_mm)
        # Words of Chinese have no spaces between them: a line may end after any letter.
        wrap = WrapMode.CHAR if self.language is Language.CHINESE else WrapMode.WORD
        left = self.get_x()
        self.multi_cell(
            width_mm, size_pt * 0.48, self.shown(text), align="L", wrapmode=wrap,
            new_x="LEFT", new_y="NEXT",
        )  # fmt: skip
        self.set_x(left if x_mm is not None else MARGIN_MM)

    def heading(self, text: str, size_pt: float = 12.0) -> None:
        """Write a heading with a line below it."""
        self.ink(size_pt, TEAL)
        self.cell(0, size_pt * 0.52, self.shown(text), new_x="LMARGIN", new_y="NEXT")
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN_MM, self.get_y(), WIDTH_MM - MARGIN_MM, self.get_y())
        self.ln(1.2)

    def row(
        self,
        cells: Sequence[str],
        widths_mm: Sequence[float],
        size_pt: float,
        colour: Colour = INK,
        align: Sequence[Align] = (),
        shaded: bool = False,
    ) -> None:
        """Write one row of a table, each cell on one line, shortened where it is too long."""
        self.ink(size_pt, colour)
        self.set_fill_color(*SHADE)
        for place, (text, width) in enumerate(zip(cells, widths_mm, strict=True)):
            side = align[place] if align else "L"
            self.cell(
                width, size_pt * 0.44, self._fitting(text, width - 1.0), align=side, fill=shaded
            )
        self.ln(size_pt * 0.44)

    def banner(self, text: str, ink: Colour, paper: Colour, size_pt: float) -> None:
        """Write a line on coloured paper over the whole width."""
        self.set_fill_color(*paper)
        self.ink(size_pt, ink)
        self.cell(
            0, size_pt * 0.75, self.shown(text), fill=True, align="C", new_x="LMARGIN", new_y="NEXT"
        )

    def _fitting(self, text: str, width_mm: float) -> str:
        text = self.shown(text)
        if self.get_string_width(text) <= width_mm:
            return text
        while text and self.get_string_width(text + "...") > width_mm:
            text = text[:-1]
        return text + "..."

"""The shipped marks: where the fovea and the disc lie in some of the public photographs.

The public sets say almost nothing of the fovea and little of the disc, so developers marked them on
contact sheets. They are no clinician's marks: README.md beside the tables says how they were made
and how well they repeat. A photograph without a row was not judged or cannot be told.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from training.errors import CohortError

FOVEA_FILE = "fovea.csv"
DISC_FILE = "disc.csv"
FOVEA_COLUMNS = ("path", "x_px", "y_px")
DISC_COLUMNS = ("path", "x_px", "y_px", "width_px", "height_px")


@dataclass(frozen=True)
class DiscMark:
    """The disc as an upright ellipse, in photograph pixels after EXIF orientation."""

    x_px: float
    y_px: float
    """Of the centre."""
    width_px: float
    height_px: float
    """Full axes along x and y."""


def read_fovea_marks() -> dict[str, tuple[float, float]]:
    """Return the fovea's centre (x, y) in photograph pixels by path relative to the data folder.

    Raises CohortError, naming file and row, for a row that is not as it should be.
    """
    return fovea_marks(_shipped(FOVEA_FILE), FOVEA_FILE)


def read_disc_marks() -> dict[str, DiscMark]:
    """Return the disc's ellipse by path relative to the data folder.

    Raises CohortError, naming file and row, for a row that is not as it should be.
    """
    return disc_marks(_shipped(DISC_FILE), DISC_FILE)


def fovea_marks(text: str, file: str) -> dict[str, tuple[float, float]]:
    """Return the marks of a fovea table given as CSV text; `file` names it in a CohortError."""
    return {path: (x, y) for path, (x, y) in _rows(text, file, FOVEA_COLUMNS)}


def disc_marks(text: str, file: str) -> dict[str, DiscMark]:
    """Return the marks of a disc table given as CSV text; `file` names it in a CohortError."""
    return {path: DiscMark(*numbers) for path, numbers in _rows(text, file, DISC_COLUMNS)}


def _shipped(file: str) -> str:
    return (files("training") / "marks" / file).read_text(encoding="utf-8")


def _rows(text: str, file: str, columns: tuple[str, ...]) -> Iterator[tuple[str, list[float]]]:
    rows = csv.reader(text.splitlines())
    if tuple(next(rows, [])) != columns:
        raise CohortError(f"{file}, row 1: the columns must be {', '.join(columns)}")
    seen: set[str] = set()
    for row, cells in enumerate(rows, start=2):
        where = f"{file}, row {row}"
        if len(cells) != len(columns):
            raise CohortError(f"{where}: {len(columns)} cells expected, got {len(cells)}")
        path = cells[0]
        if not path or path in seen:
            raise CohortError(f"{where}, column path: {path!r} is empty or stands there twice")
        seen.add(path)
        named = zip(columns[1:], cells[1:], strict=True)
        yield path, [_number(cell, column, where) for column, cell in named]


def _number(cell: str, column: str, where: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        raise CohortError(f"{where}, column {column}: {cell!r} is no number") from None
    # A centre may not lie before the first pixel, and an axis has a length.
    least = 0.0 if column in ("x_px", "y_px") else 1.0
    if not math.isfinite(number) or number < least:
        raise CohortError(f"{where}, column {column}: {cell} must be at least {least:g}")
    return number

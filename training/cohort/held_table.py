"""Reads the tables of labels as their sets ship them: CSV, semicolons for commas, Excel.

Spaces around a column's name are dropped and lines without any value are skipped; both are in the
tables of IDRiD. Rows are numbered as a spreadsheet shows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

from edge_runtime.contracts.table_files import HEADER_ROW, table_rows
from edge_runtime.errors import ManifestError
from training.cohort.labels import Label

Value = TypeVar("Value")
Line = tuple[int, list[str]]


def read_held(path: Path, *columns: str) -> list[Label]:
    """Return the lines of a table, which must have the columns named.

    Raises ManifestError, naming file, row and column, for a table that cannot be read.
    """
    lines = _excel_lines(path) if path.suffix.lower() == ".xlsx" else _csv_lines(path)
    header = [name.strip() for name in next(lines)[1]]
    for column in columns:
        if column not in header:
            reason = f"the column is missing; there are {', '.join(filter(None, header))}"
            raise ManifestError(str(path), HEADER_ROW, column, reason)
    return [
        Label(str(path), number, dict(zip(header, values, strict=True)))
        for number, values in lines
        if any(values)
    ]


def by_name(labels: list[Label], column: str) -> dict[str, Label]:
    """Return a table's lines by what one column says. Raises ManifestError where two say it."""
    found: dict[str, Label] = {}
    for label in labels:
        first = found.setdefault(needed_text(label, column), label)
        if first is not label:
            raise ManifestError(label.file, label.row, column, f"the same as in row {first.row}")
    return found


def needed_text(label: Label, column: str) -> str:
    """Return a cell's text. Raises ManifestError where it is empty."""
    text = label.text(column)
    if text is None:
        raise ManifestError(label.file, label.row, column, "is empty")
    return text


def coded(label: Label, column: str, codes: Mapping[str, Value]) -> Value | None:
    """Return what a cell's code stands for, None where it is empty.

    Letters may be of either case, and a number may have gained a `.0` on its way through a
    spreadsheet. Raises ManifestError for a code that is not among `codes`.
    """
    text = label.text(column)
    if text is None:
        return None
    code = text.strip().lower().removesuffix(".0")
    if code not in codes:
        reason = f"{text!r} is none of {', '.join(codes)}"
        raise ManifestError(label.file, label.row, column, reason)
    return codes[code]


def _csv_lines(path: Path) -> Iterator[Line]:
    rows = ((number, [str(value) for value in values]) for number, values in table_rows(path))
    number, header = next(rows)
    separated = len(header) == 1 and ";" in header[0]
    yield number, _parts(header, separated)
    for number, values in rows:
        parts = _parts(values, separated)
        if separated and len(parts) != header[0].count(";") + 1:
            raise ManifestError(str(path), number, None, "more or fewer cells than the header")
        yield number, parts


def _parts(values: list[str], separated: bool) -> list[str]:
    parts = values[0].split(";") if separated else values
    return [part.strip() for part in parts]


def _excel_lines(path: Path) -> Iterator[Line]:
    import pandas as pd

    try:
        cells = pd.read_excel(path, header=None, dtype=object, na_filter=False).to_numpy()
    except ImportError as error:
        reason = "an Excel table needs openpyxl, which is not installed"
        raise ManifestError(str(path), None, None, reason) from error
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ManifestError(str(path), None, None, f"is no Excel table: {error}") from error
    if not len(cells):
        raise ManifestError(str(path), None, None, "the table is empty, it has no header")
    for number, values in enumerate(cells, start=HEADER_ROW):
        yield number, ["" if value is None else str(value).strip() for value in values]

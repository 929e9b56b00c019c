"""A public set's own table of labels, one line a photograph, found by the photograph's path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.table_files import table_rows
from edge_runtime.errors import ManifestError


@dataclass(frozen=True)
class Label:
    """One line of a table of labels."""

    file: str
    row: int
    """As a spreadsheet shows it: the header is row 1."""
    cells: Mapping[str, str]

    def text(self, column: str) -> str | None:
        """Return a cell, None where it is empty. Raises ManifestError without such a column."""
        if column not in self.cells:
            raise ManifestError(self.file, self.row, column, "the column is missing")
        return self.cells[column] or None

    def number(self, column: str) -> float | None:
        """Return a cell as a number, None where it is empty. Raises ManifestError for a word."""
        text = self.text(column)
        try:
            return None if text is None else float(text)
        except ValueError:
            raise ManifestError(self.file, self.row, column, f"no number: {text!r}") from None

    def needed(self, column: str) -> float:
        """Return a cell as a number. Raises ManifestError where it is empty or a word."""
        number = self.number(column)
        if number is None:
            raise ManifestError(self.file, self.row, column, "is empty")
        return number


def read_labels(file: Path) -> list[Label]:
    """Return the lines of a table of labels. Raises ManifestError, naming file and row."""
    rows = table_rows(file)
    names = [str(name) for name in next(rows)[1]]
    return [
        Label(str(file), number, dict(zip(names, map(str, values), strict=True)))
        for number, values in rows
    ]

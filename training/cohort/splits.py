"""Who belongs to which role and fold, as `photographs.csv` beside the data fixes it.

The adapters take persons, eyes, roles and folds from here and nowhere else, so that no part of the
project splits the people differently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.table_files import table_rows
from edge_runtime.domain import Eye
from edge_runtime.errors import ManifestError

COLUMNS = ("path", "set", "person", "eye", "role", "fold")


@dataclass(frozen=True)
class Split:
    """One line of photographs.csv."""

    file: str
    row: int
    """As a spreadsheet shows it: the header is row 1."""
    path: str
    """Relative to the data folder."""
    set: str
    person_id: str
    eye: Eye | None
    role: Role
    fold: int

    def beside(self, data_folder: Path, path: str) -> str:
        """Return a path of the set that must be there, relative to the data folder.

        Raises ManifestError, naming this line, the set and the file, where it is not.
        """
        if not (data_folder / path).is_file():
            reason = f"{self.set}: no such file {data_folder / path}"
            raise ManifestError(self.file, self.row, "path", reason)
        return path


@dataclass(frozen=True)
class Splits:
    """All lines of photographs.csv, by set."""

    file: str
    by_set: dict[str, tuple[Split, ...]]

    def of(self, name: str) -> Iterator[Split]:
        """Yield the lines of one set. Raises ManifestError for a set that has none."""
        if name not in self.by_set:
            raise ManifestError(self.file, None, "set", f"no photographs of {name}")
        yield from self.by_set[name]


def read_splits(data_folder: Path) -> Splits:
    """Return the lines of `data_folder`/photographs.csv.

    Raises ManifestError, naming file, row and column, for a line that is not as it should be.
    """
    file = data_folder / "photographs.csv"
    rows = table_rows(file)
    header = next(rows)[1]
    if tuple(header) != COLUMNS:
        raise ManifestError(str(file), 1, None, f"the columns must be {', '.join(COLUMNS)}")
    by_set: dict[str, list[Split]] = {}
    for number, values in rows:
        split = _split(str(file), number, dict(zip(COLUMNS, map(str, values), strict=True)))
        by_set.setdefault(split.set, []).append(split)
    return Splits(str(file), {name: tuple(splits) for name, splits in by_set.items()})


def _split(file: str, row: int, cells: dict[str, str]) -> Split:
    column = ""
    try:
        column = "eye"
        eye = Eye(cells["eye"]) if cells["eye"] else None
        column = "role"
        role = Role(cells["role"])
        column = "fold"
        fold = int(cells["fold"])
    except ValueError as error:
        raise ManifestError(file, row, column, str(error)) from None
    return Split(file, row, cells["path"], cells["set"], cells["person"], eye, role, fold)

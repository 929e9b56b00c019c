"""Reads and writes the cohort manifest and its outcomes, one row in memory at a time.

CSV or Parquet by suffix; rows are numbered as a spreadsheet shows them, the header being row 1.
What one row alone can break is refused here; what several rows together can break, and files that
are not there, are for `edge_runtime.contracts.cohort_check`.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from edge_runtime.contracts.cohort import (
    LESION_COLUMN,
    LESION_PREFIX,
    MANIFEST_COLUMNS,
    OUTCOME_COLUMNS,
    ManifestRow,
    OutcomeRow,
)
from edge_runtime.contracts.strict import Strict
from edge_runtime.contracts.table_files import HEADER_ROW, Cell, table_rows, write_table
from edge_runtime.errors import ManifestError

Row = TypeVar("Row", bound=Strict)
Cells = dict[str, Any]


def read_manifest(path: Path) -> Iterator[ManifestRow]:
    """Yield the rows of a manifest, checked one by one.

    Raises ManifestError, naming file, row and column, at the first cell that breaks the contract.
    """
    return (row for _, row in numbered_manifest(path))


def read_outcomes(path: Path) -> Iterator[OutcomeRow]:
    """Yield the rows of an outcome table, checked one by one. Raises as `read_manifest`."""
    return (row for _, row in numbered_outcomes(path))


def numbered_manifest(path: Path) -> Iterator[tuple[int, ManifestRow]]:
    """Yield each manifest row with its spreadsheet row number. Raises as `read_manifest`."""
    for number, cells in _known_cells(path, ManifestRow, MANIFEST_COLUMNS):
        columns = [name for name in cells if name.startswith(LESION_PREFIX)]
        lesions = {name[len(LESION_PREFIX) :]: cells.pop(name) for name in columns}
        yield number, _checked(path, number, {**cells, "lesions": lesions}, ManifestRow)


def numbered_outcomes(path: Path) -> Iterator[tuple[int, OutcomeRow]]:
    """Yield each outcome row with its spreadsheet row number. Raises as `read_manifest`."""
    for number, cells in _known_cells(path, OutcomeRow, OUTCOME_COLUMNS):
        yield number, _checked(path, number, cells, OutcomeRow)


def photograph_path(row: ManifestRow, manifest: Path, root: Path | None = None) -> Path:
    """Return where a row's photograph lies.

    Paths are relative to the manifest's own folder. `root` stands in for that folder where the
    manifest had to be written elsewhere, as for a data folder that is read-only.
    """
    return (root or manifest.parent) / row.photograph


def mask_path(reference: str, manifest: Path, root: Path | None = None) -> Path:
    """Return where a mask lies, its selector (`#1`) still at the end. `root`: as above."""
    return (root or manifest.parent) / reference


def write_manifest(
    rows: Iterable[ManifestRow], path: Path, lesion_classes: Sequence[str] = ()
) -> int:
    """Write a manifest and return the number of its rows; it appears whole or not at all.

    `lesion_classes` are the lesion columns to write: rows come one at a time, so they must be
    known before the first. Raises ManifestError for a row with a class that is not among them.
    """
    columns = {name: _cell_type(ManifestRow, name) for name in MANIFEST_COLUMNS}
    columns |= {LESION_PREFIX + name: str for name in lesion_classes}
    numbered = enumerate(rows, start=HEADER_ROW + 1)
    return write_table(path, columns, (_cells(path, n, row, columns) for n, row in numbered))


def write_outcomes(rows: Iterable[OutcomeRow], path: Path) -> int:
    """Write an outcome table and return the number of its rows; whole or not at all."""
    columns = {name: _cell_type(OutcomeRow, name) for name in OUTCOME_COLUMNS}
    return write_table(path, columns, (list(row.model_dump(mode="json").values()) for row in rows))


def _known_cells(
    path: Path, model: type[Strict], known: Sequence[str]
) -> Iterator[tuple[int, Cells]]:
    """Yield (row number, the cells that are not empty)."""
    rows = table_rows(path)
    names = [str(name) for name in next(rows)[1]]
    _check_header(path, names, model, known)
    for number, values in rows:
        pairs = zip(names, values, strict=True)
        yield number, {name: value for name, value in pairs if value not in (None, "")}


def _check_header(path: Path, names: list[str], model: type[Strict], known: Sequence[str]) -> None:
    for name in names:
        lesion = model is ManifestRow and LESION_COLUMN.match(name)
        if name not in known and not lesion:
            reason = "unknown column (a table has commas between its columns)"
            raise ManifestError(str(path), HEADER_ROW, name, reason)
        if names.count(name) > 1:
            raise ManifestError(str(path), HEADER_ROW, name, "the column is there twice")
    for name in known:
        if model.model_fields[name].is_required() and name not in names:
            raise ManifestError(str(path), HEADER_ROW, name, "the column is missing")


def _checked(path: Path, number: int, cells: Cells, model: type[Row]) -> Row:
    try:
        return model.model_validate(cells)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column, *inner = [str(part) for part in first["loc"]]
        if column == "lesions":
            column = LESION_PREFIX + inner[0]
        message = first["msg"].removeprefix("Value error, ")
        reason = f"{message}, got {str(first['input'])[:60]!r}"
        if first["type"] == "missing":
            reason = "is empty"
        raise ManifestError(str(path), number, column, reason) from None


def _cells(path: Path, number: int, row: ManifestRow, columns: dict[str, type]) -> list[Cell]:
    cells = row.model_dump(mode="json", exclude={"lesions"})
    lesions = {LESION_PREFIX + name: mask for name, mask in row.lesions.items()}
    for column in lesions:
        if column not in columns:
            raise ManifestError(str(path), number, column, "not among the lesion classes given")
    return [{**cells, **lesions}.get(column) for column in columns]


def _cell_type(model: type[Strict], column: str) -> type:
    return _plain(model.model_fields[column].annotation)


def _plain(annotation: Any) -> type:
    """Return str, int, float or bool for a field's annotation (`Eye | None` is str)."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain(next(kind for kind in get_args(annotation) if kind is not type(None)))
    if issubclass(annotation, Enum):
        return type(next(iter(annotation)).value)
    assert annotation in (str, int, float, bool), annotation
    return annotation  # type: ignore[no-any-return]

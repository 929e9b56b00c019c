"""The exams of a table: a contract manifest (DESIGN section 6), or any list of photographs.

A contract manifest gives one exam for each set, person and visit. Any other table with a column
`path` or `photograph` gives one exam for each row; of its other columns `set` and `eye` are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge_runtime.batch.spool import spool
from edge_runtime.contracts.cohort import COVARIATES, ManifestRow
from edge_runtime.contracts.cohort_tables import numbered_manifest
from edge_runtime.contracts.table_files import HEADER_ROW, table_rows
from edge_runtime.domain import Eye, Person
from edge_runtime.errors import ManifestError
from edge_runtime.exam_files import ListedExam, listed_photograph

PATH_COLUMNS = ("path", "photograph")
REQUIRED = tuple(name for name, field in ManifestRow.model_fields.items() if field.is_required())
OF_ONE_EYE = ("iop_mmhg", "axial_length_mm")
"""Covariates that may differ between the two eyes of one visit; the person's is their mean."""

Numbered = tuple[int, ManifestRow]


def exams_of_manifest(manifest: Path) -> Iterator[ListedExam]:
    """Yield a table's exams, in the order of their first photographs. Raises ManifestError."""
    if follows_contract(manifest):
        return _exams_of_contract(manifest)
    return _exams_of_list(manifest)


def follows_contract(manifest: Path) -> bool:
    """Return whether a table has every column that the manifest's contract requires."""
    return set(REQUIRED) <= set(_header(manifest))


def _header(manifest: Path) -> list[str]:
    """Return a table's columns. Raises ManifestError for one of ours that stands there twice."""
    names = [str(name) for name in next(table_rows(manifest))[1]]
    for name in (*PATH_COLUMNS, *ManifestRow.model_fields):
        if names.count(name) > 1:
            raise ManifestError(str(manifest), HEADER_ROW, name, "stands there twice")
    return names


def _exams_of_contract(manifest: Path) -> Iterator[ListedExam]:
    for rows in _visits(manifest):
        photographs = tuple(
            listed_photograph(manifest.parent, row.photograph, row.eye) for _, row in rows
        )
        yield ListedExam(photographs, _person(manifest, rows), rows[0][1].set)


def _visits(manifest: Path) -> Iterator[list[Numbered]]:
    """Yield the rows of each visit, which may stand anywhere in the table, without holding it."""
    with spool() as visits:
        for number, row in numbered_manifest(manifest):
            visit = (row.set, row.person_id, row.visit_time_years)
            # Without a time nobody knows which photographs are of one visit: each stands alone.
            key = number if row.visit_time_years is None else visit
            visits.add(repr(key).encode(), number, row.model_dump_json())
        for pieces in visits.groups():
            yield [(number, ManifestRow.model_validate_json(text)) for number, text in pieces]


def _person(manifest: Path, rows: list[Numbered]) -> Person:
    said = {name: _agreed(manifest, rows, name) for name in COVARIATES}
    return Person(
        person_id=rows[0][1].person_id,
        age_years=_agreed(manifest, rows, "age_years"),
        sex=_agreed(manifest, rows, "sex"),
        covariates={name: float(value) for name, value in said.items() if value is not None},
    )


def _agreed(manifest: Path, rows: list[Numbered], column: str) -> Any:
    """Return what the rows of one visit say, None when none says anything."""
    said = [(n, getattr(row, column)) for n, row in rows if getattr(row, column) is not None]
    if not said:
        return None
    if column in OF_ONE_EYE:
        return sum(value for _, value in said) / len(said)
    first = said[0][1]
    for number, value in said:
        if value != first:
            reason = f"is {value}, but {first} in row {said[0][0]} of the same person and visit"
            raise ManifestError(str(manifest), number, column, reason)
    return first


def _exams_of_list(manifest: Path) -> Iterator[ListedExam]:
    rows = table_rows(manifest)
    names = [str(name) for name in next(rows)[1]]
    column = next((name for name in PATH_COLUMNS if name in names), None)
    if column is None:
        reason = "the table has neither a column path nor a column photograph"
        raise ManifestError(str(manifest), HEADER_ROW, None, reason)
    for number, values in rows:
        cells = dict(zip(names, values, strict=True))
        path = cells[column]
        if not isinstance(path, str) or not path.strip():
            raise ManifestError(str(manifest), number, column, "is empty or no text")
        eye = _eye(manifest, number, cells.get("eye"))
        photograph = listed_photograph(manifest.parent, path, eye)
        set_name = cells.get("set")
        yield ListedExam((photograph,), Person(), str(set_name) if set_name else None)


def _eye(manifest: Path, number: int, cell: object) -> Eye | None:
    if cell in (None, ""):
        return None
    try:
        return Eye(cell)
    except ValueError:
        reason = f"must be OD, OS or empty, got {str(cell)[:20]!r}"
        raise ManifestError(str(manifest), number, "eye", reason) from None

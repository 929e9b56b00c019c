"""Tables in files, CSV or Parquet by suffix, in constant memory; the rules of no contract.

Rows are numbered as a spreadsheet shows them: the header is row 1, the first row of data row 2.
Parquet, which has no header row, is numbered the same way. A CSV is UTF-8 with commas (a byte
order mark is allowed); a blank line is skipped but counted.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TypeVar

from edge_runtime.errors import ManifestError, OutputError

HEADER_ROW = 1
BATCH_ROWS = 1024
"""Rows of a Parquet file in memory at a time."""

Cell = str | int | float | bool | None
Numbered = tuple[int, list[object]]
Choice = TypeVar("Choice")


def table_rows(path: Path) -> Iterator[Numbered]:
    """Yield (row number, values): first the header's names, then each row of data.

    Every row has as many values as the header. Raises ManifestError for a file that cannot be
    opened, is no CSV or Parquet, is damaged, or has a row with too many or too few cells.
    """
    rows = _chosen(path, {".csv": _csv_rows, ".parquet": _parquet_rows})(path)
    width: int | None = None
    for number, values in rows:
        if width is None:
            width = len(values)
        if len(values) != width:
            reason = f"the row has {len(values)} cells, the header has {width}"
            raise ManifestError(str(path), number, None, reason)
        yield number, values
    if width is None:
        raise ManifestError(str(path), None, None, "the table is empty, it has no header")


def write_table(path: Path, columns: Mapping[str, type], rows: Iterable[list[Cell]]) -> int:
    """Write rows of cells, and return how many; the file appears whole or not at all.

    `columns` gives each column's name and type (str, int, float or bool); None is written as an
    empty cell. Raises ManifestError for a suffix that is neither .csv nor .parquet, OutputError
    when the folder cannot be written.
    """
    write = _chosen(path, {".csv": _write_csv, ".parquet": _write_parquet})
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            partial = Path(folder) / path.name
            written = write(partial, columns, rows)
            partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error}") from error
    return written


def _chosen(path: Path, by_suffix: Mapping[str, Choice]) -> Choice:
    choice = by_suffix.get(path.suffix.lower())
    if choice is None:
        raise ManifestError(str(path), None, None, "a table ends in .csv or .parquet")
    return choice


def _csv_rows(path: Path) -> Iterator[Numbered]:
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, cells in enumerate(csv.reader(file, strict=True), start=HEADER_ROW):
                if cells:
                    yield number, list(cells)
    except OSError as error:
        raise ManifestError(str(path), None, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ManifestError(str(path), number + 1, None, "the text is not UTF-8") from error
    except csv.Error as error:
        raise ManifestError(str(path), number + 1, None, f"is no CSV: {error}") from error


def _parquet_rows(path: Path) -> Iterator[Numbered]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield HEADER_ROW, list(file.schema_arrow.names)
            number = HEADER_ROW
            for batch in file.iter_batches(BATCH_ROWS):
                columns = [column.to_pylist() for column in batch.columns]
                for values in zip(*columns, strict=True):
                    number += 1
                    yield number, list(values)
    except pa.ArrowException as error:
        raise ManifestError(str(path), None, None, f"is no sound Parquet file: {error}") from error
    except OSError as error:
        raise ManifestError(str(path), None, None, f"cannot be read: {error}") from error


def _write_csv(path: Path, columns: Mapping[str, type], rows: Iterable[list[Cell]]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        written = 0
        for cells in rows:
            writer.writerow([_csv_cell(cell) for cell in cells])
            written += 1
    return written


def _csv_cell(cell: Cell) -> Cell:
    return str(cell).lower() if isinstance(cell, bool) else cell


def _write_parquet(path: Path, columns: Mapping[str, type], rows: Iterable[list[Cell]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    source = iter(rows)
    written = 0
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(source, BATCH_ROWS)):
            by_column = [list(values) for values in zip(*batch, strict=True)]
            arrays = [
                pa.array(values, kind) for values, kind in zip(by_column, schema.types, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            written += len(batch)
    return written

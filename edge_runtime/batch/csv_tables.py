"""The whole tables as CSV, assembled from the parts, safe to open in a spreadsheet.

A text that begins like a formula gets an apostrophe before it: a file named `=cmd|...` must not
run on the machine of whoever opens the table (OWASP, "CSV injection").
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from edge_runtime.batch.columns import Columns
from edge_runtime.batch.shards import table_part
from edge_runtime.durable import written_whole

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
LIST_SEPARATOR = " | "


def write_csv(path: Path, parts: Sequence[Path], columns: Columns) -> int:
    """Write a table's parts as one CSV, whole or not at all; return its number of rows.

    UTF-8, commas, one line feed a row; nothing known is an empty cell, lists are joined by " | ".
    """
    with written_whole(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        num_rows = 0
        for part in parts:
            cells = [_cells(column) for column in table_part(part, list(columns)).columns]
            rows = list(zip(*cells, strict=True))
            writer.writerows(rows)
            num_rows += len(rows)
    return num_rows


def _cells(column: pa.ChunkedArray) -> list[object]:
    """Return a column's cells; most columns of most parts are empty, which is cheap to see.

    Of texts each is disarmed once for all the rows that hold it: reasons and sentences repeat.
    """
    if column.null_count == len(column):
        return [None] * len(column)
    if column.type != pa.string():
        return [csv_cell(value) for value in column.to_pylist()]
    encoded = column.combine_chunks().dictionary_encode()
    texts = [csv_cell(text) for text in encoded.dictionary.to_pylist()]
    if len(texts) == 1 and encoded.null_count == 0:
        return texts * len(column)
    return [None if at is None else texts[at] for at in encoded.indices.to_pylist()]


def csv_cell(value: object) -> object:
    """Return a value as a cell: text disarmed, truth as true or false, a list joined."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        value = LIST_SEPARATOR.join(str(part) for part in value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value

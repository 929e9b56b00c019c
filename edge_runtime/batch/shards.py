"""The parts of a batch's tables: part k holds exams [k x N, (k + 1) x N) of the list.

A part of `photographs/` is written before its part of `exams/`, so a shard is complete when the
second stands. Both are written whole or not at all; an interrupted shard is done again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from edge_runtime.batch.columns import Columns
from edge_runtime.batch.plan import ScreenedShard
from edge_runtime.batch.rows import Row
from edge_runtime.durable import write_whole
from edge_runtime.errors import OutputError

PHOTOGRAPHS, EXAMS, PICTURES = "photographs", "exams", "pictures"


def shard_name(number: int) -> str:
    """Return the name of a shard: part-00000."""
    return f"part-{number:05d}"


def shard_path(out: Path, table: str, number: int) -> Path:
    """Return where a shard's part of a table lies."""
    return out / table / f"{shard_name(number)}.parquet"


def is_complete(out: Path, number: int, num_exams: int) -> bool:
    """Return whether a shard stands whole, with the rows that it must have."""
    try:
        pq.read_metadata(shard_path(out, PHOTOGRAPHS, number))
        exams = pq.read_metadata(shard_path(out, EXAMS, number))
    except (FileNotFoundError, pa.ArrowInvalid):
        return False
    return bool(exams.num_rows == num_exams)


def write_shard(out: Path, shard: ScreenedShard) -> None:
    """Write a shard's part of both tables. Raises OutputError."""
    write_whole(shard_path(out, PHOTOGRAPHS, shard.number), shard.photographs)
    write_whole(shard_path(out, EXAMS, shard.number), shard.exams)


def parquet_bytes(rows: Sequence[Row], columns: Columns) -> bytes:
    """Return rows as the bytes of a Parquet file with all the columns.

    Column by column: most of the 1,600 are empty in most shards and cost next to nothing then,
    without a dictionary and statistics of what they do not hold. Raises ValueError for a cell
    that has no column.
    """
    filled: set[str] = set().union(*rows)
    unknown = filled - columns.keys()
    if unknown:
        raise ValueError(f"no column for {min(unknown)}")
    arrays = [
        pa.array([row.get(name) for row in rows], kind)
        if name in filled
        else pa.nulls(len(rows), kind)
        for name, kind in columns.items()
    ]
    table = pa.table(arrays, schema=pa.schema(list(columns.items())))
    sink = pa.BufferOutputStream()
    held = [name for name in columns if name in filled]
    pq.write_table(table, sink, compression="zstd", use_dictionary=held, write_statistics=held)
    return bytes(sink.getvalue())


def remove_pictures(out: Path, number: int) -> None:
    """Remove the pictures of a shard that is about to be done again."""
    shutil.rmtree(out / PICTURES / shard_name(number), ignore_errors=True)


def table_rows(paths: Sequence[Path], columns: Sequence[str] | None = None) -> Iterator[Row]:
    """Yield the rows of a table, one part in memory at a time. Raises OutputError."""
    for path in paths:
        yield from table_part(path, columns).to_pylist()


def table_part(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return one part of a table, all or some of its columns. Raises OutputError."""
    try:
        # Not read_table: it takes a folder or a set of files for one table and guesses.
        with pq.ParquetFile(path) as file:
            return file.read(columns=columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise OutputError(f"{path} cannot be read: {error}") from error

"""The same bytes twice are told, and each photograph keeps its row."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from edge_runtime.batch.duplicates import Repeated, write_duplicates
from edge_runtime.batch.shards import parquet_bytes
from edge_runtime.batch.spool import spool

COLUMNS = {"photograph.sha256": pa.string(), "path": pa.string(), "set": pa.string()}


def part(path: Path, *rows: tuple[str, bytes | None]) -> Path:
    cells = [
        {"path": name, "photograph.sha256": content and hashlib.sha256(content).hexdigest()}
        for name, content in rows
    ]
    path.write_bytes(parquet_bytes(cells, COLUMNS))
    return path


def test_equal_photographs_stand_together_in_the_order_of_their_firsts(tmp_path: Path) -> None:
    first = part(tmp_path / "1", ("a", b"one"), ("b", b"two"), ("=c", b"three"))
    second = part(tmp_path / "2", ("d", b"three"), ("e", b"one"), ("f", None), ("g", b"one"))

    repeated = write_duplicates(tmp_path / "duplicates.csv", [first, second])

    with (tmp_path / "duplicates.csv").open(newline="") as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    assert paths == ["a", "e", "g", "'=c", "d"]
    assert repeated == Repeated(contents=2, photographs=3)


def test_where_there_are_none_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "duplicates.csv").write_text("of an earlier run")

    repeated = write_duplicates(tmp_path / "duplicates.csv", [part(tmp_path / "1", ("a", b"one"))])

    assert repeated == Repeated()
    assert not (tmp_path / "duplicates.csv").exists()


def test_a_spool_keeps_pieces_together_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with spool() as held:
        for place, key in enumerate(b"abacab"):
            held.add(bytes([key]), place, chr(key))

        assert [[place for place, _ in group] for group in held.groups()] == [
            [0, 2, 4],
            [1, 5],
            [3],
        ]
        assert [len(group) for group in held.groups(at_least=2)] == [3, 2]
        assert not held.is_new(b"a", 9)
        assert held.is_new(b"z", 9)
    assert list(tmp_path.iterdir()) == []

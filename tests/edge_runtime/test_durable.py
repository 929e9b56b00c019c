"""A file is whole or is not there."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from edge_runtime.durable import remove_partials, write_whole, written_whole
from edge_runtime.errors import OutputError


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", "old")

    with suppress(RuntimeError), written_whole(tmp_path / "a.json") as partial:
        partial.write_text("half")
        raise RuntimeError

    assert (tmp_path / "a.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_that_is_a_file_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with pytest.raises(OutputError, match=r"out/a\.json cannot be written"):
        write_whole(tmp_path / "out" / "a.json", "text")


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / ".part-00000.parquet.partial").write_bytes(b"half")
    (tmp_path / "photographs" / "part-00001.parquet").write_bytes(b"whole")

    assert remove_partials(tmp_path) == 1

    assert [path.name for path in (tmp_path / "photographs").iterdir()] == ["part-00001.parquet"]

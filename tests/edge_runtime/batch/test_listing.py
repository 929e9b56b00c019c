"""A folder or a table becomes a list of exams, in an order that does not change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge_runtime.batch.listing import listed_exams
from edge_runtime.errors import InvalidField


def listed(source: Path, out: Path) -> list[str]:
    return [exam.photographs[0].path for exam in listed_exams(source, out)]


def test_every_file_of_a_folder_is_one_exam_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b/2.jpg", "b/1.txt", "a.csv", ".hidden", "c/d/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")

    exams = list(listed_exams(tmp_path, tmp_path / "out"))

    assert [exam.photographs[0].path for exam in exams] == [
        ".hidden",
        "a.csv",
        "b/1.txt",
        "b/2.jpg",
        "c/d/e",
    ]
    assert {exam.photographs[0].num_bytes for exam in exams} == {1}


def test_the_output_inside_the_folder_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "out" / "photographs").mkdir(parents=True)
    (tmp_path / "out" / "photographs" / "part-00000.parquet").write_bytes(b"x")
    (tmp_path / "a.jpg").write_bytes(b"x")

    assert listed(tmp_path, tmp_path / "out") == ["a.jpg"]


def test_links_to_folders_are_not_followed_and_broken_links_are_listed(tmp_path: Path) -> None:
    (tmp_path / "around").symlink_to(tmp_path)
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")

    assert listed(tmp_path, tmp_path / "out") == ["around", "broken.jpg", "pipe"]


def test_what_is_neither_folder_nor_table_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")

    with pytest.raises(InvalidField, match="neither a folder nor"):
        listed_exams(tmp_path / "a.jpg", tmp_path / "out")
    with pytest.raises(InvalidField, match="neither a folder nor"):
        listed_exams(tmp_path / "nowhere", tmp_path / "out")

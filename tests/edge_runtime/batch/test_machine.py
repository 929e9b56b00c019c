"""A batch takes as many processes as it may, by quota and not by what the machine has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge_runtime.batch.machine import processes_for, usable_memory_bytes, usable_processors


def cgroup(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("quota", "processors"), [("100000 100000", 1), ("50000 100000", 1), ("max 100000", None)]
)
def test_a_containers_quota_counts(quota: str, processors: int | None, tmp_path: Path) -> None:
    allowed = len(os.sched_getaffinity(0))

    assert usable_processors(cgroup(tmp_path, cpu_max=quota)) == (processors or allowed)


def test_a_containers_memory_counts(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   8000000 kB\n")
    inside = cgroup(tmp_path, memory_max="3000000000\n", memory_current="1000000000\n")

    assert usable_memory_bytes(inside, tmp_path / "meminfo") == 2_000_000_000
    assert usable_memory_bytes(tmp_path / "none", tmp_path / "meminfo") == 8_192_000_000


def test_no_more_processes_than_shards_and_as_many_as_were_asked_for() -> None:
    assert processes_for(1) == 1
    assert processes_for(0) == 1
    assert processes_for(1, asked=3) == 3

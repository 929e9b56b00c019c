"""Admission by memory, from what Linux and a container say."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import Overloaded
from edge_runtime.service.memory_floor import MemoryFloor, available_bytes

MEMINFO = "MemTotal:       24000000 kB\nMemAvailable:    2000000 kB\nBuffers: 1 kB\n"


def told(folder: Path, meminfo: str = MEMINFO, **cgroup: str) -> tuple[Path, Path]:
    (folder / "meminfo").write_text(meminfo, encoding="ascii")
    for name, text in cgroup.items():
        (folder / f"memory.{name}").write_text(text, encoding="ascii")
    return folder / "meminfo", folder


def test_what_the_machine_has_available_counts(tmp_path: Path) -> None:
    assert available_bytes(*told(tmp_path)) == 2_000_000 * 1024


def test_a_container_has_what_its_limit_leaves_and_its_file_cache(tmp_path: Path) -> None:
    stat = "anon 1\ninactive_file 1000\nactive_file 5\n"
    files = told(tmp_path, max="500000\n", current="400000\n", stat=stat)

    assert available_bytes(*files) == 101_000


def test_a_container_without_a_limit_has_what_the_machine_has(tmp_path: Path) -> None:
    assert available_bytes(*told(tmp_path, max="max\n", current="1\n")) == 2_000_000 * 1024


def test_a_machine_that_does_not_say_admits_everything(tmp_path: Path) -> None:
    nowhere = tmp_path / "none"

    assert available_bytes(nowhere, nowhere) is None
    MemoryFloor(10**15, nowhere, nowhere).check(10**15)


def test_nothing_is_admitted_below_the_floor(tmp_path: Path) -> None:
    floor = MemoryFloor(1_000_000_000, *told(tmp_path))

    floor.check(1_000_000_000)
    with pytest.raises(Overloaded) as refused:
        floor.check(1_100_000_000)

    assert refused.value.retry_after_ms == 2000


def test_this_machine_says_what_it_has() -> None:
    available = available_bytes()

    assert available is None or available > 10_000_000

"""A bomb of many small entries costs what the settings say, and honest ones beside it are read."""

from __future__ import annotations

import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from edge_runtime.batch.allowance import Allowance
from edge_runtime.batch.listing import listed_exams
from edge_runtime.errors import DamagedPicture
from edge_runtime.exam_files import ListedPhotograph
from edge_runtime.settings import Settings
from edge_runtime.zip_archive import ZipEntry, entries, read_entry
from tests.edge_runtime.batch.bombs import Packed, named, packed, write_zip, zeros

BEYOND_RATIO = "with it the ZIP inflates to more than 100 times its own size"
NUM_BOMBS = 40


def listed(path: Path, settings: Settings | None = None) -> Iterator[ListedPhotograph]:
    for exam in listed_exams(path, path.parent / "out", settings):
        yield from exam.photographs


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 2.4 MB, inflates to 2.4 GB; no entry is larger than a photograph may be."""
    one = zeros("a", 60_000_000)
    held = named(one, (f"bomb-{number:02d}.jpg" for number in range(NUM_BOMBS)))
    path = tmp_path_factory.mktemp("bomb") / "bomb.zip"
    return write_zip(path, [*held, packed("eye.jpg", os.urandom(200_000))])


def test_a_real_bomb_of_entries_that_are_each_allowed_is_cut_at_its_leeway(bomb: Path) -> None:
    *bombs, honest = listed(bomb)

    assert bomb.stat().st_size < 3_000_000
    # Each has 54 MB more than a hundred times its packed bytes; together they may have 1 GB.
    assert [one.fault for one in bombs] == [None] * 18 + [BEYOND_RATIO] * (NUM_BOMBS - 18)
    assert honest.fault is None


@pytest.mark.slow
def test_what_is_read_of_a_bomb_costs_one_entry_of_memory(bomb: Path) -> None:
    settings = replace(Settings(), archive_leeway_bytes=200_000_000)
    total = 0

    tracemalloc.start()
    try:
        for one in listed(bomb, settings):
            if one.fault is None and one.zip_entry is not None:
                total += len(read_entry(bomb, one.zip_entry, settings.limits))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert total == 3 * 60_000_000 + 200_000
    assert peak_bytes < 3 * 60_000_000  # an entry that grows in place, and its copy


def test_entries_that_stand_on_the_same_bytes_are_refused(tmp_path: Path) -> None:
    """Fifield's bomb: a hundred names for one content, none of them steep in itself."""
    one = packed("a", os.urandom(1000) * 20)
    many = named(one, (f"{number:03d}.jpg" for number in range(100)))
    path = write_zip(tmp_path / "shared.zip", many, share_bytes=True)

    faults = [one.fault for one in listed(path)]

    num_read = path.stat().st_size // len(one.content)
    refused = "it stands on the same bytes as other entries"
    assert faults == [None] * num_read + [refused] * (100 - num_read)


def test_more_than_an_archive_may_hold_in_all_is_refused_and_smaller_ones_go_on(
    tmp_path: Path,
) -> None:
    settings = replace(Settings(), max_archive_bytes=2_500_000)
    sizes = [1_000_000, 1_000_000, 1_000_000, 400_000]
    with zipfile.ZipFile(tmp_path / "camera.zip", "w") as file:
        for number, size in enumerate(sizes):
            file.writestr(f"{number}.jpg", os.urandom(size))

    faults = [one.fault for one in listed(tmp_path / "camera.zip", settings)]

    refused = "with it the ZIP inflates to more than 0.0025 GB in all"
    assert faults == [None, None, refused, None]


def test_an_entry_that_is_refused_by_itself_takes_nothing_from_the_others(tmp_path: Path) -> None:
    settings = replace(Settings(), max_photograph_bytes=1000, max_archive_bytes=1500)
    with zipfile.ZipFile(tmp_path / "camera.zip", "w") as file:
        for name, size in (("too-large.jpg", 1400), ("../out.jpg", 900), ("a.jpg", 900)):
            file.writestr(name, os.urandom(size))

    assert [one.fault for one in listed(tmp_path / "camera.zip", settings)] == [
        None, "its name leads out of the archive", None,
    ]  # fmt: skip


def test_a_bomb_that_states_a_smaller_size_is_inflated_no_further(tmp_path: Path) -> None:
    one = zeros("a.jpg", 50_000_000)
    path = write_zip(tmp_path / "liar.zip", [Packed("a.jpg", one.content, 1000, one.crc)])

    tracemalloc.start()
    try:
        with pytest.raises(DamagedPicture, match="more than its directory says"):
            read_entry(path, next(entries(path)).place, Settings().limits)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 500_000


def entry(packed_bytes: int, num_bytes: int) -> ZipEntry:
    return ZipEntry(0, "a.jpg", 0, 8, 0, packed_bytes, num_bytes, 0, False)


SIZES = st.tuples(st.integers(0, 2000), st.integers(0, 100_000))


@hypothesis_settings(max_examples=50, deadline=None)
@given(sizes=st.lists(SIZES, max_size=30), archive_bytes=st.integers(0, 20_000))
def test_whatever_an_archive_claims_it_inflates_to_no_more_than_it_may(
    sizes: list[tuple[int, int]], archive_bytes: int
) -> None:
    settings = replace(
        Settings(), max_archive_bytes=300_000, max_archive_ratio=10, archive_leeway_bytes=50_000
    )
    allowance = Allowance(archive_bytes, settings)

    inflated = sum(size for held, size in sizes if allowance.fault(entry(held, size)) is None)

    assert inflated <= min(300_000, 10 * archive_bytes + 50_000)

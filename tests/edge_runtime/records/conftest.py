"""Opened records for each test, in memory where the machine has a folder there: the disk's own
slowness is not what these tests are about (those that kill a process use the real disk).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.vault import Vault
from tests.edge_runtime.records.clinic_of_tests import MASTER, new_records

MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder whose files are flushed at once."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def empty_records() -> Iterator[Path]:
    """Records as `init` makes them, to be copied."""
    with tempfile.TemporaryDirectory() as folder:
        new_records(Path(folder) / "records").close()
        yield Path(folder) / "records"


@pytest.fixture
def vault(quick_disk: Path, empty_records: Path) -> Iterator[Vault]:
    shutil.copytree(empty_records, quick_disk / "records")
    vault = open_records(Place(quick_disk / "records"), MASTER)
    yield vault
    vault.close()

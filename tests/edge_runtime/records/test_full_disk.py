"""A full disk: a clear sentence, reading goes on, and so does writing once there is room again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from edge_runtime.records import tables
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.verify import verify
from tests.edge_runtime.records.clinic_of_tests import MASTER, new_records

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_a_full_disk_is_told_reads_go_on_and_nothing_is_lost(quick_disk: Path) -> None:
    folder = quick_disk / "records"
    new_records(folder).close()

    done = subprocess.run(
        [sys.executable, "-m", "tests.edge_runtime.records.fill_the_disk", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["photograph"].startswith("RecordsFull: The disk is full")
    assert told["rows"] == "RecordsFull"
    assert (told["read"], told["after"]) == ("1", "1")
    vault = open_records(Place(folder), MASTER)
    assert verify(vault, [], folder / "records.sqlite").faults == ()
    with vault.reading() as connection:
        actions = connection.execute(select(tables.audit.c.action)).scalars().all()
    assert "unlogged_rows" in actions, "what was read meanwhile must be told afterwards"
    vault.close()

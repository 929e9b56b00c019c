"""A drawn cohort that was killed, starved or shared out ends with the bytes of one that was not."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.training.drawn.cohort.drawing_commands import SMALL, command, digests, drawn
from training.drawn.cohort.parts import PARTS
from training.drawn.cohort.record import PEOPLE_PER_PART

pytestmark = pytest.mark.slow

PEOPLE = PEOPLE_PER_PART + 1
WHOLE = ("--people", str(PEOPLE), "--visits", "1", *SMALL)
LITTLE = 4500
"""Bytes: less than the largest photographs and the tables, more than a page of memory."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("undisturbed")
    told = drawn(out, *WHOLE, "--workers", "1")
    assert told.returncode == 0, told.stderr
    return digests(out)


def children_of(process: subprocess.Popen[bytes]) -> list[Path]:
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [Path("/proc") / child for task in tasks for child in task.read_text().split()]


def wait_until(done: object, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.02)


def test_the_number_of_workers_changes_no_byte(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    assert drawn(tmp_path, *WHOLE, "--workers", "2").returncode == 0

    assert digests(tmp_path) == undisturbed


def test_a_killed_run_leaves_no_process_and_goes_on_to_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    process = subprocess.Popen(
        command(tmp_path, *WHOLE, "--workers", "2"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: list(tmp_path.glob("photographs/*/*.jpg")))
    workers = children_of(process)
    process.send_signal(signal.SIGKILL)
    process.wait()

    wait_until(lambda: not any(worker.exists() for worker in workers))
    assert workers
    assert not any(worker.exists() for worker in workers)
    assert not (tmp_path / "cohort.parquet").exists()
    told = drawn(tmp_path, *WHOLE, "--workers", "1")
    assert told.returncode == 0, told.stderr
    assert digests(tmp_path) == undisturbed


def test_killed_between_its_parts_it_draws_only_the_rest(
    tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    process = subprocess.Popen(
        command(tmp_path, *WHOLE, "--workers", "1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: list(tmp_path.glob(f"{PARTS}/part-*.json")))
    process.kill()
    process.wait()
    first = sorted(tmp_path.glob("photographs/*/*.jpg"))[0]
    drawn_at = first.stat().st_mtime_ns

    assert drawn(tmp_path, *WHOLE).returncode == 0
    assert first.stat().st_mtime_ns == drawn_at
    assert digests(tmp_path) == undisturbed


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_when_there_is_room(
    tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    full = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({LITTLE}, {LITTLE}))"
    told = drawn(tmp_path, *WHOLE, before=full)

    assert told.returncode == 1
    assert "The results cannot be written" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "cohort.parquet").exists()

    assert drawn(tmp_path, *WHOLE).returncode == 0
    assert digests(tmp_path) == undisturbed

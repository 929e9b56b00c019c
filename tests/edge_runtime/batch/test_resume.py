"""A batch that was killed at any moment ends with the rows of one that was not."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime.batch.record import EXAMS_PER_SHARD, LIST_FILE, RECORD_FILE
from edge_runtime.batch.shards import EXAMS, PHOTOGRAPHS, shard_path
from edge_runtime.domain import Eye
from tests.edge_runtime.cli.command_line import foreseye, sample_eye
from tests.measure_resume import batch_command, compared, run_to_the_end

pytestmark = pytest.mark.slow

NUM_FILES = 2 * EXAMS_PER_SHARD + 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files for three shards: an eye in the first and the last, cards and notes between them."""
    folder = tmp_path_factory.mktemp("resume") / "photographs"
    folder.mkdir()
    for number in range(1, NUM_FILES - 1):
        if number % 3:
            (folder / f"{number:03d}.txt").write_text(f"note {number}")
        else:
            card = np.full((200, 240, 3), number, np.uint8)
            cv2.imwrite(str(folder / f"{number:03d}.png"), card)
    (folder / "000.jpg").write_bytes(sample_eye(Eye.OD))
    (folder / f"{NUM_FILES - 1:03d}.jpg").write_bytes(sample_eye(Eye.OS))
    return folder


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> Path:
    out = folder.parent / "undisturbed"
    told = foreseye("batch", folder, "--out", out)
    assert told.code == 1, told.err
    return out


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60.0
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def equal(undisturbed: Path, out: Path) -> bool:
    counts = compared(undisturbed, out)
    return counts == {**dict.fromkeys(counts, 0), "rows": 2 * NUM_FILES}


def remove_second_exams(out: Path) -> None:
    shard_path(out, EXAMS, 1).unlink()


def remove_both_of_the_first(out: Path) -> None:
    shard_path(out, PHOTOGRAPHS, 0).unlink()
    shard_path(out, EXAMS, 0).unlink()


def cut_the_last(out: Path) -> None:
    path = shard_path(out, PHOTOGRAPHS, 2)
    path.write_bytes(path.read_bytes()[:-100])


def leave_half_a_file(out: Path) -> None:
    path = shard_path(out, EXAMS, 2)
    path.rename(path.with_name(f".{path.name}.partial"))


def forget_the_end(out: Path) -> None:
    for name in ("photographs.csv", "exams.csv", "summary.json"):
        (out / name).unlink()


def only_begin(out: Path) -> None:
    for path in out.iterdir():
        if path.name == RECORD_FILE:
            path.rename(path.with_name(f".{RECORD_FILE}.partial"))
        elif path.is_dir():
            shutil.rmtree(path)
        elif path.name != LIST_FILE:
            path.unlink()


@pytest.mark.parametrize(
    "interrupt",
    [
        remove_second_exams,
        remove_both_of_the_first,
        cut_the_last,
        leave_half_a_file,
        forget_the_end,
        only_begin,
    ],
)
def test_whatever_a_kill_left_the_rest_is_done_and_no_more(
    interrupt: Callable[[Path], None], folder: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(undisturbed, tmp_path / "out"))
    interrupt(out)

    told = foreseye("batch", folder, "--out", out, "--resume", "--json")

    assert equal(undisturbed, out)
    assert told.json["screened_now"] <= (NUM_FILES if interrupt is only_begin else EXAMS_PER_SHARD)


def test_a_finished_batch_has_nothing_left_to_do(
    folder: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(undisturbed, tmp_path / "out"))

    told = foreseye("batch", folder, "--out", out, "--resume", "--json")

    assert told.json["screened_now"] == 0
    assert told.json["photographs"]["total"] == NUM_FILES


def test_a_batch_over_other_files_is_not_resumed(
    folder: Path, undisturbed: Path, tmp_path: Path
) -> None:
    others = Path(shutil.copytree(folder, tmp_path / "others"))
    (others / "one_more.jpg").write_bytes(b"")
    out = Path(shutil.copytree(undisturbed, tmp_path / "out"))

    told = foreseye("batch", others, "--out", out, "--resume")

    assert told.code == 2
    assert f"input was {NUM_FILES} photographs" in told.err


def test_ctrl_c_stops_with_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "many_eyes"
    folder.mkdir()
    (folder / "000.jpg").write_bytes(sample_eye(Eye.OD))
    for number in range(1, 300):  # far more than are screened before the signal comes
        (folder / f"{number:03d}.jpg").symlink_to(folder / "000.jpg")

    command = batch_command(folder, tmp_path / "out")
    # A test run that was started in the background ignores SIGINT, and so would its children.
    command[2] = f"import signal; signal.signal(2, signal.default_int_handler); {command[2]}"
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_for(tmp_path / "out" / RECORD_FILE)
        process.send_signal(signal.SIGINT)
        try:
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()

    assert process.returncode == 130
    assert told == "Stopped. The same command with --resume goes on from here.\n"


def test_a_process_killed_at_random_moments_loses_nothing(
    folder: Path, undisturbed: Path, tmp_path: Path
) -> None:
    chance = random.Random(20260101)
    out = tmp_path / "out"
    for _ in range(3):
        process = subprocess.Popen(
            batch_command(folder, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(out / RECORD_FILE)
        time.sleep(chance.uniform(0.0, 0.8))
        process.kill()
        process.wait()

    run_to_the_end(folder, out)

    assert equal(undisturbed, out)

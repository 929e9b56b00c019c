"""A batch that was killed at any moment ends with the rows of one that was not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_runtime.batch.record import EXAMS_PER_SHARD, LIST_FILE, RECORD_FILE
from edge_runtime.batch.shards import EXAMS, PHOTOGRAPHS, shard_path
from tests.edge_runtime.batch.killed_runs import equal, kill_and_resume, wait_for
from tests.edge_runtime.batch.tiny_runs import NUM_FILES, TinyRuns, tiny_runs
from tests.measure_resume import batch_command

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> TinyRuns:
    return tiny_runs(tmp_path_factory.mktemp("resume"))


@pytest.fixture(scope="module")
def undisturbed(runs: TinyRuns) -> Path:
    out = runs.folder.parent / "undisturbed"
    told = runs.batch(out, "--processes", "1", "--formats", "csv,fhir")
    assert told.code == 1, told.err
    return out


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
    for name in ("photographs.csv", "exams.csv", "summary.json", "summary.html"):
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
    interrupt: Callable[[Path], None], runs: TinyRuns, undisturbed: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(undisturbed, tmp_path / "out"))
    interrupt(out)

    told = runs.batch(out, "--processes", "1", "--resume", "--json")

    assert equal(undisturbed, out)
    assert told.json["screened_now"] <= (NUM_FILES if interrupt is only_begin else EXAMS_PER_SHARD)


def test_a_finished_batch_has_nothing_left_to_do(
    runs: TinyRuns, undisturbed: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(undisturbed, tmp_path / "out"))

    told = runs.batch(out, "--processes", "1", "--resume", "--json")

    assert told.json["screened_now"] == 0
    assert told.json["photographs"]["total"] == NUM_FILES


def test_a_batch_over_other_files_is_not_resumed(
    runs: TinyRuns, undisturbed: Path, tmp_path: Path
) -> None:
    others = Path(shutil.copytree(runs.folder, tmp_path / "others"))
    (others / "one_more.jpg").write_bytes(b"")
    out = Path(shutil.copytree(undisturbed, tmp_path / "out"))

    told = TinyRuns(others, runs.bundle).batch(out, "--resume", "--processes", "1")

    assert told.code == 2
    assert f"input was {NUM_FILES} photographs" in told.err


@pytest.mark.parametrize("num_processes", ["1", "2"])
def test_ctrl_c_stops_with_a_sentence(num_processes: str, runs: TinyRuns, tmp_path: Path) -> None:
    folder = tmp_path / "many_eyes"
    folder.mkdir()
    for number in range(3000):  # far more than are screened before the signal comes
        (folder / f"{number:04d}.jpg").symlink_to(runs.folder / "000.jpg")

    command = batch_command(folder, tmp_path / "out", "--processes", num_processes)
    # A test run that was started in the background ignores SIGINT, and so would its children.
    command[2] = f"import signal; signal.signal(2, signal.default_int_handler); {command[2]}"
    environment = {**os.environ, **runs.environment}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        wait_for(tmp_path / "out" / RECORD_FILE)
        process.send_signal(signal.SIGINT)
        try:
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()

    assert process.returncode == 130
    assert told == "Stopped. The same command with --resume goes on from here.\n"


def test_processes_killed_at_random_moments_lose_nothing(
    runs: TinyRuns, undisturbed: Path, tmp_path: Path
) -> None:
    kill_and_resume(runs, tmp_path / "out", (0.4, 2.1), "--processes", "2")

    assert equal(undisturbed, tmp_path / "out")

"""Whatever runs a batch, and whatever dies while it runs, the rows are the same."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from edge_runtime.batch.engines.hired import HiredWorker
from edge_runtime.batch.engines.messages import ExamBegun
from edge_runtime.batch.engines.processes import Processes
from edge_runtime.batch.engines.refused import Refused
from edge_runtime.batch.plan import WorkPlan
from edge_runtime.batch.run import BatchOptions, run_batch
from edge_runtime.errors import BundleMissing, InferenceFailed, InvalidField, ManifestError
from edge_runtime.settings import Settings
from tests.edge_runtime.batch.small_folder import rows_of
from tests.edge_runtime.batch.tiny_runs import NUM_FILES, TinyRuns, same_tables, tiny_runs

pytestmark = pytest.mark.slow

KILLER = "033.png"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> TinyRuns:
    return tiny_runs(tmp_path_factory.mktemp("engines"))


@pytest.fixture(scope="module")
def in_one_process(runs: TinyRuns) -> Path:
    out = runs.folder.parent / "one"
    told = runs.batch(out, "--processes", "1", "--json")
    assert told.code == 1, told.err
    return out


def plan(runs: TinyRuns, out: Path) -> WorkPlan:
    return WorkPlan(runs.bundle.settings, runs.folder, out)


def test_two_processes_give_the_rows_of_one(
    runs: TinyRuns, in_one_process: Path, tmp_path: Path
) -> None:
    told = runs.batch(tmp_path / "two", "--processes", "2", "--json")

    assert told.code == 1, told.err
    assert same_tables(in_one_process, tmp_path / "two")
    assert told.json["screened_now"] == NUM_FILES
    assert told.json["duplicates"] == {"contents": 1, "photographs_beyond_the_first": 1}
    assert (tmp_path / "two" / "duplicates.csv").read_text().count("\n") == 3
    assert "in this run" in (tmp_path / "two" / "summary.html").read_text()


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Really kills a worker process whenever it begins one exam, the 33rd of the list."""
    deaths: list[int] = []
    heard = HiredWorker.heard

    def killing(worker: HiredWorker) -> object:
        if worker._process.pid in deaths:
            return None  # what it wrote before it was killed belongs to later exams
        message = heard(worker)
        begun = isinstance(message, ExamBegun) and worker.task is not None
        if begun and (worker.task.number, message.place) == (1, 1):  # type: ignore[union-attr]
            os.kill(worker._process.pid, signal.SIGKILL)
            worker._process.wait()
            deaths.append(worker._process.pid)
        return message

    monkeypatch.setattr(HiredWorker, "heard", killing)
    return deaths


def test_an_exam_that_kills_its_process_is_given_up_and_the_others_go_on(
    runs: TinyRuns, in_one_process: Path, tmp_path: Path, killed_at: list[int]
) -> None:
    told = runs.batch(tmp_path / "out", "--processes", "2", "--json")

    assert told.out, told.err
    expected = {row["path"]: row for row in rows_of(in_one_process)}
    found = {row["path"]: row for row in rows_of(tmp_path / "out")}
    given_up = found.pop(KILLER)
    assert expected.pop(KILLER)["status"] == "refused"
    assert found == expected
    assert (given_up["status"], given_up["error"]) == (
        "failed",
        "InferenceFailed: The models failed on this photograph.",
    )
    assert len(set(killed_at)) == 2
    assert told.code == 1


def test_processes_that_all_die_end_the_run_with_a_sentence(
    runs: TinyRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(worker: HiredWorker) -> object:
        return None

    monkeypatch.setattr(HiredWorker, "heard", died)
    engine = Processes(plan(runs, tmp_path), 1)
    with closing(engine), pytest.raises(InferenceFailed, match="at its start"):
        engine.start(1)


def test_a_bundle_that_is_not_there_is_told_by_its_own_error(tmp_path: Path) -> None:
    nowhere = WorkPlan(Settings(bundle=str(tmp_path / "nowhere")), tmp_path, tmp_path)

    with closing(Processes(nowhere, 1)) as engine, pytest.raises(BundleMissing):
        engine.start(1)


def test_closing_ends_the_processes_at_once(runs: TinyRuns, tmp_path: Path) -> None:
    engine = Processes(plan(runs, tmp_path / "out"), 1)
    with closing(run_batch(engine, BatchOptions(runs.folder, tmp_path / "out"))) as steps:
        next(steps)
        (worker,) = engine._workers

        engine.close()

    assert worker._process.poll() is not None


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (BundleMissing("x"), BundleMissing),
        (InvalidField("eye", "x"), InferenceFailed),
        (ManifestError("a", 1, None, "x"), InferenceFailed),
    ],
)
def test_an_error_crosses_by_its_name_and_text(error: Exception, again: type[Exception]) -> None:
    crossed = Refused.of(error).as_error()  # type: ignore[arg-type]

    assert type(crossed) is again
    assert str(error) in str(crossed)

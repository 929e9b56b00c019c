"""Twenty kills at random moments of a batch's whole run, in every format and on both engines."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge_runtime.batch.shards import EXAMS, PHOTOGRAPHS
from tests.edge_runtime.batch.documents_told import documents_told
from tests.edge_runtime.batch.killed_runs import equal, kill_and_resume
from tests.edge_runtime.batch.tiny_runs import TinyRuns, tiny_runs
from tests.measure_resume import OF_THE_CLOCK, run_to_the_end

pytestmark = [pytest.mark.slow, pytest.mark.soak]

NUM_KILLS, KILLS_A_RUN = 20, 5
EVERY_FORMAT = ("--processes", "2", "--formats", "csv,parquet,fhir,dicom,pdf")


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed."""

    out: Path
    seconds: float


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> TinyRuns:
    return tiny_runs(tmp_path_factory.mktemp("soak"))


@pytest.fixture(scope="module", params=["local", "ray"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "ray":
        pytest.importorskip("ray", reason="needs the extra foreseye[ray]")
    return str(request.param)


@pytest.fixture(scope="module")
def undisturbed(runs: TinyRuns, engine: str) -> Undisturbed:
    out = runs.folder.parent / f"undisturbed-{engine}"
    options = ("--engine", engine, *EVERY_FORMAT)
    return Undisturbed(out, run_to_the_end(runs.folder, out, runs.whole_environment, *options))


@pytest.mark.parametrize("seed", range(NUM_KILLS // KILLS_A_RUN))
def test_killed_at_random_moments_it_loses_nothing_in_any_format(
    seed: int, runs: TinyRuns, engine: str, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    chance, out = random.Random(seed), tmp_path / "out"
    moments_s = [chance.uniform(0.0, undisturbed.seconds) for _ in range(KILLS_A_RUN)]

    num_alive = kill_and_resume(runs, out, moments_s, "--engine", engine, *EVERY_FORMAT)

    assert num_alive > 0
    assert equal(undisturbed.out, out)
    for table in (PHOTOGRAPHS, EXAMS):
        assert csv_rows(undisturbed.out, table) == csv_rows(out, table)
    assert fhir_lines(undisturbed.out) == fhir_lines(out)
    assert documents_told(undisturbed.out) == documents_told(out)


def csv_rows(out: Path, table: str) -> list[dict[str, str]]:
    with (out / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [
            {name: cell for name, cell in row.items() if not name.startswith(OF_THE_CLOCK)}
            for row in csv.DictReader(file)
        ]


def fhir_lines(out: Path) -> list[str]:
    """Every line of every part, in order, without what tells when it was screened."""
    text = "".join(path.read_text() for path in sorted((out / "fhir").glob("*.ndjson")))
    return re.sub(r"\d{4}-\d\d-\d\dT[0-9:.+Z-]+", "then", text).splitlines()

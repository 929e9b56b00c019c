"""kill -9 while exams are being written: nothing that was acknowledged is lost, ever."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge_runtime.records.exam_reading import read_exam
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.picture_reading import picture_content
from edge_runtime.records.verify import verify
from edge_runtime.records.words import ExamState
from tests.edge_runtime.records.clinic_of_tests import DOCTOR, MASTER, new_records, png_of

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-m", "tests.edge_runtime.records.write_until_killed"]
LONGEST_S = 1.5


@pytest.mark.slow
def test_what_was_acknowledged_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    new_records(folder).close()
    told: list[str] = []
    for seed in (1, 2, 3):
        told += _written_until_killed(folder, random.Random(seed).uniform(0.05, LONGEST_S))

    vault = open_records(Place(folder), MASTER)
    photographs = [line.split() for line in told if line.startswith("photograph")]
    signatures = [line.split() for line in told if line.startswith("signed")]

    assert photographs, "the program was killed before it kept anything"
    for _, exam_id, photograph_id, seed_of in photographs:
        assert picture_content(vault, exam_id, photograph_id)[2] == png_of(int(seed_of))
    for _, exam_id, head in signatures:
        exam = read_exam(vault, DOCTOR, exam_id)
        assert (exam.state, exam.signatures[0].audit_head) == (ExamState.SIGNED, head)
    heads = [head for _, _, head in signatures]
    assert verify(vault, heads, folder / "records.sqlite").faults == ()
    vault.close()


def _written_until_killed(folder: Path, after_s: float) -> list[str]:
    with subprocess.Popen(
        [*PROGRAM, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first == "open\n"
        lines = [process.stdout.readline()]
        time.sleep(after_s)
        process.kill()
        lines += process.stdout.readlines()
    # The last line may be torn: then it was not told.
    return [line for line in lines if line.endswith("\n")]

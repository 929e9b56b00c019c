"""`foreseye serve --records` as a program of its own: killed in the middle, it goes on after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_runtime.domain import Eye, PhotographFile
from edge_runtime.records.kept import User
from edge_runtime.records.opening import Place, make_records
from edge_runtime.records.staff import keep_user
from edge_runtime.records.vault import THE_OPERATOR
from edge_runtime.records.words import ExamState, Role
from edge_runtime.wire.client import ExamDone
from edge_runtime.wire.records_client import Clinic, RecordsClient, new_key
from tests.edge_runtime.records.clinic_of_tests import CANARY, IDENTIFIERS, MASTER, PERSON

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-W", "error", "-m", "tests.edge_runtime.service.serve_held"]
SECRET = "correct horse 7"
ROLES = (Role.TECHNICIAN, Role.DOCTOR, Role.ADMINISTRATOR)


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[tuple[subprocess.Popen[str], Clinic]]:
    options = ["--records", str(folder), "--address", "127.0.0.1:0", "--json"]
    environment = {"PATH": os.environ["PATH"], "FORESEYE_MASTER_KEY": MASTER.content.hex()}
    with (
        log.open("a") as errors,
        subprocess.Popen(
            [*PROGRAM, *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            while lines[-1].rstrip() != "}":
                lines.append(process.stdout.readline())
                assert lines[-1], log.read_text()
            ready = json.loads("".join(lines))
            assert ready["records"] is True
            with RecordsClient(ready["address"], timeout_s=60.0) as client:
                yield process, client.sign_in("li", SECRET)
        finally:
            process.kill()


@pytest.mark.slow
def test_a_killed_service_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    folder, log = tmp_path / "records", tmp_path / "log"
    vault = make_records(Place(folder), MASTER)
    keep_user(vault, THE_OPERATOR, User("", "li", "Dr Li", ROLES), SECRET, must_change=False)
    vault.close()
    with serving(folder, log) as (process, clinic):
        exam = clinic.open_exam(new_key(), IDENTIFIERS, PERSON)
        file = PhotographFile(f"{CANARY}.jpg", b"an eye", Eye.OD)
        kept = clinic.add_photograph(exam.exam_id, file, new_key())
        stream = clinic.screen_exam(exam.exam_id)
        next(stream)
        assert clinic.read_exam(exam.exam_id).state is ExamState.ANALYSING
        process.kill()

    with serving(folder, log) as (_, clinic):
        read = clinic.read_exam(exam.exam_id)
        assert read.state is ExamState.CAPTURING
        assert read.photographs[0].photograph_id == kept.photograph_id
        assert clinic.read_picture(exam.exam_id, kept.photograph_id).content == b"an eye"
        assert isinstance(list(clinic.screen_exam(exam.exam_id))[-1], ExamDone)
        again = clinic.read_exam(exam.exam_id)
        signed = clinic.sign_exam(exam.exam_id, again.version)

    assert signed.state is ExamState.SIGNED
    logged = log.read_text()
    assert "1 exams were being screened when the service stopped" in logged
    assert CANARY not in logged
    assert "1961" not in logged

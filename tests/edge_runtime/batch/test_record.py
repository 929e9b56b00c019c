"""A run's list comes back as it was, and only the same run may go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.batch.record import (
    BatchRecord,
    check_same_run,
    digest,
    read_list,
    write_list,
    write_record,
)
from edge_runtime.contracts.result import BundleIdentity, ModelIdentity
from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.errors import ResumeMismatch
from edge_runtime.exam_files import ListedExam, ListedPhotograph

EXAMS = [
    ListedExam((ListedPhotograph("a.jpg", Eye.OD, 17), ListedPhotograph("b.jpg", None, None))),
    ListedExam(
        (ListedPhotograph("no utf-8 \udcff, a\nline.jpg", Eye.OS, 3),),
        Person("P1", 61.5, Sex.M, {"sbp_mmhg": 150.0}),
        "DRIVE",
    ),
]


def a_record(exams: list[ListedExam], bundle: str = "a" * 64) -> BatchRecord:
    return BatchRecord(
        input=digest(exams),
        bundle=BundleIdentity(name="reference", version="1.0.0", sha256=bundle),
        models={"anatomy": ModelIdentity(backend="onnxruntime-cpu", precision="fp32")},
        pictures=False,
    )


def test_a_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written = write_list(EXAMS, tmp_path / "input.jsonl")

    assert list(read_list(tmp_path / "input.jsonl")) == EXAMS
    assert (written.exams, written.photographs) == (2, 3)
    assert written == digest(EXAMS)


def test_the_same_run_may_go_on(tmp_path: Path) -> None:
    write_record(a_record(EXAMS), tmp_path)

    check_same_run(a_record(EXAMS), tmp_path)


@pytest.mark.parametrize(
    ("other", "named"),
    [(a_record(EXAMS[:1]), "input was"), (a_record(EXAMS, "b" * 64), "bundle was")],
)
def test_another_run_may_not_and_is_told_what_differs(
    other: BatchRecord, named: str, tmp_path: Path
) -> None:
    write_record(a_record(EXAMS), tmp_path)

    with pytest.raises(ResumeMismatch, match=named):
        check_same_run(other, tmp_path)


def test_a_damaged_record_is_not_taken_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "batch.json").write_text("{}")

    with pytest.raises(ResumeMismatch, match="no batch record"):
        check_same_run(a_record(EXAMS), tmp_path)

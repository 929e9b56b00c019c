"""A DICOM file that kills its parser kills nobody else."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.errors import DamagedPicture, InvalidField, NotAPicture, PhotographTooLarge
from edge_runtime.exam_files import ListedExam, ListedPhotograph, open_exam
from edge_runtime.interop.dicom import parser_process
from edge_runtime.interop.dicom.parser_process import DicomParser
from edge_runtime.interop.dicom.photographs import PatientPolicy, reading
from edge_runtime.settings import Limits
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.interop.dicom.objects import (
    an_object,
    file_of,
    jpeg_file,
    native_file,
    nested_file,
    small_native,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def parser() -> Iterator[DicomParser]:
    parser = DicomParser()
    yield parser
    parser.close()


def test_one_child_reads_one_file_after_the_other(parser: DicomParser) -> None:
    first = parser.parse(jpeg_file())
    child = parser._child
    second = parser.parse(native_file())

    assert parser._child is child
    assert first.pictures == (sample_eye(),)
    assert second.pictures[0].startswith(b"BM")


def test_a_refusal_keeps_its_kind_and_the_next_file_is_read(parser: DicomParser) -> None:
    with pytest.raises(NotAPicture):
        parser.parse(b"no DICOM at all")
    with pytest.raises(DamagedPicture, match=r"nested|parser"):
        parser.parse(nested_file(20_000))
    with pytest.raises(PhotographTooLarge):
        parser.parse(file_of(small_native(), NumberOfFrames=1_000_000))

    assert parser.parse(jpeg_file()).pictures == (sample_eye(),)


def test_a_child_that_died_is_replaced(parser: DicomParser) -> None:
    parser.parse(jpeg_file())
    assert parser._child is not None
    os.kill(parser._child.pid, signal.SIGKILL)
    parser._child.wait()

    assert parser.parse(jpeg_file()).pictures == (sample_eye(),)


def test_a_file_over_the_deadline_is_refused(
    parser: DicomParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_process, "DEADLINE_SECONDS", 0.01)

    # A fresh child needs longer than that to start.
    with pytest.raises(DamagedPicture, match="did not survive"):
        parser.parse(jpeg_file())


def test_a_closed_parser_leaves_no_process(parser: DicomParser) -> None:
    parser.parse(jpeg_file())
    assert parser._child is not None
    child = parser._child.pid
    parser.close()

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def listed(*names: str, eye: Eye | None = None) -> ListedExam:
    return ListedExam(tuple(ListedPhotograph(name, eye) for name in names))


def test_a_dropped_patient_leaves_only_eye_device_and_time(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(jpeg_file(Eye.OS))

    with reading(PatientPolicy.DROP) as read:
        opened = open_exam(listed("a.dcm"), tmp_path, Limits(), read)

    assert opened.exam is not None
    assert opened.exam.person == Person()
    assert opened.exam.photographs[0].eye is Eye.OS
    (origin,) = opened.origins
    assert origin is not None
    assert origin.acquired_at == "2026-03-04T05:06:07"
    assert (origin.sop_instance_uid, origin.study_instance_uid) == (None, None)


def test_a_kept_patient_is_the_exams_person(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(jpeg_file())

    with reading(PatientPolicy.KEEP) as read:
        opened = open_exam(listed("a.dcm"), tmp_path, Limits(), read)

    assert opened.exam is not None
    assert opened.exam.person == Person("p-1", 61.0, Sex.F)
    assert opened.origins[0] is not None
    assert opened.origins[0].sop_instance_uid is not None


@pytest.mark.parametrize("policy", PatientPolicy)
def test_files_of_two_people_are_never_one_exam(policy: PatientPolicy, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(jpeg_file())
    (tmp_path / "b.dcm").write_bytes(file_of(an_object(sample_eye(), person_id="p-2")))

    with reading(policy) as read, pytest.raises(InvalidField, match="different people"):
        open_exam(listed("a.dcm", "b.dcm"), tmp_path, Limits(), read)


def test_a_file_of_the_other_eye_than_the_one_given_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(jpeg_file(Eye.OD))

    with reading(PatientPolicy.DROP) as read, pytest.raises(InvalidField, match="OS was given"):
        open_exam(listed("a.dcm", eye=Eye.OS), tmp_path, Limits(), read)


def test_too_many_frames_are_too_many_photographs(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(file_of(an_object(sample_eye(), sample_eye())))

    with reading(PatientPolicy.DROP) as read, pytest.raises(InvalidField, match="1 at most"):
        open_exam(listed("a.dcm"), tmp_path, Limits(max_photographs_per_exam=1), read)

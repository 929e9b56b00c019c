"""`screen --formats` writes what hospitals take beside the JSON."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pydicom
import pytest

from edge_runtime.domain import Eye
from tests.edge_runtime.cli.command_line import foreseye, sample_eye
from tests.edge_runtime.interop.dicom.objects import jpeg_file

pytestmark = pytest.mark.slow


@pytest.fixture
def eye(tmp_path: Path) -> Path:
    path = tmp_path / "eye.jpg"
    path.write_bytes(sample_eye())
    return path


def names(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_all_formats_lie_beside_the_exam(eye: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    told = foreseye("screen", eye, "--out", out, "--formats", "fhir,dicom,pdf")

    assert (told.code, told.err) == (0, "")
    assert names(out) >= {
        "exam.json",
        "exam.fhir.json",
        "exam.report-en.pdf",
        "exam.report-zh.pdf",
        "exam.dicom/photograph-1.dcm",
        "exam.dicom/segmentation-1.dcm",
        "exam.dicom/measurements.dcm",
        "exam.dicom/report-en.dcm",
        "exam.dicom/report-zh.dcm",
    }
    bundle = json.loads((out / "exam.fhir.json").read_text())
    (form,) = (
        entry["resource"]["presentedForm"][0]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "DiagnosticReport"
    )
    assert base64.b64decode(form["data"]) == (out / "exam.report-en.pdf").read_bytes()


def test_only_the_language_asked_for_is_written(eye: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    foreseye("screen", eye, "--out", out, "--formats", "pdf", "--language", "zh")

    assert {name for name in names(out) if name.endswith(".pdf")} == {"exam.report-zh.pdf"}


def test_a_kept_dicom_file_is_referred_to_by_its_own_uids(tmp_path: Path) -> None:
    path, out = tmp_path / "a.dcm", tmp_path / "out"
    path.write_bytes(jpeg_file(Eye.OS))
    source = pydicom.dcmread(path)

    foreseye("screen", path, "--out", out, "--formats", "dicom,fhir", "--dicom-patient", "keep")

    objects = [pydicom.dcmread(file) for file in (out / "exam.dicom").iterdir()]
    assert {made.StudyInstanceUID for made in objects} == {source.StudyInstanceUID}
    assert {made.PatientID for made in objects} == {"p-1"}
    assert not (out / "exam.dicom" / "photograph-1.dcm").exists()
    assert source.SOPInstanceUID in (out / "exam.fhir.json").read_text()


def test_a_dropped_patient_is_in_no_file(tmp_path: Path) -> None:
    path, out = tmp_path / "a.dcm", tmp_path / "out"
    path.write_bytes(jpeg_file(Eye.OS))
    source = pydicom.dcmread(path)

    foreseye("screen", path, "--out", out, "--formats", "dicom,fhir,pdf")

    for name in names(out):
        content = (out / name).read_bytes()
        for known in (source.SOPInstanceUID, source.StudyInstanceUID, "p-1\0"):
            assert known.encode() not in content, name


@pytest.mark.parametrize(
    ("option", "named"), [(("--formats", "docx"), "docx"), (("--language", "fr"), "fr")]
)
def test_an_unknown_format_or_language_is_bad_usage(
    eye: Path, tmp_path: Path, option: tuple[str, str], named: str
) -> None:
    told = foreseye("screen", eye, "--out", tmp_path / "out", *option)

    assert told.code == 2
    assert f"{named} is not known here" in told.err

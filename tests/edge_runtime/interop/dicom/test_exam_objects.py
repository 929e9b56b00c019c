"""DICOM objects of a screened exam: what they hold, and what the standard's verifier says."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from edge_runtime.contracts.origin import Origin
from edge_runtime.domain import Eye
from edge_runtime.errors import UnsupportedPicture
from edge_runtime.interop.dicom.exam_objects import Objects, exam_objects, write_objects
from edge_runtime.interop.dicom.photographs import PatientPolicy, reading
from edge_runtime.interop.dicom.simulated import SimulatedVisit, simulated_capture
from edge_runtime.interop.dicom.study import study_of
from edge_runtime.interop.layers import masks_of
from edge_runtime.interop.screened import ScreenedExam
from tests.edge_runtime.interop.dicom.objects import eye_pixels
from tests.edge_runtime.interop.exams import example_record
from tests.edge_runtime.interop.sample_exam import sample_exam

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.7 a page"
ALLOWED = ("99FORESEYE", "<2.25.", "0x0008,0x001c")
"""Our own codes are not the verifier's, and it does not know Synthetic Data."""


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> ScreenedExam:
    return sample_exam(tmp_path_factory.mktemp("screened"))


@pytest.fixture(scope="module")
def objects(exam: ScreenedExam) -> Objects:
    return exam_objects(exam, {"en": PDF})


@pytest.fixture(scope="module")
def folder(objects: Objects, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dicom")
    write_objects(objects, folder)
    return folder


def test_an_exam_of_two_eyes_gives_six_objects(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "measurements.dcm",
        "photograph-1.dcm",
        "photograph-2.dcm",
        "report-en.dcm",
        "segmentation-1.dcm",
        "segmentation-2.dcm",
    ]


def verifier() -> str:
    found = shutil.which("dciodvfy")
    if found is None:
        pytest.skip("dciodvfy is not here (Debian dicom3tools)")
    return found


def told_of(path: Path) -> list[str]:
    """What the verifier says against an object."""
    told = subprocess.run([verifier(), str(path)], capture_output=True, text=True, check=False)
    lines = [
        line
        for line in (told.stdout + told.stderr).splitlines()
        if line.startswith(("Error", "Warning"))
    ]
    return [line for line in lines if not any(words in line for words in ALLOWED)]


def test_the_standards_verifier_finds_no_error(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        assert told_of(path) == [], path.name


def test_all_objects_are_of_one_person_and_study_and_each_is_itself(objects: Objects) -> None:
    assert {dataset.PatientID for dataset in objects.values()} == {"p-1"}
    assert len({dataset.StudyInstanceUID for dataset in objects.values()}) == 1
    assert len({dataset.SOPInstanceUID for dataset in objects.values()}) == len(objects)
    assert len({dataset.SeriesInstanceUID for dataset in objects.values()}) == 4


def test_a_photograph_object_reads_back_as_the_jpeg_that_went_in(
    exam: ScreenedExam, folder: Path
) -> None:
    with reading(PatientPolicy.KEEP) as read:
        found = read((folder / "photograph-2.dcm").read_bytes(), "photograph-2.dcm")

    (photograph,) = found.photographs
    assert photograph.content == exam.photographs[1].content
    assert (photograph.eye, found.person.person_id) == (Eye.OS, "p-1")


def test_the_segments_are_the_masks_to_the_pixel(exam: ScreenedExam, folder: Path) -> None:
    masks = masks_of(exam.photographs[0])
    assert masks is not None

    read = hd.seg.segread(folder / "segmentation-1.dcm")

    for number, name in enumerate(("arteriole_HW", "venule_HW", "disc_HW", "cup_HW"), 1):
        frame = read.get_frames(frame_numbers=[number])[0]
        assert np.array_equal(frame.astype(bool), getattr(masks, name)), name
        assert masks.cup_HW.any()
    assert read.SegmentSequence[2].SegmentedPropertyTypeCodeSequence[0].CodeValue == "81016008"


def test_a_segmentation_refers_to_the_photograph_by_its_true_class(
    objects: Objects, folder: Path
) -> None:
    named = {
        element.value
        for element in pydicom.dcmread(folder / "segmentation-1.dcm").iterall()
        if element.keyword == "ReferencedSOPClassUID"
    }

    assert (
        named == {objects["photograph-1.dcm"].SOPClassUID} == {"1.2.840.10008.5.1.4.1.1.77.1.5.1"}
    )


def numbers(dataset: Dataset) -> dict[tuple[str, str], float]:
    """Every number of a report by its photograph (or forecast) and code."""
    found = {}
    for group in hd.sr.srread(_file(dataset)).content.get_image_measurement_groups():
        for measurement in group.get_measurements():
            found[group.tracking_identifier, measurement.name.value] = measurement.value
    return found


def _file(dataset: Dataset) -> io.BytesIO:
    file = io.BytesIO()
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    file.seek(0)
    return file


def test_the_report_holds_every_number_of_the_result(exam: ScreenedExam, objects: Objects) -> None:
    held = numbers(objects["measurements.dcm"])

    for photograph in exam.photographs:
        result = photograph.result
        for name, measured in (result.biomarkers or {}).items():
            key = (result.photograph.name, name)
            if measured.value is None:
                assert key not in held
            else:
                assert held[key] == pytest.approx(measured.value, rel=1e-5)
        findings = result.findings
        assert findings is not None
        assert findings.dr_grade is not None
        referable = held[result.photograph.name, "dr_referable"]
        assert referable == pytest.approx(findings.dr_grade.referable, rel=1e-5)


def test_the_report_says_eye_algorithm_evidence_and_that_nobody_signed(objects: Objects) -> None:
    report = objects["measurements.dcm"]
    texts = {str(e.value) for e in report.iterall() if e.keyword in ("TextValue", "CodeMeaning")}

    assert report.VerificationFlag == "UNVERIFIED"
    assert {"Right", "Left", "Retina", "Judged on: internal"} <= texts
    assert any("SHA-256 of bundle.json" in text for text in texts)


def test_a_forecast_has_its_horizon_and_interval(exam: ScreenedExam) -> None:
    forecast = example_record().forecast
    with_forecast = replace(exam, record=exam.record.model_copy(update={"forecast": forecast}))

    held = numbers(exam_objects(with_forecast, {})["measurements.dcm"])

    name = "ischaemic_cvd 5 a"
    shown = [held[name, key] for key in ("cumulative_incidence", "interval_90_low", "horizon")]
    assert shown == [0.031, 0.02, 5.0]
    assert not any(key.startswith("type_2_diabetes") for key, _ in held)


def test_the_page_goes_in_as_it_is(folder: Path) -> None:
    page = pydicom.dcmread(folder / "report-en.dcm")

    assert page.EncapsulatedDocument[: page.EncapsulatedDocumentLength] == PDF
    assert page.VerificationFlag == "UNVERIFIED"
    assert "Not a medical device" in page.DocumentTitle


def test_a_photograph_of_the_archive_is_referred_to_and_not_written_again(
    exam: ScreenedExam,
) -> None:
    origin = Origin(
        kind="ophthalmic_8_bit",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.5.1",
        sop_instance_uid="1.2.3.4",
        study_instance_uid="1.2.3",
        series_instance_uid="1.2.3.9",
    )
    archived = tuple(replace(photograph, origin=origin) for photograph in exam.photographs[:1])

    objects = exam_objects(replace(exam, photographs=archived), {})

    assert sorted(objects) == ["measurements.dcm", "segmentation-1.dcm"]
    assert {dataset.StudyInstanceUID for dataset in objects.values()} == {"1.2.3"}
    referred = {
        str(element.value)
        for dataset in objects.values()
        for element in dataset.iterall()
        if element.keyword == "ReferencedSOPInstanceUID"
    }
    assert referred == {"1.2.3.4"}


def test_the_same_exam_gives_the_same_bytes(exam: ScreenedExam) -> None:
    first, again = exam_objects(exam, {"en": PDF}), exam_objects(exam, {"en": PDF})

    for name, dataset in first.items():
        assert _file(dataset).getvalue() == _file(again[name]).getvalue(), name


def a_simulated(exam: ScreenedExam, objects: Objects) -> Dataset:
    visit = SimulatedVisit(eye_pixels(), 5.0, 1, real_photographs=305, drawn_photographs=7000)
    study = study_of(exam.record, exam.screened_at)
    bundle = exam.photographs[0].result.bundle
    return simulated_capture(study, objects["photograph-1.dcm"], visit, bundle)


def test_a_simulated_visit_is_marked_in_every_way_and_passes_the_verifier(
    exam: ScreenedExam, objects: Objects, tmp_path: Path
) -> None:
    made = a_simulated(exam, objects)

    assert made.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
    assert (made.SyntheticData, made.BurnedInAnnotation) == ("YES", "YES")
    assert made.SeriesInstanceUID not in {one.SeriesInstanceUID for one in objects.values()}
    assert made.SourceImageSequence[0].ReferencedSOPInstanceUID in {
        one.SOPInstanceUID for one in objects.values()
    }
    (equipment,) = made.ContributingEquipmentSequence
    assert equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109100"
    assert "305 real and 7000 drawn" in equipment.ContributionDescription
    write_objects({"simulated.dcm": made}, tmp_path)
    # Of 2022 the verifier does not know Synthetic Data and so calls the class extended.
    told = told_of(tmp_path / "simulated.dcm")
    assert [line for line in told if "Standard Extended SOP Class" not in line] == []


def test_a_simulated_visit_keeps_its_picture_and_has_its_label_below(
    exam: ScreenedExam, objects: Objects
) -> None:
    shown = a_simulated(exam, objects).pixel_array

    height = eye_pixels().shape[0]
    assert np.array_equal(shown[:height], eye_pixels())
    letters = np.flatnonzero((shown[height:] == 255).all(axis=2).any(axis=1))
    gaps = np.flatnonzero(np.diff(letters) > 1)
    assert gaps[0] + 1 >= 0.05 * min(eye_pixels().shape[:2])


def test_a_simulated_visit_is_never_screened_as_a_photograph(
    exam: ScreenedExam, objects: Objects, tmp_path: Path
) -> None:
    write_objects({"simulated.dcm": a_simulated(exam, objects)}, tmp_path)

    with reading(PatientPolicy.DROP) as read, pytest.raises(UnsupportedPicture, match="simulated"):
        read((tmp_path / "simulated.dcm").read_bytes(), "simulated.dcm")


def test_an_exam_without_a_photograph_has_no_objects(exam: ScreenedExam) -> None:
    with pytest.raises(ValueError, match="no result"):
        exam_objects(replace(exam, photographs=()), {})

"""`screen` and `batch` take DICOM files; a photograph inside one gives what it gives outside."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.domain import Eye
from edge_runtime.interop.dicom.ophthalmic import PhotographObject, ophthalmic_photograph
from tests.edge_runtime.batch.small_folder import rows_of
from tests.edge_runtime.cli.command_line import foreseye, sample_eye
from tests.edge_runtime.interop.dicom.objects import (
    a_study,
    an_object,
    deflated_named,
    eye_pixels,
    file_of,
    jpeg_file,
    native_file,
    nested_file,
)

pytestmark = pytest.mark.slow


def result_of(out: Path, name: str) -> dict[str, Any]:
    """A result without what tells of time, and of the file rather than of the eye."""
    result: dict[str, Any] = json.loads((out / name / "result.json").read_text())
    del result["timings_ms"], result["photograph"]["name"]
    return result


def pictures_of(out: Path, name: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / name).glob("*.png")}


def test_a_jpeg_inside_a_dicom_file_screens_like_the_jpeg_itself(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(sample_eye())
    (tmp_path / "b.dcm").write_bytes(jpeg_file())

    told = foreseye("screen", tmp_path / "a.jpg", "--eye", "OD", "--out", tmp_path / "jpeg")
    inside = foreseye("screen", tmp_path / "b.dcm", "--out", tmp_path / "dicom")

    assert (told.code, inside.code, inside.err) == (0, 0, "")
    assert result_of(tmp_path / "dicom", "b") == result_of(tmp_path / "jpeg", "a")
    assert pictures_of(tmp_path / "dicom", "b") == pictures_of(tmp_path / "jpeg", "a")


def test_native_pixels_screen_like_the_same_pixels_in_a_png(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.ascontiguousarray(eye_pixels()[..., ::-1]))
    (tmp_path / "b.dcm").write_bytes(native_file())

    foreseye("screen", tmp_path / "a.png", "--eye", "OD", "--out", tmp_path / "png")
    foreseye("screen", tmp_path / "b.dcm", "--out", tmp_path / "dicom")

    outside, inside = result_of(tmp_path / "png", "a"), result_of(tmp_path / "dicom", "b")
    for result in (outside, inside):
        del result["photograph"]["sha256"]
    assert inside == outside


def test_each_frame_is_a_photograph_of_its_own(tmp_path: Path) -> None:
    both = sample_eye(Eye.OD), sample_eye(Eye.OS)
    (tmp_path / "both.dcm").write_bytes(file_of(an_object(*both, eye=None)))

    told = foreseye("screen", tmp_path / "both.dcm", "--out", tmp_path / "out")

    exam = ExamRecord.model_validate_json((tmp_path / "out" / "exam.json").read_text())
    assert told.code == 0
    assert exam.photographs == ["both-frame-1/result.json", "both-frame-2/result.json"]


def test_a_kept_patient_stands_in_the_exam(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(jpeg_file())

    foreseye("screen", tmp_path / "a.dcm", "--out", tmp_path / "dropped")
    foreseye("screen", tmp_path / "a.dcm", "--out", tmp_path / "kept", "--dicom-patient", "keep")

    dropped, kept = (
        ExamRecord.model_validate_json((tmp_path / out / "exam.json").read_text())
        for out in ("dropped", "kept")
    )
    assert (dropped.person_id, dropped.age_years, dropped.sex) == (None, None, None)
    assert (kept.person_id, kept.age_years, kept.sex) == ("p-1", 61.0, "F")


def of_65500_squared(jpeg: bytes) -> bytes:
    """The same JPEG, whose header says 4,290 megapixels."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + 2 * (65_500).to_bytes(2, "big") + jpeg[at + 4 :]


def test_a_batch_of_a_dicom_folder_has_a_row_a_frame_and_one_for_each_broken_file(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "a.dcm").write_bytes(jpeg_file())
    (folder / "b_both").write_bytes(file_of(an_object(sample_eye(), sample_eye(Eye.OS), eye=None)))
    (folder / "c_deep.dcm").write_bytes(nested_file(20_000))
    (folder / "d_deflated.dcm").write_bytes(deflated_named())
    (folder / "e_cut.dcm").write_bytes(jpeg_file()[:9999])
    (folder / "f.jpg").write_bytes(sample_eye())
    (folder / "g_bomb.dcm").write_bytes(file_of(an_object(of_65500_squared(sample_eye()))))

    told = foreseye("batch", folder, "--out", tmp_path / "out")

    rows = rows_of(tmp_path / "out")
    assert told.code == 1
    assert [(row["path"], row["dicom.frame"], row["status"]) for row in rows] == [
        ("a.dcm", None, "ok"),
        ("b_both", 1, "ok"),
        ("b_both", 2, "ok"),
        ("c_deep.dcm", None, "failed"),
        ("d_deflated.dcm", None, "failed"),
        ("e_cut.dcm", None, "failed"),
        ("f.jpg", None, "ok"),
        ("g_bomb.dcm", None, "failed"),
    ]
    assert rows[0]["dicom.kind"] == "ophthalmic_8_bit"
    assert rows[0]["photograph.sha256"] == rows[6]["photograph.sha256"]
    assert [row["error"].partition(":")[0] for row in (*rows[3:6], rows[7])] == [
        "DamagedPicture",
        "UnsupportedPicture",
        "DamagedPicture",
        "PhotographTooLarge",
    ]
    exams = rows_of(tmp_path / "out", "exams")
    assert exams[1]["photographs"] == ["b_both", "b_both"]
    again = foreseye("batch", folder, "--out", tmp_path / "out", "--resume")
    assert again.code == 1
    other = foreseye(
        "batch", folder, "--out", tmp_path / "out", "--resume", "--dicom-patient", "keep"
    )
    assert other.code == 2
    assert "dicom_patient" in other.err


@pytest.mark.photographs
@pytest.mark.parametrize(
    "photograph",
    [
        "full_size/Patient001_R.jpg",
        "HRF_AV/test/images/09_h.jpg",
        "DRIVE/training/images/21_training.tif",
    ],
)
def test_a_real_photograph_in_an_object_screens_as_it_does_outside(
    photograph: str, data_folder: Path, tmp_path: Path
) -> None:
    path = data_folder / photograph
    content = path.read_bytes()
    dataset = ophthalmic_photograph(a_study(), PhotographObject((content,), Eye.OD))
    (tmp_path / "b.dcm").write_bytes(file_of(dataset))

    foreseye("screen", path, "--eye", "OD", "--out", tmp_path / "outside")
    foreseye("screen", tmp_path / "b.dcm", "--out", tmp_path / "inside")

    outside, inside = (
        result_of(tmp_path / "outside", path.stem),
        result_of(tmp_path / "inside", "b"),
    )
    for result in (outside, inside):
        del result["photograph"]["sha256"]
    assert inside == outside
    assert pictures_of(tmp_path / "inside", "b") == pictures_of(tmp_path / "outside", path.stem)
    assert Image.open(io.BytesIO(content)).size[0] == inside["photograph"]["width_px"]

"""Every kind of object that we write goes into a real archive, and comes back equal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from edge_runtime.domain import Eye
from edge_runtime.interop.dicom.exam_objects import exam_objects, write_objects
from edge_runtime.interop.dicom.simulated import SimulatedVisit, simulated_capture
from edge_runtime.interop.dicom.study import study_of
from tests.edge_runtime.cli.command_line import Told, foreseye_afresh, sample_eye
from tests.edge_runtime.fundus.encoded_pictures import encoded
from tests.edge_runtime.interop.dicom.hospital.orthanc import PASSWORD, USER, Orthanc
from tests.edge_runtime.interop.dicom.objects import an_object, eye_pixels, file_of
from tests.edge_runtime.interop.sample_exam import sample_exam
from tests.edge_runtime.service.authority import Authority

pytestmark = pytest.mark.slow

KNOWN = {"FORESEYE_ARCHIVE_USER": USER, "FORESEYE_ARCHIVE_PASSWORD": PASSWORD}
ROADS = ["web", "entity"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exam as `screen --formats dicom,pdf` writes it, and the photograph in all its codings."""
    exam = sample_exam(tmp_path_factory.mktemp("screened"), (Eye.OD,))
    folder = tmp_path_factory.mktemp("exam.dicom")
    objects = exam_objects(exam, {"en": b"%PDF-1.7 a page"})
    visit = SimulatedVisit(eye_pixels(), 5.0, 1, real_photographs=305, drawn_photographs=7000)
    objects["simulated.dcm"] = simulated_capture(
        study_of(exam.record, exam.screened_at),
        objects["photograph-1.dcm"],
        visit,
        exam.photographs[0].result.bundle,
    )
    write_objects(objects, folder)
    native = an_object(encoded(eye_pixels(), format="PNG"), person_id="p-2")
    both = an_object(sample_eye(Eye.OD), sample_eye(Eye.OS), eye=None, person_id="p-3")
    for number, (name, made) in enumerate({"native": native, "frames": both}.items()):
        made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = f"2.25.{number + 1}"
        (folder / f"photograph-{name}.dcm").write_bytes(file_of(made))
    return folder


def sent(
    where: str, *what: Path, known: dict[str, str] | None = None, options: tuple[str, ...] = ()
) -> Told:
    return foreseye_afresh(
        "dicom", "send", where, *what, *options, environment=KNOWN if known is None else known
    )


@pytest.mark.parametrize("road", ROADS)
def test_every_kind_of_object_comes_back_as_it_went(
    road: str, orthanc: Orthanc, written: Path
) -> None:
    told = sent(getattr(orthanc, road), written, options=("--json",))

    assert (told.code, told.err) == (0, "")
    assert (told.json["archived"], told.json["failed"]) == (7, [])
    held = orthanc.objects()
    assert len(held) == 7
    for path in written.iterdir():
        went = dcmread(path)
        came = held[str(went.SOPInstanceUID)]
        assert came == went, path.name
        assert came.file_meta.TransferSyntaxUID == went.file_meta.TransferSyntaxUID
        assert came.get("PixelData") == went.get("PixelData")


def test_what_is_sent_twice_by_two_roads_is_there_once(orthanc: Orthanc, written: Path) -> None:
    for road in (*ROADS, *ROADS):
        assert sent(getattr(orthanc, road), written / "measurements.dcm").code == 0

    assert len(orthanc.objects()) == 1


OverTls = tuple[Orthanc, dict[str, str]]


@pytest.mark.parametrize("road", ROADS)
def test_over_tls_both_sides_show_who_they_are(
    road: str, over_tls: OverTls, written: Path, hospital_authority: Authority
) -> None:
    archive, roads = over_tls
    box = hospital_authority.issue("box")
    options = ("--tls-ca", hospital_authority.file)
    shown = ("--client-cert", box.certificate, "--client-key", box.key)

    told = sent(roads[road], written / "report-en.dcm", options=(*options, *shown))

    assert (told.code, told.err) == (0, "")
    (came,) = archive.objects().values()
    assert came == dcmread(written / "report-en.dcm")


@pytest.mark.parametrize("road", ROADS)
def test_an_archive_that_nobody_vouches_for_gets_nothing(
    road: str, over_tls: OverTls, written: Path, tmp_path: Path
) -> None:
    archive, roads = over_tls
    stranger = Authority(tmp_path, "stranger")

    told = sent(roads[road], written, options=("--tls-ca", stranger.file, "--json"))

    assert (told.code, told.json["error"]) == (1, "HospitalUnreachable")
    assert "certificate does not hold" in told.json["reason"]
    assert (told.json["archived"], told.json["not_tried"]) == (0, 7)
    assert archive.objects() == {}


@pytest.mark.parametrize("road", ROADS)
def test_a_server_that_asks_for_our_certificate_is_not_reached_without(
    road: str, over_tls: OverTls, written: Path, hospital_authority: Authority
) -> None:
    _, roads = over_tls

    told = sent(roads[road], written, options=("--tls-ca", hospital_authority.file, "--json"))

    assert (told.code, told.json["error"]) == (1, "HospitalUnreachable")


@pytest.mark.parametrize("known", [{}, {**KNOWN, "FORESEYE_ARCHIVE_PASSWORD": "wrong"}], ids=str)
def test_a_box_that_the_archive_does_not_know_sends_nothing(
    known: dict[str, str], orthanc: Orthanc, written: Path
) -> None:
    told = sent(orthanc.web, written, known=known, options=("--json",))

    assert (told.code, told.json["error"]) == (1, "HospitalUnacquainted")
    assert "HTTP 401" in told.json["reason"]
    assert "wrong" not in told.out + told.err
    assert (told.json["not_tried"], orthanc.objects()) == (7, {})


def test_a_title_that_the_archive_does_not_know_is_told_so(orthanc: Orthanc, written: Path) -> None:
    stranger = sent(orthanc.entity, written, options=("--ae-title", "STRANGER", "--json"))
    misnamed = sent(f"OTHER@localhost:{orthanc.dicom_port}", written, options=("--json",))

    assert (stranger.code, misnamed.code) == (1, 1)
    assert misnamed.json["error"] == "HospitalUnacquainted"
    assert "not called by this title" in misnamed.json["reason"]
    assert orthanc.objects() == {}


@pytest.mark.parametrize("road", ROADS)
def test_a_file_that_cannot_be_sent_is_told_of_and_the_others_go(
    road: str, orthanc: Orthanc, written: Path, tmp_path: Path
) -> None:
    shutil.copy(written / "report-en.dcm", tmp_path / "a.dcm")
    (tmp_path / "b.dcm").write_bytes((written / "measurements.dcm").read_bytes()[:400])
    (tmp_path / "notes.txt").write_text("left out")

    told = sent(getattr(orthanc, road), tmp_path, options=("--json",))

    assert (told.code, told.json["archived"], told.json["not_tried"]) == (1, 1, 0)
    (row,) = told.json["failed"]
    assert (Path(row["file"]).name, row["error"]) == ("b.dcm", "NotSendable")
    assert len(orthanc.objects()) == 1


@pytest.mark.parametrize("road", ROADS)
def test_no_word_of_a_person_is_told_or_logged(
    road: str, orthanc: Orthanc, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made: Dataset = an_object(sample_eye(), person_id="CANARY")
    made.PatientName = "CANARY^CANARY"
    (tmp_path / "a.dcm").write_bytes(file_of(made))

    with caplog.at_level("DEBUG", logger="foreseye"):
        told = sent(getattr(orthanc, road), tmp_path)

    assert told.code == 0
    ours = [record for record in caplog.records if record.name.startswith("foreseye")]
    assert ours
    assert not any("CANARY" in record.getMessage() for record in ours)
    assert not any(str(made.SOPInstanceUID) in record.getMessage() for record in ours)
    assert "CANARY" not in told.out + told.err

"""What a DICOMweb archive may answer, and what becomes of the objects then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from edge_runtime.interop.dicom.hospital import dicomweb, sending
from tests.edge_runtime.cli.command_line import Told, foreseye_afresh
from tests.edge_runtime.interop.dicom.hospital.web_service import Asked, Reply, as_json, serving
from tests.edge_runtime.interop.dicom.objects import file_of, small_native


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicomweb, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(sending, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(sending.send, "__defaults__", (0.2,))


@pytest.fixture
def made(tmp_path: Path) -> Dataset:
    made = small_native()
    (tmp_path / "a.dcm").write_bytes(file_of(made))
    return made


def listing(*datasets: Dataset) -> Reply:
    return as_json([{"00080018": {"vr": "UI", "Value": [d.SOPInstanceUID]}} for d in datasets])


def answering(posted: Reply | Callable[[Asked], Reply], listed: Reply) -> Callable[[Asked], Reply]:
    def reply(asked: Asked) -> Reply:
        if asked.method == "GET":
            return listed
        return posted if isinstance(posted, tuple) else posted(asked)

    return reply


def sent(url: str, folder: Path, **known: str) -> Told:
    return foreseye_afresh("dicom", "send", url, folder, "--json", environment=known)


NOTHING = as_json([])
STORED = as_json({"00081199": {"vr": "SQ", "Value": [{}]}})


def failed(status: int, reason: int = 0xA900) -> Reply:
    item = {"00081197": {"vr": "US", "Value": [reason]}}
    return as_json({"00081198": {"vr": "SQ", "Value": [item]}}, status)


def test_the_file_goes_as_it_is_with_its_length_and_a_token(made: Dataset, tmp_path: Path) -> None:
    with serving(answering(STORED, listing(made))) as service:
        told = sent(service.url, tmp_path, FORESEYE_ARCHIVE_TOKEN="of.a-box")

    assert told.code == 0
    (posted,) = [asked for asked in service.asked if asked.method == "POST"]
    assert posted.path == "/dicom-web/studies"
    assert {asked.headers["Authorization"] for asked in service.asked} == {"Bearer of.a-box"}
    kind, boundary = posted.headers["Content-Type"].split("; boundary=")
    assert kind == 'multipart/related; type="application/dicom"'
    head, _, rest = posted.body.partition(b"\r\n\r\n")
    assert head == f"--{boundary}\r\nContent-Type: application/dicom".encode()
    assert rest == (tmp_path / "a.dcm").read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    assert "Transfer-Encoding" not in posted.headers


def test_an_archive_that_says_success_and_keeps_nothing_is_found_out(
    made: Dataset, tmp_path: Path
) -> None:
    with serving(answering(STORED, NOTHING)) as service:
        told = sent(service.url, tmp_path)

    assert (told.code, told.json["archived"]) == (1, 0)
    assert [row["error"] for row in told.json["failed"]] == ["NotArchived"]


def test_an_archive_that_lists_late_is_given_time(made: Dataset, tmp_path: Path) -> None:
    late = iter([NOTHING, NOTHING, listing(made)])
    with serving(lambda asked: STORED if asked.method == "POST" else next(late)) as service:
        assert sent(service.url, tmp_path).code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "told_of"),
    [
        (failed(409), "HTTP 409, failure reason A900H"),
        (failed(202, 0x0122), "HTTP 202, failure reason 0122H"),
        ((400, {}, b"Patient CANARY is not known"), "HTTP 400"),
        ((413, {}, b""), "HTTP 413"),
        ((415, {"Content-Type": "application/json"}, b"[" * 100_000), "HTTP 415"),
    ],
    ids=["409", "202", "400", "413", "415"],
)
def test_an_object_that_is_refused_does_not_hold_up_the_others(
    answer: Reply, told_of: str, made: Dataset, tmp_path: Path
) -> None:
    other = small_native()
    other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    (tmp_path / "b.dcm").write_bytes(file_of(other))

    def posted(asked: Asked) -> Reply:
        return STORED if b"1.2.3.4\0" in asked.body else answer

    with serving(answering(posted, listing(other))) as service:
        told = sent(service.url, tmp_path)

    assert (told.code, told.json["archived"], told.json["not_tried"]) == (1, 1, 0)
    (row,) = told.json["failed"]
    assert (row["error"], Path(row["file"]).name) == ("HospitalRefused", "a.dcm")
    assert told_of in row["reason"]
    assert "CANARY" not in told.out + told.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "error", "told_of"),
    [
        ((401, {}, b""), "HospitalUnacquainted", "other credentials"),
        ((403, {}, b""), "HospitalUnacquainted", "other credentials"),
        ((404, {}, b""), "HospitalUnclear", "no DICOMweb at this URL"),
        ((302, {"Location": "http://192.0.2.7/"}, b""), "HospitalUnclear", "not followed"),
        ((500, {}, b""), "HospitalUnclear", "HTTP 500"),
        ((503, {}, b""), "HospitalUnreachable", "HTTP 503, 3 times"),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else "",
)
def test_where_going_on_makes_no_sense_the_rest_is_not_tried(
    answer: Reply, error: str, told_of: str, made: Dataset, tmp_path: Path
) -> None:
    with serving(answering(answer, NOTHING)) as service:
        told = sent(service.url, tmp_path)

    assert (told.code, told.json["error"], told.json["not_tried"]) == (1, error, 1)
    assert told_of in told.json["reason"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "listed",
    [
        (200, {"Content-Type": "text/html"}, b"<p>Sign in</p>"),
        (200, {"Content-Type": "application/json"}, b"[{"),
        (200, {"Content-Type": "application/json"}, b"[" * 100_000),
        as_json({"00080018": 1}),
        as_json([{"0020000D": {"Value": ["1.2"]}}]),
        as_json([7]),
    ],
    ids=["page", "cut", "deep", "no list", "no instance", "number"],
)
def test_a_service_that_speaks_no_dicomweb_gets_no_object(
    listed: Reply, made: Dataset, tmp_path: Path
) -> None:
    with serving(answering(STORED, listed)) as service:
        told = sent(service.url, tmp_path)

    assert (told.code, told.json["error"]) == (1, "HospitalUnclear")
    assert not [asked for asked in service.asked if asked.method == "POST"]


def test_a_busy_archive_is_asked_again(made: Dataset, tmp_path: Path) -> None:
    answers = iter([(503, {}, b""), (429, {}, b""), STORED])
    with serving(answering(lambda _: next(answers), listing(made))) as service:
        assert sent(service.url, tmp_path).code == 0


def test_an_answer_without_an_end_is_not_read_to_it(
    made: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dicomweb, "MAX_ANSWER_BYTES", 1000)
    with serving(answering(STORED, (200, {}, b" " * 1001))) as service:
        told = sent(service.url, tmp_path)

    assert told.json["error"] == "HospitalUnclear"
    assert "without an end" in told.json["reason"]


@pytest.mark.slow
def test_a_long_series_is_listed_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicomweb, "PAGE", 2)
    several = [small_native() for _ in range(5)]
    for number, one in enumerate(several):
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.{number + 1}"
        (tmp_path / f"{number}.dcm").write_bytes(file_of(one))

    def reply(asked: Asked) -> Reply:
        if asked.method == "POST":
            return STORED
        start = int(asked.path.partition("offset=")[2].partition("&")[0])
        return listing(*several[start : start + 2])

    with serving(reply) as service:
        assert sent(service.url, tmp_path).json["archived"] == 5


def test_nobody_at_the_address_is_told_so(made: Dataset, tmp_path: Path) -> None:
    told = sent("http://127.0.0.1:1/dicom-web", tmp_path)

    assert (told.code, told.json["error"], told.json["not_tried"]) == (1, "HospitalUnreachable", 1)
    assert made.StudyInstanceUID not in told.out + told.err


def test_nothing_to_send_is_no_failure(tmp_path: Path) -> None:
    told = sent("http://127.0.0.1:1/dicom-web", tmp_path)

    assert (told.code, told.json["archived"]) == (0, 0)

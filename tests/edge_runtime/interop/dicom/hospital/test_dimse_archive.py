"""What an archive on the DICOM network may do wrong, and what becomes of the objects then."""

from __future__ import annotations

import logging
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from edge_runtime.interop.dicom.hospital import sending
from edge_runtime.interop.dicom.hospital.dimse_archive import STUDY_ROOT_FIND
from edge_runtime.interop.dicom.sop_classes import OPHTHALMIC_8_BIT
from tests.edge_runtime.cli.command_line import Told, foreseye_afresh
from tests.edge_runtime.interop.dicom.hospital.entity import answering, stranger
from tests.edge_runtime.interop.dicom.objects import file_of, small_native


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(sending.send, "__defaults__", (0.1,))
    caplog.set_level(logging.CRITICAL, logger="pynetdicom")


@pytest.fixture
def made(tmp_path: Path) -> Dataset:
    made = small_native()
    (tmp_path / "a.dcm").write_bytes(file_of(made))
    return made


@contextmanager
def archive(store: Any, find: Any, *classes: str) -> Iterator[str]:
    supported = classes or (OPHTHALMIC_8_BIT, STUDY_ROOT_FIND)
    with answering("ARCHIVE", supported, {evt.EVT_C_STORE: store, evt.EVT_C_FIND: find}) as where:
        yield where


def sent(where: str, folder: Path, *options: str) -> Told:
    return foreseye_afresh("dicom", "send", where, folder, "--json", "--timeout", "5", *options)


def stores(_: Any) -> int:
    return 0x0000


def finds_nothing(_: Any) -> Iterator[tuple[int, Dataset | None]]:
    yield 0x0000, None


def finds(*instances: str) -> Any:
    def find(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        assert event.identifier.QueryRetrieveLevel == "IMAGE"
        for instance in instances:
            found = Dataset()
            found.SOPInstanceUID = instance
            yield 0xFF00, found

    return find


def test_an_archive_that_says_success_and_keeps_nothing_is_found_out(
    made: Dataset, tmp_path: Path
) -> None:
    with archive(stores, finds_nothing) as where:
        told = sent(where, tmp_path)

    assert (told.code, told.json["archived"]) == (1, 0)
    assert [row["error"] for row in told.json["failed"]] == ["NotArchived"]


@pytest.mark.slow
@pytest.mark.parametrize("status", [0xB000, 0xB007])
def test_an_object_that_is_stored_with_a_remark_is_stored(
    status: int, made: Dataset, tmp_path: Path
) -> None:
    with archive(lambda _: status, finds(made.SOPInstanceUID)) as where:
        assert sent(where, tmp_path).json["archived"] == 1


@pytest.mark.parametrize("status", [0xA700, 0x0124, 0xC000])
def test_an_object_that_is_refused_has_the_status_in_its_row(
    status: int, made: Dataset, tmp_path: Path
) -> None:
    with archive(lambda _: status, finds_nothing) as where:
        told = sent(where, tmp_path)

    (row,) = told.json["failed"]
    assert (told.code, row["error"]) == (1, "HospitalRefused")
    assert f"{status:04X}H" in row["reason"]


def test_an_archive_that_takes_no_queries_gets_nothing(made: Dataset, tmp_path: Path) -> None:
    with archive(stores, finds_nothing, OPHTHALMIC_8_BIT) as where:
        told = sent(where, tmp_path)

    assert (told.json["error"], told.json["not_tried"]) == ("HospitalRefused", 1)
    assert "takes no queries" in told.json["reason"]


def test_a_class_that_the_archive_does_not_take_is_told_so(made: Dataset, tmp_path: Path) -> None:
    with archive(stores, finds_nothing, STUDY_ROOT_FIND) as where:
        told = sent(where, tmp_path)

    (row,) = told.json["failed"]
    assert "does not take this class in this coding" in row["reason"]


def test_an_archive_that_takes_nothing_at_all_is_told_so(made: Dataset, tmp_path: Path) -> None:
    with archive(stores, finds_nothing, "1.2.840.10008.1.1") as where:
        told = sent(where, tmp_path)

    assert (told.json["error"], told.json["not_tried"]) == ("HospitalRefused", 1)
    assert "none of these classes" in told.json["reason"]


def test_an_archive_that_hangs_up_in_between_ends_it(made: Dataset, tmp_path: Path) -> None:
    def hangs_up(event: Any) -> int:
        event.assoc.abort()
        return 0x0000

    with archive(hangs_up, finds_nothing) as where:
        told = sent(where, tmp_path)

    assert (told.json["error"], told.json["not_tried"]) == ("HospitalUnreachable", 1)


@pytest.mark.slow
def test_an_archive_that_stops_within_an_answer_is_not_waited_for(
    made: Dataset, tmp_path: Path
) -> None:
    sender_left = threading.Event()

    def says_half(event: Any) -> int:
        event.assoc.dul.socket.socket.sendall(struct.pack(">BBL", 4, 0, 200) + bytes(50))
        assert sender_left.wait(20)
        return 0x0000

    with archive(says_half, finds_nothing) as where:
        told = sent(where, tmp_path, "--timeout", "1")
        sender_left.set()

    assert (told.json["error"], told.json["not_tried"]) == ("HospitalUnreachable", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "says",
    [
        b"",
        struct.pack(">BBL", 2, 0, 0xFFFFFFFF) + bytes(50),
        struct.pack(">BBL", 2, 0, 200) + bytes(50),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
    ids=["nothing", "4 GiB", "half an answer", "http"],
)
def test_who_speaks_no_dicom_is_not_waited_for(says: bytes, made: Dataset, tmp_path: Path) -> None:
    with stranger(says) as where:
        told = sent(where, tmp_path, "--timeout", "1")

    assert (told.code, told.json["error"]) == (1, "HospitalUnreachable")
    assert told.json["not_tried"] == 1


@pytest.mark.parametrize(
    ("where", "told_of"),
    [("A@127.0.0.1:1", "Connection refused"), ("A@nowhere.invalid:104", "no such host")],
)
def test_nobody_at_the_address_is_told_so(
    where: str, told_of: str, made: Dataset, tmp_path: Path
) -> None:
    told = sent(where, tmp_path, "--insecure-no-tls")

    assert (told.code, told.json["error"]) == (1, "HospitalUnreachable")
    assert told_of in told.json["reason"]

"""An archive takes over the care for objects, or does not: a real one, and some that do wrong."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pynetdicom import evt

from edge_runtime.interop.dicom.hospital.association import Caller
from edge_runtime.interop.dicom.hospital.commitment import CODINGS, COMMITMENT, THE_ONE_INSTANCE
from edge_runtime.interop.dicom.hospital.dimse_archive import STUDY_ROOT_FIND
from edge_runtime.interop.dicom.hospital.peers import Entity
from edge_runtime.interop.dicom.sop_classes import OPHTHALMIC_8_BIT
from tests.edge_runtime.cli.command_line import Told, foreseye_afresh
from tests.edge_runtime.interop.dicom.hospital.entity import answering
from tests.edge_runtime.interop.dicom.hospital.orthanc import TITLE, Orthanc, free_port
from tests.edge_runtime.interop.dicom.objects import file_of, small_native


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="pynetdicom")


@pytest.fixture
def instance(tmp_path: Path) -> str:
    """Of an object in a file."""
    made = small_native()
    (tmp_path / "a.dcm").write_bytes(file_of(made))
    return str(made.SOPInstanceUID)


Says = Callable[[Dataset], Dataset]
"""What an archive reports of a request."""


def keeps_all(asked: Dataset) -> Dataset:
    report = Dataset()
    report.TransactionUID = asked.TransactionUID
    report.ReferencedSOPSequence = asked.ReferencedSOPSequence
    return report


def keeps_none(reason: int) -> Says:
    def report(asked: Dataset) -> Dataset:
        told = Dataset()
        told.TransactionUID = asked.TransactionUID
        for item in asked.ReferencedSOPSequence:
            item.FailureReason = reason
        told.FailedSOPSequence = asked.ReferencedSOPSequence
        return told

    return report


def speaks_of_another_request(asked: Dataset) -> Dataset:
    report = keeps_all(asked)
    report.TransactionUID = "1.2.3"
    return report


def forgets_to_name_any(asked: Dataset) -> Dataset:
    report = keeps_all(asked)
    report.ReferencedSOPSequence = Items([])
    return report


@dataclass
class Archive:
    """Stores, lists all that it stored, and reports as a test wants it."""

    says: Says
    calls_port: int | None = None
    """Where it calls to report; None: on the association that it was asked on."""
    answers: int = 0x0000
    held: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def store(self, event: Any) -> int:
        self.held.append(str(event.request.AffectedSOPInstanceUID))
        return 0x0000

    def find(self, _: Any) -> Iterator[tuple[int, Dataset | None]]:
        for instance in self.held:
            found = Dataset()
            found.SOPInstanceUID = instance
            yield 0xFF00, found

    def act(self, event: Any) -> tuple[int, Dataset | None]:
        report = self.says(event.action_information)
        thread = threading.Thread(target=self._report, args=(event.assoc, report))
        self.threads.append(thread)
        if self.answers == 0x0000:
            thread.start()
        return self.answers, None

    def _report(self, association: Any, report: Dataset) -> None:
        if self.calls_port is None:
            self._send(association, report)
            return
        us = Entity("FORESEYE", "127.0.0.1", self.calls_port)
        with Caller(us, "ARCHIVE").associated([(COMMITMENT, CODINGS)]) as calling:
            self._send(calling, report)

    def _send(self, association: Any, report: Dataset) -> None:
        kind = 2 if "FailedSOPSequence" in report else 1
        status, _ = association.send_n_event_report(report, kind, COMMITMENT, THE_ONE_INSTANCE)
        self.statuses.append(status.get("Status", -1))


@contextmanager
def open_archive(archive: Archive, *classes: str) -> Iterator[str]:
    supported = classes or (OPHTHALMIC_8_BIT, STUDY_ROOT_FIND, COMMITMENT)
    handlers = {
        evt.EVT_C_STORE: archive.store,
        evt.EVT_C_FIND: archive.find,
        evt.EVT_N_ACTION: archive.act,
    }
    with answering("ARCHIVE", supported, handlers) as where:
        yield where
        for thread in archive.threads:
            if thread.ident is not None:
                thread.join(30)


def sent(where: str, folder: Path, port: int, within_s: int = 60) -> Told:
    return foreseye_afresh(
        "dicom", "send", where, folder, "--json", "--timeout", "60",
        "--commit", f"127.0.0.1:{port}", "--commit-within", str(within_s),
    )  # fmt: skip


@pytest.mark.parametrize("calls_back", [False, True], ids=["on the same line", "by a call"])
def test_an_archive_that_commits_itself_is_believed(
    calls_back: bool, instance: str, tmp_path: Path
) -> None:
    port = free_port()
    archive = Archive(keeps_all, port if calls_back else None)
    with open_archive(archive) as where:
        told = sent(where, tmp_path, port)

    assert (told.code, told.json["archived"], told.json["committed"]) == (0, 1, 1)
    assert archive.held == [instance]
    assert archive.statuses == [0x0000]


@pytest.mark.parametrize(
    ("reason", "words"),
    [(0x0112, "no such object"), (0x0213, "no room"), (0x0999, "reason 0999H")],
)
@pytest.mark.usefixtures("instance")
def test_an_object_that_it_does_not_keep_has_its_reason(
    reason: int, words: str, tmp_path: Path
) -> None:
    with open_archive(Archive(keeps_none(reason))) as where:
        told = sent(where, tmp_path, free_port())

    (row,) = told.json["failed"]
    assert (told.code, told.json["archived"], told.json["committed"]) == (1, 1, 0)
    assert row["error"] == "NotCommitted"
    assert words in row["reason"]


@pytest.mark.parametrize(
    ("says", "status", "words"),
    [
        (speaks_of_another_request, 0x0115, "no report came in time"),
        (forgets_to_name_any, 0x0000, "does not name it"),
    ],
)
@pytest.mark.usefixtures("instance")
def test_only_a_report_of_our_request_that_names_the_object_counts(
    says: Says, status: int, words: str, tmp_path: Path
) -> None:
    archive = Archive(says)
    with open_archive(archive) as where:
        told = sent(where, tmp_path, free_port(), within_s=5)

    assert (told.code, told.json["committed"]) == (1, 0)
    assert words in told.json["failed"][0]["reason"]
    assert archive.statuses in ([status], [])


@pytest.mark.usefixtures("instance")
def test_an_archive_that_offers_no_commitment_or_refuses_it_is_told_so(tmp_path: Path) -> None:
    with open_archive(Archive(keeps_all), OPHTHALMIC_8_BIT, STUDY_ROOT_FIND) as where:
        none = sent(where, tmp_path, free_port())
    with open_archive(Archive(keeps_all, answers=0x0213)) as where:
        refused = sent(where, tmp_path, free_port())

    for told, words in ((none, "none of these classes"), (refused, "0213H")):
        assert (told.code, told.json["archived"], told.json["committed"]) == (1, 1, 0)
        assert told.json["error"] == "HospitalRefused"
        assert words in told.json["reason"]


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    ("where", "at", "told_of"),
    [
        ("https://archive.example/dicom-web", "127.0.0.1:11113", "DICOMweb knows none"),
        ("A@127.0.0.1:104", "localhost", "no ADDRESS:PORT"),
        ("A@127.0.0.1:104", "0.0.0.0:11113", "TLS"),
    ],
)
def test_what_cannot_be_is_bad_usage(where: str, at: str, told_of: str, tmp_path: Path) -> None:
    told = foreseye_afresh("dicom", "send", where, tmp_path, "--commit", at, "--json")

    assert told.code == 2
    assert told_of in told.err


def test_a_real_archive_commits_itself_to_what_it_has(
    orthanc: Orthanc, instance: str, tmp_path: Path
) -> None:
    port = free_port()
    us = {"AET": "FORESEYE", "Host": "127.0.0.1", "Port": port}
    orthanc.asked("PUT", "/modalities/box", json.dumps(us))

    told = sent(f"{TITLE}@127.0.0.1:{orthanc.dicom_port}", tmp_path, port)

    assert (told.code, told.json["committed"], told.json["failed"]) == (0, 1, [])
    assert set(orthanc.objects()) == {instance}

"""Whom the hospital expects: from a real worklist server, through the service, to a kiosk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from edge_runtime.domain import Eye, Sex
from edge_runtime.errors import NotAllowed, SettingsError
from edge_runtime.interop.dicom.hospital.errors import HospitalRefused, HospitalUnreachable
from edge_runtime.interop.dicom.hospital.worklist import WORKLIST_FIND
from edge_runtime.records.errors import NotSignedIn
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.vault import Vault
from edge_runtime.records.words import Role
from edge_runtime.service.certificates import Tls
from edge_runtime.service.hospital_list import hospital_list
from edge_runtime.service.listening import Listen
from edge_runtime.settings import Settings
from edge_runtime.wire.client import ScreeningClient
from edge_runtime.wire.records_client import RecordsClient
from tests.edge_runtime.interop.dicom.hospital.entity import answering, stranger
from tests.edge_runtime.interop.dicom.hospital.worklists import an_entry, coded_side, serving
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle
from tests.edge_runtime.service.live_server import live_server
from tests.ui.kept_clinic import MASTER, SECRET, staffed

HERE = Listen("localhost:0")


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="pynetdicom")


@dataclass(frozen=True)
class Asking:
    """Clients of one service."""

    client: ScreeningClient
    records: RecordsClient


@contextmanager
def asking(
    where: str, folder: Path, vault: Vault | None = None, **settings: Any
) -> Iterator[Asking]:
    """Clients of a service that asks this worklist server."""
    changed = replace(Settings(), **{"worklist": where, "worklist_timeout_s": 60, **settings})
    ask = hospital_list(changed, HERE, has_records=vault is not None)
    with (
        live_server(HeldScreener(a_bundle(folder)), Settings(), vault=vault, ask_hospital=ask) as s,
        ScreeningClient(s.address) as client,
        RecordsClient(s.address) as records,
    ):
        yield Asking(client, records)


def test_the_hospitals_list_crosses_the_wire(tmp_path: Path) -> None:
    entry = an_entry(5, ScheduledProtocolCodeSequence=coded_side("7771000", "SCT"))
    other = an_entry(7, PatientSex="O", PatientBirthDate="")
    with serving(other, entry) as where, asking(where, tmp_path) as live:
        assert live.client.offers_worklist()
        found = live.client.scheduled()

    first, second = found.exams
    assert (found.num_unreadable, found.more) == (0, False)
    assert (first.starts, first.patient_id) == ("2026-03-04T09:05", "p-5")
    assert (first.name, first.birth_date) == ("王 小红 (Wang Xiaohong)", "1961-04-01")
    assert (first.sex, first.age_years, first.eyes) == (Sex.F, 64, (Eye.OS,))
    assert (first.procedure, first.station) == ("Fundus, both eyes", "CAMERA1")
    assert first.accession_number == "A5"
    assert (second.sex, second.age_years, second.eyes, second.birth_date) == (None, None, (), "")


def test_today_and_our_camera_are_asked_for(tmp_path: Path) -> None:
    asked: list[Dataset] = []

    def find(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        asked.append(event.identifier)
        yield 0x0000, None

    before = date.today()
    with (
        answering("LIST", [WORKLIST_FIND], {evt.EVT_C_FIND: find}) as where,
        asking(where, tmp_path, worklist_station="CAMERA1") as live,
    ):
        assert live.client.scheduled().exams == ()

    (step,) = asked[0].ScheduledProcedureStepSequence
    assert step.ScheduledStationAETitle == "CAMERA1"
    assert step.Modality == "OP"
    if date.today() == before:
        assert step.ScheduledProcedureStepStartDate == f"{before:%Y%m%d}"


def test_a_service_that_knows_no_hospital_does_not_offer_it(tmp_path: Path) -> None:
    with (
        live_server(HeldScreener(a_bundle(tmp_path))) as live,
        ScreeningClient(live.address) as client,
    ):
        assert not client.offers_worklist()


def test_a_hospital_that_does_not_answer_is_told_of(tmp_path: Path) -> None:
    with stranger(b"") as where, asking(where, tmp_path, worklist_timeout_s=1) as live:  # noqa: SIM117
        with pytest.raises(HospitalUnreachable) as told:
            live.client.scheduled()
    with asking("LIST@127.0.0.1:1", tmp_path) as live, pytest.raises(HospitalUnreachable):
        live.client.scheduled()

    assert told.value.public_message == "The hospital's system cannot be reached."


def test_a_hospital_that_refuses_is_told_of_and_asked_anew(tmp_path: Path) -> None:
    with serving(0xA700) as where, asking(where, tmp_path) as live:
        for _ in range(2):
            with pytest.raises(HospitalRefused):
                live.client.scheduled()


def test_kiosks_that_ask_at_once_share_one_answer(tmp_path: Path) -> None:
    begun, go_on, num_asked = threading.Event(), threading.Event(), 0

    def find(_: Any) -> Iterator[tuple[int, Dataset | None]]:
        nonlocal num_asked
        num_asked += 1
        begun.set()
        assert go_on.wait(20)
        yield 0xFF00, an_entry()

    found = []
    with (
        answering("LIST", [WORKLIST_FIND], {evt.EVT_C_FIND: find}) as where,
        asking(where, tmp_path) as live,
    ):
        kiosks = [
            threading.Thread(target=lambda: found.append(live.client.scheduled())) for _ in range(3)
        ]
        for kiosk in kiosks:
            kiosk.start()
            assert begun.wait(20)
        go_on.set()
        for kiosk in kiosks:
            kiosk.join(30)

    assert num_asked == 1
    assert [one.exams[0].patient_id for one in found] == ["p-1"] * 3


def test_nothing_of_a_patient_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    entry = an_entry(PatientName="CANARY^NAME", PatientID="CANARY-7")
    caplog.set_level(logging.DEBUG)
    with serving(entry) as where, asking(where, tmp_path) as live:
        assert live.client.scheduled().exams[0].patient_id == "CANARY-7"

    ours = [one.getMessage() for one in caplog.records if "pynetdicom" not in one.name]
    assert any("worklist" in line for line in ours)
    assert not any("CANARY" in line for line in ours)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Records with one person of each role; the service closes them."""
    return open_records(Place(staffed(tmp_path / "records")), MASTER)


def test_where_records_are_kept_only_who_opens_exams_sees_the_list(
    tmp_path: Path, vault: Vault
) -> None:
    seen = {}
    with serving(an_entry()) as where, asking(where, tmp_path, vault) as live:
        with pytest.raises(NotSignedIn):
            live.client.scheduled()
        with pytest.raises(NotSignedIn):
            live.client.scheduled("0" * 64)
        for role in (role for role in Role if role is not Role.PHONE):
            clinic = live.records.sign_in(role.value, SECRET)
            try:
                seen[role] = len(live.client.scheduled(clinic.token).exams)
            except NotAllowed:
                seen[role] = 0
        rows = live.records.sign_in("auditor", SECRET).read_audit().rows

    assert {role for role, num in seen.items() if num} == {Role.TECHNICIAN, Role.DOCTOR}
    told = [(row.action, row.detail, row.outcome) for row in rows]
    assert told.count(("list_exams", "scheduled", "done")) == 2
    assert sum(action == "open_exam" and said == "refused" for action, _, said in told) == 3
    assert not any("p-1" in str(row) for row in rows)


@pytest.mark.parametrize(
    ("changed", "told_of"),
    [
        ({"worklist": "192.0.2.7:104"}, "TITLE|AE|title"),
        ({"worklist": "LIST@192.0.2.7:104"}, "no TLS"),
        ({"worklist": "LIST@127.0.0.1:104", "worklist_title": "A" * 17}, "worklist_title"),
        ({"worklist": "LIST@127.0.0.1:104", "worklist_station": "A" * 17}, "worklist_station"),
        ({"worklist": "LIST@127.0.0.1:104", "worklist_modality": "op*"}, "no modality"),
        ({"worklist": "LIST@192.0.2.7:104", "worklist_tls_ca": "nowhere.pem"}, "TLS files"),
    ],
)
def test_settings_that_cannot_be_are_told_before_anything_is_served(
    changed: dict[str, Any], told_of: str
) -> None:
    with pytest.raises(SettingsError, match=told_of):
        hospital_list(replace(Settings(), **changed), HERE, has_records=False)


def test_strangers_on_the_network_get_no_list_of_patients() -> None:
    named = replace(Settings(), worklist="LIST@127.0.0.1:104")
    anywhere = Listen("0.0.0.0:50051", insecure_anywhere=True)
    with pytest.raises(SettingsError, match="names patients"):
        hospital_list(named, anywhere, has_records=False)

    mutual = Listen("0.0.0.0:50051", Tls("a.pem", "a.key", "ca.pem"))
    assert hospital_list(named, anywhere, has_records=True)
    assert hospital_list(replace(named, tokens="tokens.json"), anywhere, has_records=False)
    assert hospital_list(named, mutual, has_records=False)


def test_without_a_worklist_nobody_is_asked() -> None:
    assert hospital_list(Settings(), HERE, has_records=False) is None

"""The hospital's list on the kiosk: who is chosen fills the exam, and nothing of another stays."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt
from streamlit.testing.v1 import AppTest

from edge_runtime.domain import Eye, Sex
from edge_runtime.interop.dicom.hospital.worklist import WORKLIST_FIND
from edge_runtime.service.hospital_list import hospital_list
from edge_runtime.service.listening import Listen
from edge_runtime.settings import Settings
from edge_runtime.wire.client import ScheduledExam, ScreeningClient
from tests.edge_runtime.interop.dicom.hospital.entity import answering
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle
from tests.edge_runtime.service.live_server import live_server
from tests.ui.driving import PATIENCE_S, ROOT
from tests.ui.expected_clinic import todays, whole_day
from tests.ui.fake_service import photograph_jpeg
from ui import gateway
from ui.expected import birth_date_of, found_in, person_of
from ui.keeping import keeping_of
from ui.person import KioskPerson
from ui.views.expected import row

TODAY = date(2026, 3, 4)
ENTRY = ScheduledExam(
    starts="2026-03-04T09:05",
    patient_id="H1",
    name="王 小红 (Wang Xiaohong)",
    birth_date="1961-04-01",
    sex=Sex.F,
    age_years=64,
    procedure="Fundus",
    station="CAMERA1",
    accession_number="A1",
    eyes=(),
)


def test_who_is_chosen_is_kept_under_the_hospitals_two_identifiers() -> None:
    person = person_of(ENTRY, TODAY)

    assert keeping_of(person).identifiers == {
        "hospital_number": "H1",
        "birth_date": "1961-04-01",
    }
    assert (person.age_years, person.sex) == (64, Sex.F)


@pytest.mark.parametrize("born", ["", "1899-12-31", "2026-03-05", "1961-02-30", "yesterday"])
def test_a_birth_date_that_cannot_be_is_left_to_be_typed(born: str) -> None:
    entry = replace(ENTRY, birth_date=born)

    assert birth_date_of(entry, TODAY) is None
    assert person_of(entry, TODAY).age_years is None


def test_a_number_that_is_too_long_is_not_cut_to_be_another_persons() -> None:
    assert person_of(replace(ENTRY, patient_id="H" * 65), TODAY).hospital_number == ""
    assert person_of(replace(ENTRY, patient_id="H" * 64), TODAY).hospital_number == "H" * 64


@pytest.mark.parametrize(
    ("eyes", "only"),
    [((), None), ((Eye.OD, Eye.OS), None), ((Eye.OS,), Eye.OS), ((Eye.OD,), Eye.OD)],
)
def test_one_eye_alone_is_asked_for_only_where_the_hospital_says_so(
    eyes: tuple[Eye, ...], only: Eye | None
) -> None:
    assert person_of(replace(ENTRY, eyes=eyes), TODAY).only_eye is only


@pytest.mark.parametrize(
    ("words", "found"), [("", 2), ("小红", 1), ("WANG h1", 1), ("h", 2), ("nobody", 0)]
)
def test_people_are_found_by_parts_of_name_or_number(words: str, found: int) -> None:
    other = replace(ENTRY, name="Li Wei", patient_id="H2")

    assert len(found_in([ENTRY, other], words)) == found


def test_what_a_hospital_writes_is_no_markup_of_ours() -> None:
    shown = row(replace(ENTRY, name="<img src=x>", procedure="<b>&", patient_id="<i>"))

    assert "<img" not in shown
    assert "<i>" not in shown
    assert "&lt;img src=x&gt;" in shown


@dataclass
class Hospital:
    """A worklist server that a test tells what to answer."""

    entries: list[Dataset | int]

    def find(self, _: Any) -> Iterator[tuple[int, Dataset | None]]:
        for entry in self.entries:
            yield (entry, None) if isinstance(entry, int) else (0xFF00, entry)


@pytest.fixture
def hospital(caplog: pytest.LogCaptureFixture) -> Hospital:
    caplog.set_level(logging.CRITICAL, logger="pynetdicom")
    return Hospital(list(whole_day()))


@pytest.fixture
def app(hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The pages in front of a service that asks this hospital over a real association."""
    with answering("LIST", [WORKLIST_FIND], {evt.EVT_C_FIND: hospital.find}) as where:
        settings = replace(Settings(), worklist=where, worklist_timeout_s=60)
        ask = hospital_list(settings, Listen("localhost:0"), has_records=False)
        with (
            live_server(HeldScreener(a_bundle(tmp_path)), Settings(), ask_hospital=ask) as live,
            ScreeningClient(live.address) as client,
        ):
            monkeypatch.setattr(gateway, "connect", lambda: client)
            monkeypatch.setattr(gateway, "records_offered", lambda: False)
            monkeypatch.setattr(gateway, "worklist_offered", client.offers_worklist)
            page = ROOT / "ui" / "app.py"
            yield AppTest.from_file(page, default_timeout=PATIENCE_S).run()


def button(app: AppTest, words: str, place: int = 0) -> Any:
    return [button for button in app.button if button.label == words][place]


def words_of(app: AppTest) -> str:
    return " ".join(str(html.value) for html in app.get("html"))


def person(app: AppTest) -> KioskPerson:
    found: KioskPerson = app.session_state["person"]
    return found


@pytest.mark.slow
def test_a_technician_finds_a_person_and_the_exam_is_filled(app: AppTest) -> None:
    before = person(app)
    app.number_input(key=f"sbp_mmhg-{before.serial}").set_value(150.0).run()
    button(app, "Show today's list").click().run()
    assert len([b for b in app.button if b.label == "Choose"]) == 9
    app.text_input(key=f"expected-find-{before.serial}").set_value("li wei").run()
    button(app, "Choose").click().run()

    assert not app.exception
    now = person(app)
    assert now.serial != before.serial
    assert (now.hospital_number, now.birth_date) == ("H20260074", date(1955, 7, 12))
    assert (now.sex, now.only_eye, now.covariates) == (Sex.M, Eye.OS, {})
    assert app.text_input(key=f"number-{now.serial}").value == "H20260074"
    assert "李 伟 (Li Wei)" in words_of(app)
    assert "asks for the other eye alone" in words_of(app)
    assert not [b for b in app.button if b.label == "Choose"]


@pytest.mark.slow
def test_photographs_of_one_person_do_not_go_to_another(app: AppTest) -> None:
    files = [("r.jpg", photograph_jpeg(100), "image/jpeg")]
    app.file_uploader[0].set_value(files).run()

    assert "There are photographs here already" in words_of(app)
    assert not [b for b in app.button if b.label == "Show today's list"]


@pytest.mark.slow
def test_a_hospital_that_does_not_answer_is_told_of_and_the_rest_goes_on(
    app: AppTest, hospital: Hospital
) -> None:
    hospital.entries = [0xA700]
    button(app, "Show today's list").click().run()

    assert "The hospital&#x27;s list did not come." in words_of(app)
    assert "refused this" in words_of(app)
    hospital.entries = [todays(3)]
    button(app, "Show today's list").click().run()
    assert "did not come" not in words_of(app)
    assert "张 敏 (Zhang Min)" in words_of(app)


@pytest.mark.slow
def test_a_day_without_anybody_is_told_so(app: AppTest, hospital: Hospital) -> None:
    hospital.entries = []
    button(app, "Show today's list").click().run()

    assert "The hospital expects nobody today." in words_of(app)

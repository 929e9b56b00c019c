"""The reading room over real records: find an exam, read, decide, arbitrate, sign, amend."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from edge_runtime.domain import Exam, Eye, Person, PhotographFile, Sex
from edge_runtime.records.words import DecisionKind, ExamState, Role
from edge_runtime.wire.client import ExamDone
from edge_runtime.wire.records_client import KeptPhotograph, RecordsClient, new_key
from tests.edge_runtime.service.held_screener import seen_signs
from tests.ui.fake_service import mask_png, photograph_jpeg
from tests.ui.kept_clinic import SECRET, SHOWN, LiveClinic
from ui.keeping import Keeping, KeepingScreener

pytestmark = pytest.mark.slow

IDENTIFIERS = {"hospital_number": "H-1", "birth_date": "1961-04-02"}


@dataclass
class Room:
    """The pages with one exam of each eye in the records."""

    app: AppTest
    records: RecordsClient
    exam_id: str

    def come_in(self, role: Role) -> AppTest:
        self.app.text_input(key="door-name").set_value(role.value)
        self.app.text_input(key="door-secret").set_value(SECRET)
        return self.press("Sign in")

    def read_as(self, role: Role) -> AppTest:
        self.come_in(role)
        return self.app.button(key=f"read-{self.exam_id}").click().run()

    def press(self, label: str) -> AppTest:
        return next(b for b in self.app.button if b.label == label).click().run()

    def press_key(self, start: str) -> AppTest:
        return next(b for b in self.app.button if (b.key or "").startswith(start)).click().run()

    def words(self) -> str:
        assert not self.app.exception
        return "\n".join(element.value for element in self.app.html)

    def kept(self):
        return self.records.sign_in("doctor", SECRET).read_exam(self.exam_id)


def screened(records: RecordsClient, key: str = "") -> str:
    files = tuple(
        PhotographFile(f"{eye.value}.jpg", photograph_jpeg(shade), eye)
        for eye, shade in ((Eye.OD, 100), (Eye.OS, 140))
    )
    exam = Exam("kiosk-0", files, Person(None, 61.0, Sex.F, {}))
    keeper = KeepingScreener(
        records.sign_in("technician", SECRET), Keeping(key or new_key(), IDENTIFIERS)
    )
    with keeper.screen(exam, with_pictures=True, timeout_s=60.0) as events:
        done = list(events)[-1]
    assert isinstance(done, ExamDone)
    return done.record.exam_id


@pytest.fixture
def room(clinic_app: AppTest, records: RecordsClient) -> Room:
    return Room(clinic_app, records, screened(records))


def test_a_doctor_finds_what_the_kiosk_kept_reads_it_and_signs(room: Room) -> None:
    room.come_in(Role.DOCTOR)
    assert "H-1" in room.words()
    assert "To be signed" in room.words()

    room.app.button(key=f"read-{room.exam_id}").click().run()
    shown = room.words()
    assert "1961-04-02" in shown
    assert "Diabetic macular disease" in shown
    assert "No (3 of 100)" in shown

    room.press_key("accept-findings-maculopathy")
    assert "Accepted" in room.words()
    assert SHOWN[Role.DOCTOR] in room.words()
    room.press("Sign now")

    kept = room.kept()
    assert kept.state is ExamState.SIGNED
    assert kept.signatures[0].by == SHOWN[Role.DOCTOR]
    assert [each.finding for each in kept.decisions] == ["findings.maculopathy"]
    assert f"Signed by {SHOWN[Role.DOCTOR]}" in room.words()
    assert not [b for b in room.app.button if (b.key or "").startswith("accept-")]


def test_what_a_person_says_stands_beside_what_the_model_said(room: Room) -> None:
    room.read_as(Role.DOCTOR)
    form = next(r for r in room.app.radio if r.label == "What it is" and r.options[0] == "Yes")
    # The forms come in the order of the page: quality of the right eye first.
    form.set_value(False)
    next(t for t in room.app.text_input if t.label == "Why").set_value("half of it is dark")
    room.press("Record it")

    (decision,) = room.kept().decisions
    assert (decision.finding, json.loads(decision.value_json)) == ("quality", False)
    assert json.loads(decision.model_value_json)["gradable"] is True
    shown = room.words()
    assert "Corrected: No" in shown
    assert "half of it is dark" in shown
    assert "Yes (90 of 100)" in shown


def test_to_refuse_needs_a_reason(room: Room) -> None:
    room.read_as(Role.DOCTOR)
    next(r for r in room.app.radio if r.label == "What is it").set_value("refuse")
    room.press("Record it")

    assert "Please say why." in room.words()
    assert room.kept().decisions == ()


def test_two_readers_who_differ_are_told_and_a_doctor_ends_it(room: Room) -> None:
    grader = room.records.sign_in("grader", SECRET)
    photograph = room.kept().photographs[0].photograph_id
    finding = "findings.maculopathy"
    grader.decide(room.exam_id, photograph, finding, DecisionKind.CORRECT, value_json="true")
    doctor = room.records.sign_in("doctor", SECRET)
    doctor.decide(room.exam_id, photograph, finding, DecisionKind.ACCEPT)

    room.read_as(Role.DOCTOR)
    assert "Two readers differ" in room.words()
    assert not [b for b in room.app.button if b.label == "Sign now"]
    room.press_key(f"accept-findings-maculopathy-{photograph}")

    assert "(final)" in room.words()
    assert room.kept().disputed == ()
    assert [b for b in room.app.button if b.label == "Sign now"]


def test_a_grader_reads_blind_and_may_not_sign(room: Room) -> None:
    doctor = room.records.sign_in("doctor", SECRET)
    photograph = room.kept().photographs[0].photograph_id
    doctor.decide(room.exam_id, photograph, "findings.maculopathy", DecisionKind.ACCEPT)

    room.read_as(Role.GRADER)

    assert SHOWN[Role.DOCTOR] not in room.words()
    assert not [b for b in room.app.button if b.label == "Sign now"]
    assert "several possible appearances" not in room.words()


@pytest.mark.parametrize(("role", "offered"), [(Role.GRADER, False), (Role.DOCTOR, True)])
def test_what_readers_differ_on_is_offered_to_who_may_see_it(
    room: Room, role: Role, offered: bool
) -> None:
    room.come_in(role)

    ways = room.app.button_group(key="worklist-only").options
    assert any("Read differently" in str(way) for way in ways) is offered


def test_a_signed_exam_is_opened_again_with_a_reason_and_the_signature_stays(room: Room) -> None:
    doctor = room.records.sign_in("doctor", SECRET)
    doctor.sign_exam(room.exam_id, room.kept().version)
    room.come_in(Role.DOCTOR)
    room.app.button_group(key="worklist-only").set_value([]).run()
    room.app.button(key=f"read-{room.exam_id}").click().run()

    room.press("Open it")
    assert "Please say why." in room.words()
    label = "What is to be corrected, and why"
    next(t for t in room.app.text_input if t.label == label).set_value("the other eye")
    room.press("Open it")

    kept = room.kept()
    assert kept.state is ExamState.AMENDED
    assert len(kept.signatures) == 1
    assert "the other eye" in room.words()


def test_an_exam_that_changed_meanwhile_is_not_signed_unseen(room: Room) -> None:
    room.read_as(Role.DOCTOR)
    nurse = room.records.sign_in("technician", SECRET)
    nurse.describe_person(room.exam_id, Person(None, 62.0, Sex.F, {}))
    room.press("Sign now")

    assert "The exam has changed since it was read." in room.words()
    assert room.kept().signatures == ()


def test_earlier_visits_are_read_only_when_asked_for(
    clinic_app: AppTest, records: RecordsClient
) -> None:
    first = screened(records)
    room = Room(clinic_app, records, screened(records))
    room.read_as(Role.DOCTOR)
    desk = room.app.session_state["reading"]
    assert desk.exam.earlier_exam_ids == (first,)
    assert desk.earlier is None

    next(t for t in room.app.toggle if t.label == "Show earlier visits").set_value(True).run()

    assert [exam.exam_id for exam in desk.earlier] == [first]
    assert not room.app.exception


def test_nothing_of_the_exam_is_left_after_signing_out(room: Room) -> None:
    room.read_as(Role.DOCTOR)
    room.press("Sign out")

    assert "reading" not in room.app.session_state
    assert "H-1" not in room.words()


def test_a_worklist_without_anything_says_so(room: Room) -> None:
    room.come_in(Role.DOCTOR)
    room.app.button_group(key="worklist-only").set_value(["unsigned", "disputed"]).run()

    assert "Nothing is waiting here." in room.words()
    room.app.text_input(key="worklist-number").set_value("H-1").run()
    room.app.button_group(key="worklist-only").set_value(["unsigned"]).run()
    assert "H-1" in room.words()


def a_whole_mask(photograph: KeptPhotograph) -> bytes:
    shown = json.loads(photograph.result_json)["photograph"]
    return mask_png(np.full((shown["height_px"], shown["width_px"]), 255, np.uint8))


def test_a_mask_that_a_person_kept_stands_beside_the_models_and_either_is_shown(
    room: Room,
) -> None:
    doctor = room.records.sign_in("doctor", SECRET)
    photograph = room.kept().photographs[0]
    photograph_id, mask = photograph.photograph_id, a_whole_mask(photograph)
    doctor.correct_mask(room.exam_id, photograph_id, "arteriole", mask, spent_s=3)
    room.read_as(Role.DOCTOR)
    assert "Arterioles" in room.words()
    assert "from nothing, 3 s" in room.words()
    switch = next(b for b in room.app.button_group if (b.key or "").startswith("drawn-by-"))
    show = next(t for t in room.app.toggle if (t.key or "").startswith("show-arterioles"))
    show.set_value(True).run()
    desk = room.app.session_state["reading"]
    views = {place: drawn for place, drawn in desk.drawn.items() if place[0] == photograph_id}
    switch.set_value("model").run()
    views |= {place: drawn for place, drawn in desk.drawn.items() if place[0] == photograph_id}

    drawn_by = {place[1].drawn_by for place in views if place[1].layers.arterioles}
    assert drawn_by == {"people", "model"}
    assert len({drawn for place, drawn in views.items() if place[1].layers.arterioles}) == 2


def shown_of_the_first(room: Room, photograph_id: str, **view: object) -> bytes:
    """What the reading room shows of a photograph under these switches."""
    drawn = room.app.session_state["reading"].drawn.items()
    (found,) = [
        picture
        for place, picture in drawn
        if place[0] == photograph_id
        and all(getattr(place[1], name) == value for name, value in view.items())
    ]
    return found


def test_lesions_that_a_grader_painted_are_shown_with_who_and_when_and_can_be_compared(
    room: Room,
) -> None:
    photograph = room.kept().photographs[0]
    photograph_id, mask = photograph.photograph_id, a_whole_mask(photograph)
    grader = room.records.sign_in("grader", SECRET)
    for layer in ("lesion_haemorrhage", "arteriole"):
        grader.correct_mask(room.exam_id, photograph_id, layer, mask)
    room.read_as(Role.DOCTOR)
    next(t for t in room.app.toggle if t.label == "Lesions").set_value(True).run()

    assert "Bleedings" in room.words()
    assert f"painted by {SHOWN[Role.GRADER]}, " in room.words()
    people = shown_of_the_first(room, photograph_id, lesions=True, drawn_by="people")
    assert people != shown_of_the_first(room, photograph_id, lesions=False, drawn_by="people")

    next(t for t in room.app.toggle if (t.key or "").startswith("show-arterioles")).set_value(True)
    switch = next(b for b in room.app.button_group if (b.key or "").startswith("drawn-by-"))
    switch.set_value("difference").run()
    words = room.words()
    assert "Hatched: the model alone" in words
    assert "the model draws none" in words
    assert "drawn by the model " in words
    assert "overlap (Dice) 0" in words
    assert shown_of_the_first(room, photograph_id, drawn_by="difference") != people


def test_a_grader_is_not_shown_the_lesions_of_another(room: Room) -> None:
    photograph = room.kept().photographs[0]
    doctor = room.records.sign_in("doctor", SECRET)
    mask = a_whole_mask(photograph)
    doctor.correct_mask(room.exam_id, photograph.photograph_id, "lesion_drusen", mask)
    room.read_as(Role.GRADER)

    assert not [t for t in room.app.toggle if (t.key or "").startswith("show-lesions")]


def test_what_was_painted_and_not_kept_is_told_and_a_signed_exam_is_not_painted_on(
    room: Room,
) -> None:
    room.read_as(Role.DOCTOR)
    room.press_key("paint-")
    desk = room.app.session_state["reading"]
    assert desk.painting == room.kept().photographs[0].photograph_id
    desk.drafts[desk.painting] = {"cup": {}}
    room.press_key("paint-back")
    assert "Something painted is not kept yet." in room.words()
    room.press("Sign now")

    assert not [b for b in room.app.button if (b.key or "").startswith("paint-")]


def test_the_view_for_research_shows_where_the_evidence_lies_beside_the_photograph(
    clinic_app: AppTest, live_clinic: LiveClinic, records: RecordsClient
) -> None:
    live_clinic.screener.signs = {0: seen_signs(), 1: seen_signs()}
    room = Room(clinic_app, records, screened(records))
    room.read_as(Role.DOCTOR)
    assert "evidence lies" not in room.words()

    research = next(t for t in room.app.toggle if (t.key or "").startswith("research-"))
    research.set_value(True).run()

    shown = room.words()
    assert "not how likely the disease is" in shown
    maps = shown[shown.index("Where in the photographs the evidence lies") :]
    assert "Drawn eyes" in maps[: maps.index("</div>")]
    assert maps.count("with the evidence</figcaption>") == 2
    assert maps.count("photograph</figcaption>") == 2
    condition = next(s for s in room.app.selectbox if s.label == "Condition")
    assert condition.options == ["Late age-related macular degeneration"]
    # A sign that was looked for a little left of and above the middle is read out there.
    assert re.search(
        "Left eye: where the evidence for “Late age-related macular degeneration” lies; "
        "densest 4[12] % from the left and 3[78] % from the top",
        maps,
    )

"""A phone's exam over real records: kept before it is told, once, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.records.words import ExamState
from edge_runtime.wire.records_client import KeptExam
from tests.ui.fake_service import photograph_jpeg
from tests.ui.kept_clinic import SECRET, LiveClinic
from tests.ui.test_phone_service import KEY, Asker, put, wanted
from ui.keeping import Keeping
from ui.phone.desk import DESK, Desk
from ui.phone.keeping import described, invited

pytestmark = pytest.mark.slow

IDENTIFIERS = {"hospital_number": "H-1", "birth_date": "1961-04-02"}
KNOWN = Person(age_years=61.0, covariates={"sbp_mmhg": 150.0})


@dataclass
class Round:
    """A technician at the kiosk and phones that are let in."""

    live: LiveClinic
    desk: Desk
    asker: Asker
    keeping: Keeping

    def let_in(self) -> str:
        """Let a phone in and return its session with the screen."""
        technician = self.live.records.sign_in("technician", SECRET)
        kept = invited(self.live.records, technician, self.keeping, KNOWN)
        return str(
            self.asker.ask("POST", "/phone/api/open", self.desk.invite("en", kept)).said["session"]
        )

    def screened(self, session: str, **changed: object) -> dict[str, object]:
        put(self.asker, session, photograph_jpeg())
        for _ in range(2):
            asked = self.asker.ask("POST", "/phone/api/exam", session, wanted(**changed))
            assert asked.status == 202
        exam = self.desk.phone(session).exam
        assert exam is not None
        assert exam.run.wait(60.0)
        return self.asker.ask("GET", "/phone/api/exam", session).said

    def kept(self) -> KeptExam:
        doctor = self.live.records.sign_in("doctor", SECRET)
        (listed,) = doctor.exams().exams
        return doctor.read_exam(listed.exam_id)


@pytest.fixture
def round_(live_clinic: LiveClinic) -> Round:
    desk = Desk()
    asker = Asker(live_clinic.screening, desk)  # type: ignore[arg-type]
    return Round(live_clinic, desk, asker, Keeping("a-key-of-one-person", IDENTIFIERS))


def test_what_a_phone_sends_is_kept_once_with_the_person_at_the_kiosk(round_: Round) -> None:
    told = round_.screened(round_.let_in(), sex="F")

    assert "Kept in the records" in str(told["html"])
    kept = round_.kept()
    assert kept.state is ExamState.PRELIMINARY
    assert kept.identifiers == IDENTIFIERS
    assert (kept.person.age_years, kept.person.sex) == (61.0, Sex.F)
    assert kept.person.covariates == KNOWN.covariates
    (photograph,) = kept.photographs
    assert (photograph.eye, photograph.name, photograph.kept_by) == (Eye.OD, "r.jpg", "phone")
    assert photograph.result_json
    doctor = round_.live.records.sign_in("doctor", SECRET)
    original = doctor.read_picture(kept.exam_id, photograph.photograph_id)
    assert original.content == photograph_jpeg()


def test_a_second_phone_of_the_same_person_adds_to_the_same_exam(round_: Round) -> None:
    round_.screened(round_.let_in())
    photographs = [{"key": KEY, "name": "l.jpg", "eye": "OS"}]
    round_.screened(round_.let_in(), key="f" * 32, photographs=photographs)

    assert [each.eye for each in round_.kept().photographs] == [Eye.OD, Eye.OS]


def test_identifiers_that_were_changed_make_another_exam_and_none_loses_its_name(
    round_: Round,
) -> None:
    round_.screened(round_.let_in())
    round_.keeping = Keeping(round_.keeping.exam_key, {**IDENTIFIERS, "hospital_number": "H-2"})
    round_.screened(round_.let_in())

    listed = round_.live.records.sign_in("doctor", SECRET).exams().exams
    assert [each.identifiers["hospital_number"] for each in listed] == ["H-2", "H-1"]


def test_a_session_that_the_records_ended_sends_for_a_new_code_and_shows_nothing(
    round_: Round,
) -> None:
    session = round_.let_in()
    phone = round_.desk.phone(session)
    assert phone.keeping is not None
    phone.keeping.clinic.sign_out()

    told = round_.screened(session)

    assert "Ask for a new one" in str(told["failed"])
    assert "html" not in told
    assert round_.kept().photographs == ()


def test_the_code_at_a_clinics_kiosk_opens_an_exam_for_the_phone_alone(
    clinic_app: AppTest, live_clinic: LiveClinic
) -> None:
    clinic_app.text_input(key="door-name").set_value("technician")
    clinic_app.text_input(key="door-secret").set_value(SECRET)
    next(b for b in clinic_app.button if b.label == "Sign in").click().run()
    said = "\n".join(element.value for element in clinic_app.html)
    assert "kept without a name" in said
    next(b for b in clinic_app.button if b.label == "Show a code").click().run()

    token = clinic_app.session_state["person"].phone_token
    keeping = DESK.open(token, "a-phone-of-its-own").keeping
    assert keeping is not None
    assert keeping.clinic.session.exam_id == keeping.exam_id
    (listed,) = live_clinic.records.sign_in("doctor", SECRET).exams().exams
    assert (listed.exam_id, listed.identifiers) == (keeping.exam_id, {})


def test_what_the_phone_says_of_the_person_comes_over_what_the_kiosk_knew() -> None:
    said = Person(age_years=70.0)

    assert described(KNOWN, said) == Person(None, 70.0, None, KNOWN.covariates)
    assert described(KNOWN, Person(sex=Sex.M)) == Person(None, 61.0, Sex.M, KNOWN.covariates)

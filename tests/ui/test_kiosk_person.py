"""The person at the kiosk and the photographs that wait."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from edge_runtime.contracts.result import Quality
from edge_runtime.domain import Eye, Sex
from edge_runtime.errors import ServerUnreachable
from edge_runtime.wire.client import ExamStream
from tests.ui.fake_service import BLURRED, GOOD, FakeClient, FakeEye, photograph_jpeg
from ui.overrides import Against, Override, Question
from ui.person import MAX_ATTEMPTS, MAX_PHOTOGRAPHS, KioskPerson
from ui.views import photographs


@pytest.fixture
def person() -> KioskPerson:
    return KioskPerson()


def test_photographs_wait_under_their_eye_in_the_order_in_which_they_came(
    person: KioskPerson,
) -> None:
    person.add("r1.jpg", b"1", Eye.OD)
    person.add("l.jpg", b"2", Eye.OS)
    person.add("r2.jpg", b"3", Eye.OD)

    assert [p.name for p in person.of_eye(Eye.OD)] == ["r1.jpg", "r2.jpg"]
    assert [p.name for p in person.of_eye(None)] == []


def test_the_same_photograph_is_not_added_twice(person: KioskPerson) -> None:
    person.add("a.jpg", b"same", Eye.OD)
    person.add("copy.jpg", b"same", Eye.OD)

    assert len(person.photographs) == 1
    assert person.notices[0].key == "notice.twin"


def test_one_photograph_for_both_eyes_is_pointed_out(person: KioskPerson) -> None:
    person.add("a.jpg", b"same", Eye.OD)
    person.add("a.jpg", b"same", Eye.OS)

    assert len(person.photographs) == 1
    assert person.notices[0].key == "notice.twin_other_eye"


def test_no_more_photographs_than_the_service_takes(person: KioskPerson) -> None:
    for number in range(MAX_PHOTOGRAPHS + 1):
        person.add(f"{number}.jpg", str(number).encode(), Eye.OD)

    assert len(person.photographs) == MAX_PHOTOGRAPHS
    assert person.notices[-1].key == "notice.too_many"


def test_a_photograph_can_be_taken_away_and_its_number_is_not_used_again(
    person: KioskPerson,
) -> None:
    person.add("a.jpg", b"1", Eye.OD)
    person.remove(person.photographs[0].number)
    person.add("b.jpg", b"2", Eye.OD)

    assert [(p.name, p.number) for p in person.photographs] == [("b.jpg", 2)]


def test_the_eye_can_be_corrected_and_the_order_stays(person: KioskPerson) -> None:
    person.add("a.jpg", b"1", Eye.OD)
    person.add("b.jpg", b"2", None)

    person.say_eye(1, Eye.OS)

    assert [(p.name, p.eye) for p in person.photographs] == [("a.jpg", Eye.OS), ("b.jpg", None)]


def test_the_exam_holds_what_is_known_and_nothing_else(person: KioskPerson) -> None:
    person.add("a.jpg", b"1", Eye.OD)
    person.age_years, person.sex = 61, Sex.F

    exam = person.exam()

    assert exam.photographs[0].content == b"1"
    assert (exam.person.age_years, exam.person.sex) == (61, Sex.F)
    assert exam.person.person_id is None
    assert KioskPerson().exam().person.age_years is None


def test_who_is_to_be_named_is_named_by_both_identifiers_or_by_none(person: KioskPerson) -> None:
    assert not person.lacks_an_identifier

    person.identified, person.hospital_number = True, "H-1042"
    assert person.lacks_an_identifier

    person.birth_date = date(1964, 5, 2)
    assert not person.lacks_an_identifier

    person.hospital_number = ""
    assert person.lacks_an_identifier


def test_each_screening_has_its_own_id(person: KioskPerson) -> None:
    assert person.exam().exam_id != person.exam().exam_id


def test_a_photograph_that_can_be_drawn_has_a_thumbnail(person: KioskPerson) -> None:
    person.add("a.jpg", photograph_jpeg(), Eye.OD)
    person.add("b.heic", b"unknown here", Eye.OS)

    assert [p.thumbnail is not None for p in person.photographs] == [True, False]


def test_an_uploader_that_gave_something_gets_a_new_key_and_the_others_keep_theirs(
    person: KioskPerson,
) -> None:
    before, other = person.inlet_key("files-OD"), person.inlet_key("files-OS")

    person.inlet_used("files-OD")

    assert person.inlet_key("files-OD") != before
    assert person.inlet_key("files-OS") == other


def test_no_key_of_one_person_is_a_key_of_the_next() -> None:
    assert KioskPerson().inlet_key("files-OD") != KioskPerson().inlet_key("files-OD")


class Judge:
    """Answers a check with one verdict, as the service would."""

    def __init__(self, quality: Quality, seen: Eye | None = None) -> None:
        self.client = FakeClient()
        self.client.eyes = {f"{n}.jpg": FakeEye(quality=quality, seen=seen) for n in range(9)}

    def add(self, person: KioskPerson, number: int, eye: Eye) -> None:
        person.add(f"{number}.jpg", photograph_jpeg(60 + 20 * number), eye, self.client)
        check = person.photographs[-1].check
        assert check is not None
        assert check.wait(30.0)


CLOUDED = BLURRED.model_copy(update={"cause": "eye"})


def test_each_photograph_is_judged_when_it_is_added(person: KioskPerson) -> None:
    Judge(GOOD).add(person, 1, Eye.OD)

    assert person.photographs[0].checked.readable
    assert person.questions() == []


def test_after_three_photographs_that_cannot_be_read_the_person_is_referred(
    person: KioskPerson,
) -> None:
    judge = Judge(BLURRED)
    for number in range(MAX_ATTEMPTS - 1):
        judge.add(person, number, Eye.OD)
        assert not person.cannot_be_read(Eye.OD)
    person.remove(1)

    judge.add(person, 5, Eye.OD)

    assert person.cannot_be_read(Eye.OD)
    assert person.questions() == []


def test_what_the_eye_itself_clouds_is_not_photographed_again(person: KioskPerson) -> None:
    Judge(CLOUDED).add(person, 1, Eye.OS)

    assert person.cannot_be_read(Eye.OS)


def test_one_readable_photograph_is_enough_for_its_eye(person: KioskPerson) -> None:
    Judge(BLURRED).add(person, 1, Eye.OD)
    Judge(GOOD).add(person, 2, Eye.OD)

    assert person.questions() == []
    best = person.best(Eye.OD)
    assert best is not None
    assert best.name == "2.jpg"


def test_going_on_against_the_advice_is_asked_for_and_once_decided_no_more(
    person: KioskPerson,
) -> None:
    Judge(BLURRED).add(person, 1, Eye.OD)
    (question,) = person.questions()
    assert question == Question(Against.UNREADABLE, Eye.OD)

    person.overrides.append(Override(question, "LM", "no_time", datetime(2026, 1, 1, 9)))

    assert person.questions() == []


def test_a_picture_of_the_other_eye_is_asked_about_until_it_is_moved(person: KioskPerson) -> None:
    Judge(GOOD, seen=Eye.OS).add(person, 1, Eye.OD)
    assert person.questions() == [Question(Against.OTHER_EYE, Eye.OD)]

    person.say_eye(1, Eye.OS)

    assert person.questions() == []


def test_a_check_that_fails_says_nothing(person: KioskPerson) -> None:
    class Broken:
        def screen(self, *_: object, **__: object) -> ExamStream:
            raise ServerUnreachable("no route")

    person.add("a.jpg", photograph_jpeg(), Eye.OD, Broken())
    check = person.photographs[0].check
    assert check is not None
    assert check.wait(30.0)

    assert check.found().finished
    assert not check.found().unreadable


def test_the_identifiers_are_not_told_to_the_service(person: KioskPerson) -> None:
    person.identified, person.hospital_number = True, "H-4711"
    person.birth_date = date(1961, 5, 4)
    person.add("a.jpg", b"1", Eye.OD)

    assert "4711" not in repr(person.exam())
    assert person.exam().person.person_id is None


def test_an_emptied_inlet_that_is_told_of_again_pushes_no_other_away(person: KioskPerson) -> None:
    key = person.inlet_key("files-OS")

    photographs._take(person, None, "files-OS", key, Eye.OS)  # type: ignore[arg-type]

    assert person.inlet_key("files-OS") == key
    assert person.photographs == []

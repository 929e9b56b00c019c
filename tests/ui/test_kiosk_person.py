"""The person at the kiosk and the photographs that wait."""

from __future__ import annotations

import pytest

from edge_runtime.domain import Eye, Sex
from tests.ui.fake_service import photograph_jpeg
from ui.person import MAX_PHOTOGRAPHS, KioskPerson


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

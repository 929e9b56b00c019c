"""An exam from its opening to its signature, on a real disk."""

from __future__ import annotations

import json

import pytest

from edge_runtime.domain import Eye, Person, PhotographFile
from edge_runtime.errors import InvalidField, NotAllowed
from edge_runtime.records.decisions import amend_exam, decide, sign_exam
from edge_runtime.records.errors import NotKept, WrongState
from edge_runtime.records.exam_reading import list_exams, read_exam
from edge_runtime.records.exams import add_photograph, describe_person, open_exam
from edge_runtime.records.kept import Wanted
from edge_runtime.records.picture_reading import picture_content
from edge_runtime.records.screenings import begin_screening, give_up_screening, keep_refusal
from edge_runtime.records.vault import Vault
from edge_runtime.records.words import DecisionKind, ExamState
from tests.edge_runtime.records.clinic_of_tests import (
    DOCTOR,
    FIRST,
    IDENTIFIERS,
    NURSE,
    PERSON,
    SECOND,
    a_file,
    a_key,
    a_new_exam,
    a_preliminary_exam,
    png_of,
    result_json,
    screened,
)

pytestmark = pytest.mark.slow


def test_an_exam_is_read_as_it_was_opened(vault: Vault) -> None:
    exam = a_new_exam(vault)

    read = read_exam(vault, NURSE, exam.exam_id)

    assert read == exam
    assert (read.state, read.identifiers, read.person) == (ExamState.CREATED, IDENTIFIERS, PERSON)
    assert read.retention_class == "outpatient"


def test_the_same_key_opens_the_same_exam_once(vault: Vault) -> None:
    key = a_key()

    first = open_exam(vault, NURSE, key, {}, PERSON)
    again = open_exam(vault, NURSE, key, {}, PERSON)

    assert first == again
    assert len(list_exams(vault, NURSE, Wanted()).exams) == 1
    assert first.retention_class == "anonymous"


def test_an_exam_that_is_not_kept_is_told_so(vault: Vault) -> None:
    with pytest.raises(NotKept):
        read_exam(vault, NURSE, "0" * 32)


def test_the_same_person_comes_again_whatever_the_capitals(vault: Vault) -> None:
    first = a_new_exam(vault, {"hospital_number": "ab-12", "family_name": "Zhang"})

    second = a_new_exam(vault, {"hospital_number": "AB-12 ", "family_name": "ZHANG"})

    assert second.earlier_exam_ids == (first.exam_id,)


@pytest.mark.parametrize(
    ("identifiers", "named"),
    [
        ({"hospital_number": "1"}, "none, or hospital_number"),
        ({"birth_date": "1961-04-02", "family_name": "Li"}, "none, or hospital_number"),
        ({"hospital_number": "1", "birth_date": "2.4.1961"}, "is a date"),
        ({"hospital_number": "1", "birth_date": "1961-02-30"}, "is a date"),
        ({"hospital_number": "", "birth_date": "1961-04-02"}, "hospital_number"),
        ({"passport": "1"}, "are known"),
    ],
)
def test_identifiers_that_are_none_are_refused(
    vault: Vault, identifiers: dict[str, str], named: str
) -> None:
    with pytest.raises(InvalidField, match=named):
        a_new_exam(vault, identifiers)


def test_a_number_with_another_birth_date_is_a_mistake_of_somebodys(vault: Vault) -> None:
    a_new_exam(vault)

    with pytest.raises(InvalidField, match="another one than is kept") as raised:
        a_new_exam(vault, {**IDENTIFIERS, "birth_date": "1961-04-03"})

    assert "1961" not in str(raised.value)


def test_a_photograph_is_kept_byte_for_byte_and_once(vault: Vault) -> None:
    exam, key = a_new_exam(vault), a_key()

    kept = add_photograph(vault, NURSE, exam.exam_id, a_file(1), key)
    again = add_photograph(vault, NURSE, exam.exam_id, a_file(1), key)

    assert kept == again
    assert (kept.attempt, kept.best, kept.same_as) == (1, True, "")
    content = picture_content(vault, exam.exam_id, kept.photograph_id)[2]
    assert content == png_of(1)
    assert read_exam(vault, NURSE, exam.exam_id).state is ExamState.CAPTURING


def test_a_key_belongs_to_one_photograph(vault: Vault) -> None:
    exam, key = a_new_exam(vault), a_key()
    add_photograph(vault, NURSE, exam.exam_id, a_file(1), key)

    with pytest.raises(InvalidField, match="another photograph"):
        add_photograph(vault, NURSE, exam.exam_id, a_file(2), key)


def test_attempts_are_counted_by_eye_and_the_same_picture_is_told(vault: Vault) -> None:
    exam = a_new_exam(vault)
    files = [
        a_file(1),
        a_file(2),
        a_file(3, Eye.OS),
        PhotographFile("again.png", png_of(1), Eye.OD),
    ]

    kept = [add_photograph(vault, NURSE, exam.exam_id, file, a_key()) for file in files]

    assert [each.attempt for each in kept] == [1, 2, 1, 3]
    assert kept[3].same_as == kept[0].photograph_id


def test_the_best_of_several_attempts_is_screened_as_a_whole(vault: Vault) -> None:
    exam = a_new_exam(vault)
    ids = [
        add_photograph(vault, NURSE, exam.exam_id, a_file(n), a_key()).photograph_id for n in (1, 2)
    ]
    for photograph_id, gradable in zip(ids, (True, False), strict=True):
        _screened_alone(vault, exam.exam_id, photograph_id, result_json(gradable))

    after = screened(vault, exam.exam_id)

    assert [each.best for each in after.photographs] == [True, False]
    assert (after.state, after.ungradable, after.urgent) == (ExamState.PRELIMINARY, False, False)


def test_an_override_makes_an_ungradable_photograph_the_one_that_counts(vault: Vault) -> None:
    exam = a_new_exam(vault)
    kept = add_photograph(vault, NURSE, exam.exam_id, a_file(1), a_key())
    before = _screened_alone(vault, exam.exam_id, kept.photograph_id, result_json(False))

    after = decide(
        vault,
        NURSE,
        exam.exam_id,
        kept.photograph_id,
        "quality",
        DecisionKind.OVERRIDE,
        why="dense cataract, no better picture is possible",
    )

    assert (before.ungradable, after.ungradable) == (True, False)
    assert after.photographs[0].overridden
    assert after.decisions[0].by == "nurse"
    assert json.loads(after.decisions[0].model_value_json)["gradable"] is False


def test_a_photograph_that_cannot_be_read_leaves_its_eye_ungradable(vault: Vault) -> None:
    exam = a_new_exam(vault)
    kept = add_photograph(vault, NURSE, exam.exam_id, a_file(1), a_key())
    screening = begin_screening(vault, NURSE, exam.exam_id, [kept.photograph_id])
    keep_refusal(vault, screening, 0, "DamagedPicture", "It is damaged.")
    give_up_screening(vault, screening)

    read = describe_person(vault, NURSE, exam.exam_id, Person())

    assert read.ungradable
    assert not read.photographs[0].best
    with pytest.raises(WrongState, match="no photograph"):
        begin_screening(vault, NURSE, exam.exam_id, [])


def test_a_screening_that_fails_lets_the_exam_go_on(vault: Vault) -> None:
    exam = a_new_exam(vault)
    add_photograph(vault, NURSE, exam.exam_id, a_file(1), a_key())
    screening = begin_screening(vault, NURSE, exam.exam_id, [])
    with pytest.raises(WrongState, match="analysing"):
        add_photograph(vault, NURSE, exam.exam_id, a_file(2), a_key())

    give_up_screening(vault, screening)

    add_photograph(vault, NURSE, exam.exam_id, a_file(2), a_key())


def test_a_finding_over_its_threshold_is_urgent_and_is_found_in_the_worklist(vault: Vault) -> None:
    exam = a_new_exam(vault)
    add_photograph(vault, NURSE, exam.exam_id, a_file(1), a_key())
    screened(vault, exam.exam_id, result_json(referable=0.8))
    a_preliminary_exam(vault, {})

    urgent = list_exams(vault, DOCTOR, Wanted(only_urgent=True, only_unsigned=True))

    assert [each.exam_id for each in urgent.exams] == [exam.exam_id]
    assert urgent.exams[0].identifiers == IDENTIFIERS
    assert urgent.exams[0].age_years == 61.0


def test_the_worklist_comes_in_pages_newest_first(vault: Vault) -> None:
    ids = [a_new_exam(vault, {}).exam_id for _ in range(5)]

    first = list_exams(vault, DOCTOR, Wanted(page_size=2))
    second = list_exams(vault, DOCTOR, Wanted(page_size=3, before_number=first.exams[-1].number))

    assert [each.exam_id for each in (*first.exams, *second.exams)] == ids[::-1]
    assert (first.more, second.more) == (True, False)


def test_a_person_is_found_by_number_and_by_no_other(vault: Vault) -> None:
    exam = a_new_exam(vault)
    a_new_exam(vault, {"hospital_number": "2", "birth_date": "1961-04-02"})

    number = Wanted(identifiers={"hospital_number": IDENTIFIERS["hospital_number"].lower()})

    assert [each.exam_id for each in list_exams(vault, DOCTOR, number).exams] == [exam.exam_id]


def test_a_correction_stands_beside_what_the_model_said(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    photograph_id = exam.photographs[0].photograph_id

    after = decide(
        vault,
        DOCTOR,
        exam.exam_id,
        photograph_id,
        "findings.dr_grade",
        DecisionKind.CORRECT,
        "2",
        "haemorrhages",
    )

    (decision,) = after.decisions
    assert (decision.value_json, decision.why, decision.user_id) == ("2", "haemorrhages", "doctor")
    assert json.loads(decision.model_value_json)["referable"] == 0.1
    assert after.version == exam.version + 1


@pytest.mark.parametrize(
    ("finding", "kind", "value", "why", "named"),
    [
        ("findings.moon", DecisionKind.ACCEPT, "", "", "finding"),
        ("findings.dr_grade", DecisionKind.CORRECT, "5", "", "no value of"),
        ("findings.dr_grade", DecisionKind.CORRECT, "true", "", "no value of"),
        ("findings.maculopathy", DecisionKind.CORRECT, "1", "", "no value of"),
        ("biomarkers.crae_um", DecisionKind.CORRECT, "NaN", "", "no value of"),
        ("eye", DecisionKind.CORRECT, '"left"', "", "no value of"),
        ("eye", DecisionKind.CORRECT, "", "", "exactly when"),
        ("eye", DecisionKind.ACCEPT, '"OD"', "", "exactly when"),
        ("eye", DecisionKind.CORRECT, "{", "", "no JSON"),
        ("quality", DecisionKind.OVERRIDE, "", " ", "is needed"),
        ("findings.dr_grade", DecisionKind.REFUSE, "", "", "is needed"),
        ("findings.dr_grade", DecisionKind.OVERRIDE, "", "x", "only the quality"),
    ],
)
def test_a_decision_that_says_nothing_possible_is_refused(
    vault: Vault, finding: str, kind: DecisionKind, value: str, why: str, named: str
) -> None:
    exam = a_preliminary_exam(vault)
    photograph_id = exam.photographs[0].photograph_id

    with pytest.raises(InvalidField, match=named):
        decide(vault, DOCTOR, exam.exam_id, photograph_id, finding, kind, value, why)


def test_two_readers_who_differ_are_arbitrated_before_the_signature(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    photograph_id = exam.photographs[0].photograph_id
    grade = (exam.exam_id, photograph_id, "findings.dr_grade", DecisionKind.CORRECT)
    decide(vault, FIRST, *grade, "2")
    seen_blind = decide(vault, SECOND, *grade, "1")
    read = read_exam(vault, DOCTOR, exam.exam_id)

    assert len(seen_blind.decisions) == 1, "a second reader must not see the first's"
    assert read.disputed == (f"{photograph_id}/findings.dr_grade",)
    assert list_exams(vault, DOCTOR, Wanted(only_disputed=True)).exams[0].disputed
    assert not list_exams(vault, FIRST, Wanted()).exams[0].disputed
    with pytest.raises(NotAllowed):
        list_exams(vault, SECOND, Wanted(only_disputed=True))
    with pytest.raises(WrongState, match="arbitrated"):
        sign_exam(vault, DOCTOR, exam.exam_id, read.version)
    settled = decide(vault, DOCTOR, *grade, "2", arbitrates=True)

    assert settled.disputed == ()
    assert sign_exam(vault, DOCTOR, exam.exam_id, settled.version).state is ExamState.SIGNED


def test_to_accept_and_to_correct_to_the_same_is_no_dispute(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    finding = (exam.exam_id, exam.photographs[0].photograph_id, "findings.dr_grade")
    decide(vault, FIRST, *finding, DecisionKind.ACCEPT)

    decide(vault, SECOND, *finding, DecisionKind.CORRECT, "0")

    assert read_exam(vault, DOCTOR, exam.exam_id).disputed == ()


def test_only_what_was_read_is_signed(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    describe_person(vault, NURSE, exam.exam_id, Person())

    with pytest.raises(WrongState, match="changed since"):
        sign_exam(vault, DOCTOR, exam.exam_id, exam.version)


def test_a_signed_exam_changes_only_by_amendment_and_keeps_its_signature(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    photograph_id = exam.photographs[0].photograph_id
    grade = (exam.exam_id, photograph_id, "findings.dr_grade", DecisionKind.CORRECT, "2")
    signed = sign_exam(vault, DOCTOR, exam.exam_id, exam.version)
    for change in (
        lambda: decide(vault, DOCTOR, *grade),
        lambda: add_photograph(vault, NURSE, exam.exam_id, a_file(5), a_key()),
        lambda: describe_person(vault, NURSE, exam.exam_id, Person()),
        lambda: begin_screening(vault, NURSE, exam.exam_id, []),
        lambda: sign_exam(vault, DOCTOR, exam.exam_id, signed.version),
    ):
        with pytest.raises(WrongState):
            change()

    amend_exam(vault, DOCTOR, exam.exam_id, "the other eye was meant")
    corrected = decide(vault, DOCTOR, *grade)
    again = sign_exam(vault, DOCTOR, exam.exam_id, corrected.version)

    assert [s.version for s in again.signatures] == [exam.version, corrected.version]
    assert again.signatures[0].sha256 != again.signatures[1].sha256
    assert again.amendments[0].why == "the other eye was meant"


def _screened_alone(vault: Vault, exam_id: str, photograph_id: str, result: str):  # type: ignore[no-untyped-def]
    from edge_runtime.records.screenings import finish_screening, keep_result

    screening = begin_screening(vault, NURSE, exam_id, [photograph_id])
    keep_result(vault, screening, 0, result, [], "drawn@1.2.3")
    return finish_screening(vault, screening, "")

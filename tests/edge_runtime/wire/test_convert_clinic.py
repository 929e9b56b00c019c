"""What the records hold crosses the wire and comes back as it was, every field of it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.errors import InvalidField
from edge_runtime.records.kept import (
    Amendment,
    Consent,
    Decision,
    KeptExam,
    KeptPhotograph,
    KeptPicture,
    ListedExam,
    Session,
    Signature,
    User,
    Wanted,
)
from edge_runtime.records.words import ConsentScope, DecisionKind, ExamState, Role
from edge_runtime.wire import clinic_enums, convert_clinic
from edge_runtime.wire import clinic_pb2 as pb

PICTURE = KeptPicture(
    "p1", "vessel", "Dr Zhang", True, "p0", 1_700_000_000_123, 600, 400, 31.5, "u1"
)
PHOTOGRAPH = KeptPhotograph(
    photograph_id="f1",
    eye=Eye.OS,
    attempt=2,
    name="left.jpg",
    kept_ms=1_700_000_000_001,
    kept_by="Nurse",
    result_json="{}",
    refused_error="DamagedPicture",
    refused_reason="It is damaged.",
    best=True,
    overridden=True,
    same_as="f0",
    pictures=(PICTURE,),
)
DECISION = Decision(
    decision_id="d1",
    photograph_id="f1",
    finding="findings.dr_grade",
    kind=DecisionKind.CORRECT,
    model_value_json="1",
    value_json="2",
    why="haemorrhages",
    by="Dr Zhang",
    user_id="u1",
    at_ms=5,
    arbitrates=True,
)
EXAM = KeptExam(
    exam_id="e1",
    number=7,
    state=ExamState.AMENDED,
    version=12,
    opened_ms=1,
    changed_ms=2,
    opened_by="Nurse",
    identifiers={"hospital_number": "0042"},
    person=Person(None, 61.5, Sex.F, {"sbp_mmhg": 150.0}),
    photographs=(PHOTOGRAPH,),
    exam_json="{}",
    decisions=(DECISION,),
    signatures=(Signature("Dr Zhang", "u1", 3, 9, "ab" * 32, "9:ff:00"),),
    consents=(Consent(ConsentScope.TRAINING, False, "cd" * 32, "zh-CN", 4, "Nurse"),),
    amendments=(Amendment("Dr Zhang", 6, "the other eye"),),
    earlier_exam_ids=("e0",),
    ungradable=True,
    urgent=True,
    disputed=("f1/findings.dr_grade",),
    retention_class="outpatient",
)
LISTED = ListedExam(
    exam_id="e1",
    number=7,
    state=ExamState.SIGNED,
    opened_ms=1,
    changed_ms=2,
    identifiers={"hospital_number": "0042"},
    age_years=61.0,
    sex=Sex.M,
    photographs=4,
    ungradable=True,
    urgent=True,
    disputed=True,
    damaged=True,
)
USER = User("u1", "zhang", "Dr Zhang", (Role.DOCTOR, Role.ADMINISTRATOR), False, True)
SESSION = Session("u1", "zhang", "Dr Zhang", (Role.DOCTOR,), 600, 40_000, "e1", True)
WANTED = Wanted(
    (ExamState.PRELIMINARY,), True, True, True, True, {"birth_date": "1961-04-02"}, 1, 2, 20, 9
)

PAIRS = [
    (EXAM, convert_clinic.exam_record_to_wire, convert_clinic.exam_record_from_wire),
    (LISTED, convert_clinic.listed_to_wire, convert_clinic.listed_from_wire),
    (USER, convert_clinic.user_to_wire, convert_clinic.user_from_wire),
    (SESSION, convert_clinic.session_to_wire, convert_clinic.session_from_wire),
    (WANTED, convert_clinic.wanted_to_wire, convert_clinic.wanted_from_wire),
]


@pytest.mark.parametrize(("record", "to_wire", "from_wire"), PAIRS)
def test_it_comes_back_as_it_was(record: object, to_wire: object, from_wire: object) -> None:
    assert callable(to_wire)
    assert callable(from_wire)
    bytes_sent = to_wire(record).SerializeToString()

    assert from_wire(type(to_wire(record)).FromString(bytes_sent)) == record


@pytest.mark.parametrize("record", [EXAM, PHOTOGRAPH, PICTURE, DECISION, LISTED, WANTED])
def test_the_examples_leave_no_field_empty(record: object) -> None:
    empty = [f.name for f in fields(record) if not getattr(record, f.name)]  # type: ignore[arg-type]

    assert empty == []


@pytest.mark.parametrize(
    "numbers",
    [
        clinic_enums.ROLE,
        clinic_enums.EXAM_STATE,
        clinic_enums.CONSENT_SCOPE,
        clinic_enums.DECISION_KIND,
    ],
)
def test_no_word_is_the_unspecified_one(numbers: dict[object, int]) -> None:
    assert 0 not in numbers.values()


def test_a_number_that_is_no_role_is_refused_by_its_field() -> None:
    with pytest.raises(InvalidField, match=r"user\.roles"):
        convert_clinic.user_from_wire(pb.User(roles=[pb.ROLE_UNSPECIFIED]))

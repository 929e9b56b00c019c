"""What the records hold, to messages of clinic.proto and back, each pair side by side."""

from __future__ import annotations

from typing import Any

from edge_runtime.contracts.person import person_from
from edge_runtime.domain import Person
from edge_runtime.records.kept import (
    Amendment,
    AuditPage,
    AuditProof,
    AuditRow,
    AuditWanted,
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
from edge_runtime.wire import clinic_pb2 as pb
from edge_runtime.wire import screening_pb2 as screening_pb
from edge_runtime.wire.clinic_enums import (
    CONSENT_SCOPE,
    DECISION_KIND,
    EXAM_STATE,
    ROLE,
    word_of,
)
from edge_runtime.wire.enums import EYE, EYE_OF, SEX, SEX_OF


def session_to_wire(session: Session, token: str = "") -> pb.SessionReply:
    """Return the message of a session; with its token only to whom it was just opened for."""
    return pb.SessionReply(
        session=token, roles=[ROLE[r] for r in session.roles], **_plain(session, "roles")
    )


def session_from_wire(wire: pb.SessionReply) -> Session:
    """Return a session, without its token."""
    roles = tuple(word_of(ROLE, number, "roles") for number in wire.roles)
    return Session(roles=roles, **_fields(wire, Session, "roles"))


def user_to_wire(user: User) -> pb.User:
    """Return the message of a user."""
    return pb.User(roles=[ROLE[role] for role in user.roles], **_plain(user, "roles"))


def user_from_wire(wire: pb.User) -> User:
    """Return a user. Raises InvalidField for an unknown role."""
    roles = tuple(word_of(ROLE, number, "user.roles") for number in wire.roles)
    return User(roles=roles, **_fields(wire, User, "roles"))


def known_person_to_wire(person: Person) -> screening_pb.Person:
    """Return what is known of a person; without an id, which the records do not use."""
    return screening_pb.Person(
        age_years=person.age_years,
        sex=screening_pb.SEX_UNSPECIFIED if person.sex is None else SEX[person.sex],
        covariates=person.covariates,
    )


def known_person_from_wire(wire: screening_pb.Person) -> Person:
    """Return what is known of a person. Raises InvalidField for a number out of range."""
    age_years = wire.age_years if wire.HasField("age_years") else None
    return person_from(age_years, SEX_OF.get(wire.sex), wire.covariates)


def picture_info_to_wire(picture: KeptPicture) -> pb.KeptPicture:
    """Return the message of a kept picture, without its content."""
    return pb.KeptPicture(**_plain(picture))


def picture_info_from_wire(wire: pb.KeptPicture) -> KeptPicture:
    """Return what is told of a kept picture."""
    return KeptPicture(**_fields(wire, KeptPicture))


def kept_photograph_to_wire(photograph: KeptPhotograph) -> pb.KeptPhotograph:
    """Return the message of a kept photograph, without its content."""
    return pb.KeptPhotograph(
        eye=screening_pb.EYE_UNSPECIFIED if photograph.eye is None else EYE[photograph.eye],
        pictures=map(picture_info_to_wire, photograph.pictures),
        **_plain(photograph, "eye", "pictures"),
    )


def kept_photograph_from_wire(wire: pb.KeptPhotograph) -> KeptPhotograph:
    """Return a kept photograph, without its content."""
    return KeptPhotograph(
        eye=EYE_OF.get(wire.eye),
        pictures=tuple(map(picture_info_from_wire, wire.pictures)),
        **_fields(wire, KeptPhotograph, "eye", "pictures"),
    )


def decision_to_wire(decision: Decision) -> pb.Decision:
    """Return the message of a decision."""
    return pb.Decision(kind=DECISION_KIND[decision.kind], **_plain(decision, "kind"))


def decision_from_wire(wire: pb.Decision) -> Decision:
    """Return a decision."""
    return Decision(
        kind=word_of(DECISION_KIND, wire.kind, "kind"), **_fields(wire, Decision, "kind")
    )


def consent_to_wire(consent: Consent) -> pb.Consent:
    """Return the message of a consent."""
    return pb.Consent(scope=CONSENT_SCOPE[consent.scope], **_plain(consent, "scope"))


def consent_from_wire(wire: pb.Consent) -> Consent:
    """Return a consent."""
    return Consent(
        scope=word_of(CONSENT_SCOPE, wire.scope, "scope"), **_fields(wire, Consent, "scope")
    )


def exam_record_to_wire(exam: KeptExam) -> pb.KeptExam:
    """Return the message of a kept exam."""
    return pb.KeptExam(
        state=EXAM_STATE[exam.state],
        person=known_person_to_wire(exam.person),
        photographs=map(kept_photograph_to_wire, exam.photographs),
        decisions=map(decision_to_wire, exam.decisions),
        signatures=[pb.Signature(**_plain(signature)) for signature in exam.signatures],
        consents=map(consent_to_wire, exam.consents),
        amendments=[pb.Amendment(**_plain(amendment)) for amendment in exam.amendments],
        **_plain(exam, *_NESTED),
    )


_NESTED = (
    "state",
    "person",
    "photographs",
    "decisions",
    "signatures",
    "consents",
    "amendments",
)


def exam_record_from_wire(wire: pb.KeptExam) -> KeptExam:
    """Return a kept exam."""
    return KeptExam(
        state=word_of(EXAM_STATE, wire.state, "state"),
        person=known_person_from_wire(wire.person),
        photographs=tuple(map(kept_photograph_from_wire, wire.photographs)),
        decisions=tuple(map(decision_from_wire, wire.decisions)),
        signatures=tuple(Signature(**_fields(each, Signature)) for each in wire.signatures),
        consents=tuple(map(consent_from_wire, wire.consents)),
        amendments=tuple(Amendment(**_fields(each, Amendment)) for each in wire.amendments),
        **_fields(wire, KeptExam, *_NESTED),
    )


def listed_to_wire(exam: ListedExam) -> pb.ListedExam:
    """Return one line of the worklist."""
    return pb.ListedExam(
        state=EXAM_STATE[exam.state],
        sex=screening_pb.SEX_UNSPECIFIED if exam.sex is None else SEX[exam.sex],
        **_plain(exam, "state", "sex"),
    )


def listed_from_wire(wire: pb.ListedExam) -> ListedExam:
    """Return one line of the worklist."""
    return ListedExam(
        state=word_of(EXAM_STATE, wire.state, "state"),
        sex=SEX_OF.get(wire.sex),
        age_years=wire.age_years if wire.HasField("age_years") else None,
        **_fields(wire, ListedExam, "state", "sex", "age_years"),
    )


def wanted_to_wire(wanted: Wanted) -> pb.ListExamsRequest:
    """Return the request for a worklist."""
    states = [EXAM_STATE[state] for state in wanted.states]
    return pb.ListExamsRequest(states=states, **_plain(wanted, "states"))


def wanted_from_wire(wire: pb.ListExamsRequest) -> Wanted:
    """Return which exams a worklist shows. Raises InvalidField for an unknown state."""
    states = tuple(word_of(EXAM_STATE, number, "states") for number in wire.states)
    return Wanted(states=states, **_fields(wire, Wanted, "states"))


def audit_wanted_to_wire(wanted: AuditWanted) -> pb.ReadAuditRequest:
    """Return the request for a page of the audit."""
    return pb.ReadAuditRequest(**_plain(wanted))


def audit_wanted_from_wire(wire: pb.ReadAuditRequest) -> AuditWanted:
    """Return which rows of the audit are wanted."""
    return AuditWanted(**_fields(wire, AuditWanted))


def audit_proof_to_wire(proof: AuditProof) -> pb.VerifyAuditReply:
    """Return the message of a proof of the audit."""
    return pb.VerifyAuditReply(**_plain(proof))


def audit_proof_from_wire(wire: pb.VerifyAuditReply) -> AuditProof:
    """Return a proof of the audit."""
    return AuditProof(**_fields(wire, AuditProof))


def audit_page_to_wire(page: AuditPage) -> pb.ReadAuditReply:
    """Return the message of a page of the audit."""
    rows = [pb.AuditRow(**_plain(row)) for row in page.rows]
    return pb.ReadAuditReply(rows=rows, **_plain(page, "rows"))


def audit_page_from_wire(wire: pb.ReadAuditReply) -> AuditPage:
    """Return a page of the audit."""
    rows = tuple(AuditRow(**_fields(row, AuditRow)) for row in wire.rows)
    return AuditPage(rows=rows, **_fields(wire, AuditPage, "rows"))


def _plain(record: Any, *nested: str) -> dict[str, Any]:
    """Return a record's fields but the nested ones: they are called the same on the wire."""
    return {name: getattr(record, name) for name in _names(record, nested)}


def _fields(wire: Any, record: Any, *nested: str) -> dict[str, Any]:
    return {name: _value(getattr(wire, name)) for name in _names(record, nested)}


def _names(record: Any, nested: tuple[str, ...]) -> list[str]:
    return [name for name in record.__dataclass_fields__ if name not in nested]


def _value(value: Any) -> Any:
    if isinstance(value, str | bytes | bool | int | float):
        return value
    return dict(value) if hasattr(value, "keys") else tuple(value)

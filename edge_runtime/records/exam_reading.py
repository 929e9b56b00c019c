"""Reads exams: one as a whole, a page of the worklist, one picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from edge_runtime.domain import Eye, Person
from edge_runtime.errors import InvalidField, NotAllowed
from edge_runtime.records import tables
from edge_runtime.records.access import Action, may
from edge_runtime.records.decision_rules import disputes, overridden
from edge_runtime.records.errors import Erased, NotKept, RecordsDamaged
from edge_runtime.records.judgement import with_best
from edge_runtime.records.kept import (
    Amendment,
    Consent,
    Decision,
    KeptExam,
    KeptPhotograph,
    KeptPicture,
    ListedExam,
    Signature,
    Wanted,
    Worklist,
)
from edge_runtime.records.people import (
    checked_identifiers,
    digest_of,
    identifiers_of,
    known_from_json,
)
from edge_runtime.records.picture_rows import kept_picture
from edge_runtime.records.sealing import unseal, unseal_json
from edge_runtime.records.sight import as_seen_by
from edge_runtime.records.staff import shown_names
from edge_runtime.records.vault import Actor, Vault, log
from edge_runtime.records.words import ConsentScope, DecisionKind, ExamState

MAX_PAGE = 200
UNSIGNED = (ExamState.PRELIMINARY, ExamState.AMENDED)


def exam_row(connection: Connection, exam_id: str) -> Any:
    """Return an exam's row. Raises NotKept, or Erased."""
    wanted = select(tables.exam).where(tables.exam.c.exam_id == exam_id)
    row = connection.execute(wanted).mappings().first()
    if row is None:
        raise NotKept("no such exam")
    if row["state"] == ExamState.ERASED.value:
        raise Erased("the exam was erased")
    return row


def read_exam(vault: Vault, actor: Actor, exam_id: str) -> KeptExam:
    """Return an exam as the actor may see it: who reads blind sees nothing of another reader.

    Raises NotKept, Erased, or RecordsDamaged.
    """
    with vault.reading() as connection:
        exam = whole_exam(vault, connection, exam_row(connection, exam_id))
    vault.note(actor, Action.READ_EXAM, exam_id)
    return as_seen_by(actor, exam)


def whole_exam(
    vault: Vault, connection: Connection, row: Any, names: dict[str, str] | None = None
) -> KeptExam:
    """Return all of an exam but its pictures' content; people by `names`, else as shown."""
    exam_id, person_id = row["exam_id"], row["person_id"]
    key = vault.keys.of(person_id)
    names = shown_names(connection) if names is None else names
    decisions = decisions_of(connection, key, exam_id, names)
    photographs = photographs_of(connection, key, exam_id, names)
    marked = tuple(
        replace(each, overridden=overridden(decisions, each.photograph_id)) for each in photographs
    )
    exam_json = row["exam_json"]
    return KeptExam(
        exam_id=exam_id,
        number=row["number"],
        state=ExamState(row["state"]),
        version=row["version"],
        opened_ms=row["opened_ms"],
        changed_ms=row["changed_ms"],
        opened_by=names.get(row["opened_by"], row["opened_by"]),
        identifiers=identifiers_of(connection, key, person_id),
        person=known_from_json(unseal_json(key, row["known"], f"exam/{exam_id}/known")),
        photographs=with_best(marked),
        exam_json="" if exam_json is None else unseal(key, exam_json, f"exam/{exam_id}").decode(),
        decisions=decisions,
        signatures=_signatures(connection, exam_id, names),
        consents=_consents(connection, person_id, names),
        amendments=_amendments(connection, key, exam_id, names),
        earlier_exam_ids=_earlier(connection, person_id, row["number"]),
        ungradable=bool(row["ungradable"]),
        urgent=bool(row["urgent"]),
        disputed=disputes(decisions),
        retention_class=row["retention_class"],
    )


def photographs_of(
    connection: Connection, key: bytes, exam_id: str, names: dict[str, str]
) -> tuple[KeptPhotograph, ...]:
    """Return an exam's photographs in the order in which they came, `best` not yet told."""
    pictures: dict[str, list[KeptPicture]] = defaultdict(list)
    for row in _rows_of(connection, tables.picture, exam_id):
        pictures[row["photograph_id"]].append(kept_picture(key, row, names))
    photographs: list[KeptPhotograph] = []
    first: dict[str, str] = {}
    for row in _rows_of(connection, tables.photograph, exam_id):
        photograph_id, result = row["photograph_id"], row["result"]
        place = f"photograph/{photograph_id}"
        photographs.append(
            KeptPhotograph(
                photograph_id=photograph_id,
                eye=None if row["eye"] is None else Eye(row["eye"]),
                attempt=row["attempt"],
                name=unseal(key, row["name"], f"{place}/name").decode(),
                kept_ms=row["kept_ms"],
                kept_by=names.get(row["kept_by"], row["kept_by"]),
                result_json="" if result is None else unseal(key, result, place).decode(),
                refused_error=row["refused_error"],
                refused_reason=row["refused_reason"],
                same_as=first.get(row["digest"], ""),
                pictures=tuple(pictures[photograph_id]),
            )
        )
        first.setdefault(row["digest"], photograph_id)
    return tuple(photographs)


def decisions_of(
    connection: Connection, key: bytes, exam_id: str, names: dict[str, str]
) -> tuple[Decision, ...]:
    """Return an exam's decisions, oldest first."""
    return tuple(
        Decision(
            decision_id=row["decision_id"],
            photograph_id=row["photograph_id"],
            finding=row["finding"],
            kind=DecisionKind(row["kind"]),
            by=names.get(row["user_id"], row["user_id"]),
            user_id=row["user_id"],
            at_ms=row["at_ms"],
            arbitrates=bool(row["arbitrates"]),
            **unseal_json(key, row["said"], f"decision/{row['decision_id']}"),
        )
        for row in _rows_of(connection, tables.decision, exam_id)
    )


def list_exams(vault: Vault, actor: Actor, wanted: Wanted) -> Worklist:
    """Return a page of the worklist, newest first.

    Raises InvalidField, and NotAllowed for what readers differ on asked for by one who reads blind.
    """
    sees_disputes = may(actor.roles, Action.SEE_OTHER_READERS)
    if wanted.only_disputed and not sees_disputes:
        vault.note(actor, Action.SEE_OTHER_READERS, done=False)
        raise NotAllowed("the worklist of disputes by one who reads blind")
    if not 0 <= wanted.page_size <= MAX_PAGE:
        raise InvalidField("page_size", f"must be 1 to {MAX_PAGE}, or 0")
    size = wanted.page_size or Wanted.page_size
    with vault.reading() as connection:
        query = _newest(vault, wanted).limit(size + 1)
        rows = connection.execute(query).mappings().all()
        listed = tuple(_listed(vault, connection, row) for row in rows[:size])
    if not sees_disputes:
        listed = tuple(replace(each, disputed=False) for each in listed)
    vault.note(actor, Action.LIST_EXAMS)
    return Worklist(listed, len(rows) > size)


def _newest(vault: Vault, wanted: Wanted) -> Select[Any]:
    exam = tables.exam.c
    states = wanted.states or tuple(state for state in ExamState if state is not ExamState.ERASED)
    if wanted.only_unsigned:
        states = tuple(state for state in states if state in UNSIGNED)
    where: list[ColumnElement[bool]] = [exam.state.in_([state.value for state in states])]
    for only, column in (
        (wanted.only_ungradable, exam.ungradable),
        (wanted.only_urgent, exam.urgent),
        (wanted.only_disputed, exam.disputed),
    ):
        where += [column] if only else []
    where += [exam.opened_ms >= wanted.opened_from_ms] if wanted.opened_from_ms else []
    where += [exam.opened_ms < wanted.opened_before_ms] if wanted.opened_before_ms else []
    where += [exam.number < wanted.before_number] if wanted.before_number else []
    for kind, value in checked_identifiers(wanted.identifiers, all_needed=False).items():
        digest = digest_of(vault, kind, value)
        found = select(tables.identifier.c.person_id).where(tables.identifier.c.digest == digest)
        where.append(exam.person_id.in_(found))
    return select(tables.exam).where(*where).order_by(exam.number.desc())


def _listed(vault: Vault, connection: Connection, row: Any) -> ListedExam:
    known, identifiers, damaged = Person(), {}, False
    try:
        if row["known"] is not None:
            key = vault.keys.of(row["person_id"])
            place = f"exam/{row['exam_id']}/known"
            known = known_from_json(unseal_json(key, row["known"], place))
            identifiers = identifiers_of(connection, key, row["person_id"])
    except RecordsDamaged as error:
        # One damaged row must not hide the others, nor be taken for an anonymous exam.
        log.error("exam %s: %s", row["exam_id"], error)
        damaged = True
    count = select(func.count()).where(tables.photograph.c.exam_id == row["exam_id"])
    return ListedExam(
        exam_id=row["exam_id"],
        number=row["number"],
        state=ExamState(row["state"]),
        opened_ms=row["opened_ms"],
        changed_ms=row["changed_ms"],
        identifiers=identifiers,
        age_years=known.age_years,
        sex=known.sex,
        photographs=int(connection.execute(count).scalar_one()),
        ungradable=bool(row["ungradable"]),
        urgent=bool(row["urgent"]),
        disputed=bool(row["disputed"]),
        damaged=damaged,
    )


def _rows_of(connection: Connection, table: Any, exam_id: str) -> Sequence[Any]:
    wanted = select(table).where(table.c.exam_id == exam_id).order_by(table.c.number)
    return connection.execute(wanted).mappings().all()


def _signatures(
    connection: Connection, exam_id: str, names: dict[str, str]
) -> tuple[Signature, ...]:
    return tuple(
        Signature(
            by=names.get(row["user_id"], row["user_id"]),
            **{name: row[name] for name in Signature.__dataclass_fields__ if name != "by"},
        )
        for row in _rows_of(connection, tables.signature, exam_id)
    )


def _amendments(
    connection: Connection, key: bytes, exam_id: str, names: dict[str, str]
) -> tuple[Amendment, ...]:
    return tuple(
        Amendment(
            names.get(row["user_id"], row["user_id"]),
            row["at_ms"],
            unseal(key, row["why"], f"exam/{exam_id}/amendment").decode(),
        )
        for row in _rows_of(connection, tables.amendment, exam_id)
    )


def _consents(connection: Connection, person_id: str, names: dict[str, str]) -> tuple[Consent, ...]:
    wanted = select(tables.consent).where(tables.consent.c.person_id == person_id)
    return tuple(
        Consent(
            ConsentScope(row["scope"]),
            bool(row["given"]),
            row["text_sha256"],
            row["language"],
            row["at_ms"],
            names.get(row["user_id"], row["user_id"]),
        )
        for row in connection.execute(wanted.order_by(tables.consent.c.number)).mappings()
    )


def _earlier(connection: Connection, person_id: str, number: int) -> tuple[str, ...]:
    exam = tables.exam.c
    wanted = select(exam.exam_id).where(exam.person_id == person_id, exam.number < number)
    return tuple(connection.execute(wanted.order_by(exam.number.desc())).scalars())

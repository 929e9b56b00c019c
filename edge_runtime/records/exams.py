"""Exams as they are made: opened, described, photographed."""

from __future__ import annotations

import re
import secrets
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from edge_runtime.domain import Person, PhotographFile
from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.errors import WrongState
from edge_runtime.records.exam_reading import exam_row, whole_exam
from edge_runtime.records.judgement import is_ungradable, is_urgent
from edge_runtime.records.kept import KeptExam, KeptPhotograph
from edge_runtime.records.people import checked_identifiers, known_to_json, person_for
from edge_runtime.records.retention import check_class
from edge_runtime.records.sealing import seal, seal_json
from edge_runtime.records.sight import as_seen_by
from edge_runtime.records.vault import Actor, Vault, told_as_full
from edge_runtime.records.words import NEXT, OPEN_FOR_PHOTOGRAPHS, ExamState

KEY = re.compile(r"[A-Za-z0-9._-]{16,128}")
KEY_RULE = "must be 16 to 128 letters, digits, dots, dashes or underscores"
MAX_PHOTOGRAPHS = 100
"""Of one exam: attempts on both eyes, and room to spare."""


def open_exam(
    vault: Vault,
    actor: Actor,
    exam_key: str,
    identifiers: dict[str, str],
    person: Person,
    retention_class: str = "",
) -> KeptExam:
    """Return a new exam, or the one that was opened under the same key.

    Raises InvalidField, or Erased for the key of an exam that was erased.
    """
    check_key("exam_key", exam_key)
    given = checked_identifiers(identifiers, all_needed=True)
    kept_as = check_class(retention_class, anonymous=not given)
    by_key = select(tables.exam.c.exam_id).where(tables.exam.c.exam_key == exam_key)
    with vault.reading() as connection:
        before = connection.execute(by_key).scalar()
        if before is not None:
            return _as_it_stands(vault, connection, actor, before)
    exam_id = secrets.token_hex(16)
    with told_as_full(), vault.changing(actor, Action.OPEN_EXAM, exam_id) as connection:
        again = connection.execute(by_key).scalar()
        if again is not None:
            return _as_it_stands(vault, connection, actor, again)
        person_id = person_for(vault, connection, given)
        known = seal_json(vault.keys.of(person_id), known_to_json(person), f"exam/{exam_id}/known")
        now_ms = vault.clock_ms()
        connection.execute(
            insert(tables.exam).values(
                exam_id=exam_id,
                exam_key=exam_key,
                person_id=person_id,
                state=ExamState.CREATED.value,
                version=1,
                opened_ms=now_ms,
                changed_ms=now_ms,
                opened_by=actor.user_id,
                retention_class=kept_as,
                known=known,
            )
        )
        return whole_exam(vault, connection, exam_row(connection, exam_id))


def _as_it_stands(vault: Vault, connection: Connection, actor: Actor, exam_id: str) -> KeptExam:
    return as_seen_by(actor, whole_exam(vault, connection, exam_row(connection, exam_id)))


def describe_person(vault: Vault, actor: Actor, exam_id: str, person: Person) -> KeptExam:
    """Set what is known of the person and return the exam. Raises WrongState once signed."""
    with vault.changing(actor, Action.DESCRIBE_PERSON, exam_id) as connection:
        row = exam_row(connection, exam_id)
        if ExamState(row["state"]) is ExamState.SIGNED:
            raise WrongState("The exam is signed. Open it for a correction first.")
        key = vault.keys.of(row["person_id"])
        known = seal_json(key, known_to_json(person), f"exam/{exam_id}/known")
        connection.execute(_the(exam_id).values(known=known))
        return as_seen_by(actor, changed_exam(vault, connection, exam_id))


def add_photograph(
    vault: Vault, actor: Actor, exam_id: str, file: PhotographFile, photograph_key: str
) -> KeptPhotograph:
    """Return a photograph as its eye's next attempt, once it is on the disk.

    Under the same key the same photograph is kept once. Raises InvalidField, WrongState where the
    exam takes no photographs any more, and RecordsFull.
    """
    check_key("photograph_key", photograph_key)
    digest = vault.digest("photograph", exam_id, file.content)
    before = _kept_before(vault, actor, exam_id, photograph_key, digest)
    if before is not None:
        return before
    photograph_id = secrets.token_hex(16)
    with vault.reading() as connection:
        row = exam_row(connection, exam_id)
        _check_takes_photographs(connection, row)
    key = vault.keys.of(row["person_id"])
    with told_as_full():
        # Outside of the transaction: others need not wait for the disk to take 60 MB.
        file_id = vault.files.keep(key, file.content)
    with vault.changing(actor, Action.ADD_PHOTOGRAPH, exam_id, photograph_id) as connection:
        row = exam_row(connection, exam_id)
        _check_takes_photographs(connection, row)
        connection.execute(
            insert(tables.photograph).values(
                photograph_id=photograph_id,
                exam_id=exam_id,
                photograph_key=photograph_key,
                eye=None if file.eye is None else file.eye.value,
                attempt=_next_attempt(connection, exam_id, file),
                kept_ms=vault.clock_ms(),
                kept_by=actor.user_id,
                digest=digest,
                file_id=file_id,
                name=seal(key, file.name.encode(), f"photograph/{photograph_id}/name"),
            )
        )
        exam = changed_exam(vault, connection, exam_id, ExamState.CAPTURING)
    return exam.photographs[-1]


def changed_exam(
    vault: Vault, connection: Connection, exam_id: str, state: ExamState | None = None
) -> KeptExam:
    """Return the exam after a change: its version risen, its flags as its photographs now say.

    Raises WrongState when `state` may not follow the present one.
    """
    row = exam_row(connection, exam_id)
    present = ExamState(row["state"])
    if state is not None and state not in NEXT[present]:
        raise WrongState(f"The exam is {present.value}: it cannot become {state.value}.")
    exam = whole_exam(vault, connection, row)
    connection.execute(
        _the(exam_id).values(
            state=(state or present).value,
            version=row["version"] + 1,
            changed_ms=vault.clock_ms(),
            ungradable=is_ungradable(exam.photographs),
            urgent=is_urgent(exam.photographs),
            disputed=bool(exam.disputed),
        )
    )
    return whole_exam(vault, connection, exam_row(connection, exam_id))


def check_key(field: str, key: str) -> None:
    """Return when a key may stand for one exam or photograph. Raises InvalidField."""
    if not KEY.fullmatch(key):
        raise InvalidField(field, KEY_RULE)


def _kept_before(
    vault: Vault, actor: Actor, exam_id: str, photograph_key: str, digest: str
) -> KeptPhotograph | None:
    with vault.reading() as connection:
        row = exam_row(connection, exam_id)
        photograph = tables.photograph.c
        wanted = select(photograph.photograph_id, photograph.digest).where(
            photograph.exam_id == exam_id, photograph.photograph_key == photograph_key
        )
        found = connection.execute(wanted).first()
        if found is None:
            return None
        if found.digest != digest:
            raise InvalidField("photograph_key", "is that of another photograph; choose a new one")
        exam = as_seen_by(actor, whole_exam(vault, connection, row))
    return next(p for p in exam.photographs if p.photograph_id == found.photograph_id)


def _check_takes_photographs(connection: Connection, row: Any) -> None:
    state = ExamState(row["state"])
    if state not in OPEN_FOR_PHOTOGRAPHS:
        raise WrongState(f"The exam is {state.value}: it takes no more photographs.")
    count = select(func.count()).where(tables.photograph.c.exam_id == row["exam_id"])
    if connection.execute(count).scalar_one() >= MAX_PHOTOGRAPHS:
        raise WrongState(f"The exam has {MAX_PHOTOGRAPHS} photographs. Open a new one.")


def _next_attempt(connection: Connection, exam_id: str, file: PhotographFile) -> int:
    photograph = tables.photograph.c
    eye = photograph.eye.is_(None) if file.eye is None else photograph.eye == file.eye.value
    count = select(func.count()).where(photograph.exam_id == exam_id, eye)
    return int(connection.execute(count).scalar_one()) + 1


def _the(exam_id: str) -> Any:
    return update(tables.exam).where(tables.exam.c.exam_id == exam_id)

"""Erasing a person: the key first, so that no copy anywhere can be read; then rows and files."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from edge_runtime.errors import OutputError
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.errors import WrongState
from edge_runtime.records.kept import Erased
from edge_runtime.records.vault import THE_OPERATOR, Actor, Vault, log, told_as_full
from edge_runtime.records.words import ErasureReason, ExamState


def erase_person(vault: Vault, actor: Actor, person_id: str, why: ErasureReason) -> Erased:
    """Erase everything kept of a person, and return how much it was.

    What was printed or exported before is not here to be erased. Raises WrongState where a legal
    hold is on one of the person's exams, and RecordsFull; once the key is destroyed, opening the
    records finishes what a stop left undone.
    """
    with vault.reading() as connection:
        held = select(tables.exam.c.number).where(
            tables.exam.c.person_id == person_id, tables.exam.c.legal_hold
        )
        if connection.execute(held).first() is not None:
            raise WrongState("There is a legal hold on this person's records: nothing was erased.")
    with told_as_full():
        vault.keys.erase(person_id)
    with vault.changing(actor, Action.ERASE_PERSON, person_id, why.value) as connection:
        exams, files = erase_rows(vault, connection, person_id)
    remove_files(vault, files)
    vault.database.forget_deleted()
    return Erased(exams, len(files), vault.head())


def finish_erasures(vault: Vault) -> list[str]:
    """Erase the rows of everybody whom the key store calls erased, and return who was left.

    This is how an erasure outlives a restored backup.
    """
    erased = vault.keys.erased()
    for person_id in erased:
        vault.keys.erase(person_id)
    with vault.reading() as connection:
        present = set(
            connection.execute(
                select(tables.person.c.person_id).where(~tables.person.c.erased)
            ).scalars()
        )
    left = sorted(present & set(erased))
    for person_id in left:
        with vault.changing(THE_OPERATOR, "erasure_finished", person_id) as connection:
            _, files = erase_rows(vault, connection, person_id)
        remove_files(vault, files)
    if left:
        vault.database.forget_deleted()
    return left


def erase_rows(vault: Vault, connection: Connection, person_id: str) -> tuple[int, list[str]]:
    """Empty a person's rows in a transaction; return how many exams, and the files to remove."""
    of_person = select(tables.exam.c.exam_id).where(tables.exam.c.person_id == person_id)
    exam_ids = list(connection.execute(of_person).scalars())
    files = erase_exams(vault, connection, exam_ids)
    for table in (tables.identifier, tables.consent):
        connection.execute(delete(table).where(table.c.person_id == person_id))
    connection.execute(
        update(tables.person)
        .where(tables.person.c.person_id == person_id)
        .values(identifiers=None, erased=True)
    )
    return len(exam_ids), files


def erase_exams(vault: Vault, connection: Connection, exam_ids: list[str]) -> list[str]:
    """Empty exams inside a transaction and return the files to remove.

    An exam's number, times and state stay, so that the audit's rows still have their subject.
    """
    files: list[str] = []
    for table in (tables.photograph, tables.picture):
        wanted = select(table.c.file_id).where(table.c.exam_id.in_(exam_ids))
        files += connection.execute(wanted).scalars()
    for table in tables.OF_AN_EXAM:
        connection.execute(delete(table).where(table.c.exam_id.in_(exam_ids)))
    connection.execute(
        update(tables.exam)
        .where(tables.exam.c.exam_id.in_(exam_ids))
        .values(
            state=ExamState.ERASED.value,
            version=tables.exam.c.version + 1,
            changed_ms=vault.clock_ms(),
            known=None,
            exam_json=None,
            ungradable=False,
            urgent=False,
            disputed=False,
        )
    )
    return files


def remove_files(vault: Vault, file_ids: list[str]) -> None:
    """Remove files that no row names any more; what cannot be removed is swept later."""
    for file_id in file_ids:
        try:
            vault.files.remove(file_id)
        except OutputError as error:
            log.warning("%s", error)

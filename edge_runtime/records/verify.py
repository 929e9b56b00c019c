"""Proves records whole: the audit row by row, the database's pages, every sealed text and file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from edge_runtime.records import tables
from edge_runtime.records.audit import audit_check
from edge_runtime.records.database import check_sqlite_file
from edge_runtime.records.errors import RecordsDamaged, RecordsError
from edge_runtime.records.exam_reading import whole_exam
from edge_runtime.records.picture_reading import picture_content
from edge_runtime.records.vault import Vault
from edge_runtime.records.words import ExamState


@dataclass(frozen=True)
class Verified:
    """What was proved, and what could not be."""

    audit_rows: int
    exams: int
    files: int
    head: str
    public_key: str
    faults: tuple[str, ...] = ()
    """What is not as it was written; empty when all is well."""


def verify(vault: Vault, printed_heads: list[str], sqlite_file: Path | None) -> Verified:
    """Return what was proved. Goes on after a fault, so that all of them are told.

    `printed_heads` are heads from reports: each must be a row of the audit still.
    """
    faults: list[str] = []
    if sqlite_file is not None:
        _try(faults, lambda: check_sqlite_file(sqlite_file, thorough=True))
    rows = verify_audit(vault, printed_heads, faults)
    exams, files = _verify_exams(vault, faults)
    return Verified(rows, exams, files, vault.head(), vault.audit.public_key, tuple(faults))


def verify_audit(vault: Vault, printed_heads: list[str], faults: list[str]) -> int:
    """Return how many rows were proved, 0 with a fault; what is wrong is added to `faults`."""
    heads = []
    for text in printed_heads:
        try:
            heads.append(vault.audit.proved(text))
        except RecordsDamaged as error:
            faults.append(f"{text[:24]}...: {error}")
    try:
        kept = vault.head_file.read(vault.audit)
        with vault.reading() as connection:
            return audit_check(vault.audit, connection, [*heads, *([kept] if kept else [])])
    except RecordsError as error:
        faults.append(str(error))
        return 0


def _verify_exams(vault: Vault, faults: list[str]) -> tuple[int, int]:
    kept = select(tables.exam).where(tables.exam.c.state != ExamState.ERASED.value)
    with vault.reading() as connection:
        rows = connection.execute(kept.order_by(tables.exam.c.number)).mappings().all()
    num_files = 0
    for row in rows:
        try:
            with vault.reading() as connection:
                exam = whole_exam(vault, connection, row)
        except RecordsError as error:
            faults.append(f"exam {row['exam_id']}: {error}")
            continue
        for photograph in exam.photographs:
            ids = [photograph.photograph_id, *(p.picture_id for p in photograph.pictures)]
            for picture_id in ids:
                num_files += 1
                _try(faults, lambda e=exam.exam_id, p=picture_id: picture_content(vault, e, p))
    return len(rows), num_files


def _try(faults: list[str], work: object) -> None:
    assert callable(work)
    try:
        work()
    except RecordsError as error:
        faults.append(str(error))

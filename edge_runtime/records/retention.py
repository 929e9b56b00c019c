"""How long exams are kept: classes as data, what is due, and its removal.

The last exam of a person takes the person's key with it, so that no backup can be read either. An
older exam of a person who still has others is removed here, but stays readable in old backups until
they are replaced: keys are the person's, not the exam's.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.erasure import erase_exams, erase_person, remove_files
from edge_runtime.records.errors import WrongState
from edge_runtime.records.vault import THE_OPERATOR, Vault
from edge_runtime.records.words import ErasureReason, ExamState

MS_PER_YEAR = 365.25 * 24 * 3600 * 1000
CLASSES_FILE = Path(__file__).with_name("retention.json")


@dataclass(frozen=True)
class RetentionClass:
    """How long an exam of a class is kept, and what that stands on."""

    name: str
    years: float
    basis: str


@dataclass(frozen=True)
class Due:
    """An exam whose time is over."""

    exam_id: str
    person_id: str
    retention_class: str
    opened_ms: int
    over_by_days: int
    legal_hold: bool
    """It stays all the same."""


@functools.cache
def _file() -> dict[str, Any]:
    return dict(json.loads(CLASSES_FILE.read_text(encoding="utf-8")))


def classes() -> dict[str, RetentionClass]:
    """Return the classes by name."""
    return {name: RetentionClass(name, **held) for name, held in _file()["classes"].items()}


def check_class(name: str, *, anonymous: bool) -> str:
    """Return a class's name, the default one for an empty name. Raises InvalidField."""
    chosen = name or str(_file()["anonymous" if anonymous else "default"])
    if chosen not in classes():
        raise InvalidField("retention_class", "must be one of " + ", ".join(classes()))
    return chosen


def due(vault: Vault) -> list[Due]:
    """Return the exams whose time is over, oldest first, those under a legal hold too."""
    known, now_ms = classes(), vault.clock_ms()
    kept = select(tables.exam).where(tables.exam.c.state != ExamState.ERASED.value)
    found: list[Due] = []
    with vault.reading() as connection:
        for row in connection.execute(kept.order_by(tables.exam.c.number)).mappings():
            over_ms = now_ms - row["opened_ms"] - known[row["retention_class"]].years * MS_PER_YEAR
            if over_ms >= 0:
                found.append(
                    Due(
                        row["exam_id"],
                        row["person_id"],
                        row["retention_class"],
                        row["opened_ms"],
                        int(over_ms // (24 * 3600 * 1000)),
                        bool(row["legal_hold"]),
                    )
                )
    return found


def apply(vault: Vault) -> Iterator[Due]:
    """Remove what is due and yield each exam that was removed. Raises RecordsFull."""
    for exam in due(vault):
        if exam.legal_hold:
            continue
        try:
            _remove(vault, exam)
        except WrongState:
            continue  # another exam of the person is under a legal hold
        yield exam


def hold(vault: Vault, exam_id: str, held: bool) -> None:
    """Put a legal hold on an exam, or lift it. Raises InvalidField for an unknown exam."""
    with vault.changing(THE_OPERATOR, "legal_hold" if held else "legal_hold_lifted", exam_id) as c:
        changed = update(tables.exam).where(tables.exam.c.exam_id == exam_id)
        if not c.execute(changed.values(legal_hold=held)).rowcount:
            raise InvalidField("exam", "is not in the records")


def _remove(vault: Vault, exam: Due) -> None:
    with vault.reading() as connection:
        of_person = select(tables.exam.c.exam_id).where(
            tables.exam.c.person_id == exam.person_id,
            tables.exam.c.state != ExamState.ERASED.value,
        )
        others = set(connection.execute(of_person).scalars()) - {exam.exam_id}
    if not others:
        erase_person(vault, THE_OPERATOR, exam.person_id, ErasureReason.RETENTION)
        return
    detail = ErasureReason.RETENTION.value
    with vault.changing(THE_OPERATOR, "erase_exam", exam.exam_id, detail) as connection:
        files = erase_exams(vault, connection, [exam.exam_id])
    remove_files(vault, files)
    vault.database.forget_deleted()

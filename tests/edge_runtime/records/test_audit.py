"""The audit: whatever is changed, removed, added or cut is found, with the printed head at hand."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.audit import Entry
from edge_runtime.records.audit_reading import audit_page, audit_proof
from edge_runtime.records.errors import RecordsDamaged
from edge_runtime.records.kept import AuditWanted
from edge_runtime.records.opening import Place, check_tail, open_records
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.verify import verify
from edge_runtime.records.words import Role
from tests.edge_runtime.records.clinic_of_tests import (
    CANARY,
    DOCTOR,
    MASTER,
    NURSE,
    Clock,
    a_new_exam,
    a_preliminary_exam,
)

pytestmark = pytest.mark.slow

audit = tables.audit
AUDITOR = Actor("auditor", (Role.AUDITOR,), "Auditor One")


def last_sequence(vault: Vault) -> int:
    with vault.reading() as connection:
        return int(connection.execute(select(func.max(audit.c.sequence))).scalar_one())


def faults(vault: Vault, *heads: str) -> str:
    return " ".join(verify(vault, list(heads), None).faults)


def test_records_that_nobody_touched_are_proved_whole(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    head = vault.head()

    proved = verify(vault, [head], vault.folder / "records.sqlite")

    assert proved.faults == ()
    assert (proved.exams, proved.files) == (1, 2)
    assert proved.audit_rows == last_sequence(vault)
    assert exam.state.value == "preliminary"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "somebody"),
        ("at_ms", 5),
        ("action", "read_exam"),
        ("subject", ""),
        ("outcome", "refused"),
        ("detail", "x"),
        ("hash", "0" * 64),
    ],
)
def test_a_changed_row_is_found_by_its_number(vault: Vault, column: str, value: object) -> None:
    a_new_exam(vault)
    a_new_exam(vault, {})
    with vault.database.writing() as connection:
        connection.execute(update(audit).where(audit.c.sequence == 2).values({column: value}))

    assert "row 2 of the audit" in faults(vault)


def test_a_removed_row_is_found(vault: Vault) -> None:
    a_new_exam(vault)
    a_new_exam(vault, {})
    with vault.database.writing() as connection:
        connection.execute(delete(audit).where(audit.c.sequence == 2))

    assert "row 2 of the audit is missing" in faults(vault)


def test_a_row_that_was_added_without_the_key_is_found(vault: Vault) -> None:
    a_new_exam(vault)
    row = {"at_ms": 1, "actor": "doctor", "action": "sign_exam", "subject": "", "outcome": "done"}
    with vault.database.writing() as connection:
        connection.execute(
            insert(audit).values(sequence=last_sequence(vault) + 1, detail="", hash="1" * 64, **row)
        )

    assert "is not as it was written" in faults(vault)


def test_two_rows_that_changed_places_are_found(vault: Vault) -> None:
    a_new_exam(vault)
    a_new_exam(vault, {})
    with vault.database.writing() as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(update(audit).where(audit.c.sequence == old).values(sequence=new))

    assert "row 2 of the audit is not as it was written" in faults(vault)


def test_a_cut_tail_is_found_at_opening_and_against_a_printed_head(vault: Vault) -> None:
    a_new_exam(vault)
    printed = vault.head()
    with vault.database.writing() as connection:
        connection.execute(delete(audit).where(audit.c.sequence == last_sequence(vault)))

    with pytest.raises(RecordsDamaged, match="last 1 changes that were kept are not"):
        check_tail(vault)
    assert "its tail was cut off" in faults(vault, printed)


def test_who_has_the_key_and_writes_all_anew_is_found_with_a_printed_head(vault: Vault) -> None:
    a_new_exam(vault)
    printed = vault.head()
    with vault.database.writing() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.sequence)).mappings().all()
        connection.execute(delete(audit))
        for row in rows:
            kept = {k: row[k] for k in ("at_ms", "action", "subject", "outcome", "detail")}
            head = vault.audit.append(connection, Entry(actor="somebody else", **kept))
    vault.head_file.make()
    vault.head_file.keep(head)

    assert faults(vault) == ""
    assert "is not the one that was signed" in faults(vault, printed)


def test_a_head_that_these_records_never_signed_is_told(vault: Vault) -> None:
    number, digest, signature = vault.head().split(":")

    for forged in (f"{int(number) + 1}:{digest}:{signature}", "nonsense", f"{number}:{digest}:00"):
        assert "was not signed by these records" in faults(vault, forged)


def test_the_audit_holds_no_word_of_a_patient(vault: Vault) -> None:
    a_preliminary_exam(vault)

    with vault.reading() as connection:
        rows = connection.execute(select(audit)).all()

    assert CANARY not in repr(rows)
    assert "1961" not in repr(rows)


def test_a_torn_head_leaves_the_one_before(vault: Vault) -> None:
    a_new_exam(vault)
    path = vault.head_file.path
    newest = last_sequence(vault)
    with path.open("r+b") as file:
        file.seek(newest % 2 * 512 + 40)
        file.write(b"torn")

    head = vault.head_file.read(vault.audit)

    assert head is not None
    assert head.sequence == newest - 1


def test_order_is_told_by_number_when_the_clock_is_set_back(vault: Vault) -> None:
    a_new_exam(vault)
    vault.close()
    clock = Clock(ms=1_000_000_000_000)

    reopened = open_records(Place(vault.folder), MASTER, clock)
    late = a_new_exam(reopened, {})

    assert "the clock is" in reopened.notices[0]
    assert faults(reopened) == ""
    assert late.number == 2
    with reopened.reading() as connection:
        actions = (
            connection.execute(select(audit.c.action).order_by(audit.c.sequence)).scalars().all()
        )
    assert "clock_set_back" in actions
    reopened.close()


def test_a_refusal_is_a_row_too(vault: Vault) -> None:
    vault.note(NURSE, Action.SIGN_EXAM, "0" * 32, "technician", done=False)

    with vault.reading() as connection:
        row = connection.execute(
            text("SELECT outcome, action FROM audit ORDER BY sequence DESC")
        ).first()

    assert tuple(row or ()) == ("refused", "sign_exam")


def test_an_auditor_finds_rows_by_who_what_and_when_the_newest_first(vault: Vault) -> None:
    vault.clock_ms = clock = Clock()
    exam = a_preliminary_exam(vault)
    a_new_exam(vault, {})
    vault.note(DOCTOR, Action.SIGN_EXAM, exam.exam_id, "doctor", done=False)
    between_ms = clock.ms
    a_new_exam(vault, {})

    def found(**wanted: Any) -> list[str]:
        page = audit_page(vault, AUDITOR, AuditWanted(**wanted))
        return [row.action for row in page.rows]

    assert found(outcome="refused") == ["sign_exam"]
    assert found(actor=NURSE.user_id, action="open_exam", from_ms=between_ms) == ["open_exam"]
    assert found(actor=NURSE.user_id, action="open_exam", before_ms=between_ms) == ["open_exam"] * 2
    assert "open_exam" in found(exam_id=exam.exam_id)
    assert found(newest_first=True, page_size=1) == ["read_audit"]
    first = audit_page(vault, AUDITOR, AuditWanted(newest_first=True, page_size=2))
    assert first.more
    older = AuditWanted(newest_first=True, page_size=2, before_sequence=first.rows[-1].sequence)
    assert audit_page(vault, AUDITOR, older).rows[0].sequence == first.rows[-1].sequence - 1
    with pytest.raises(InvalidField):
        audit_page(vault, AUDITOR, AuditWanted(page_size=1001))


def test_an_auditor_proves_the_chain_while_it_grows_and_that_is_written_down(vault: Vault) -> None:
    a_new_exam(vault)
    printed = vault.head()
    a_new_exam(vault, {})

    whole = audit_proof(vault, AUDITOR, [printed])
    assert (whole.faults, whole.num_rows) == ((), int(vault.head().split(":")[0]) - 1)
    with vault.database.writing() as connection:
        connection.execute(update(audit).where(audit.c.sequence == 2).values(detail="x"))
    broken = audit_proof(vault, AUDITOR, [printed])

    assert broken.num_rows == 0
    assert "row 2 of the audit" in broken.faults[0]
    with vault.reading() as connection:
        told = connection.execute(select(audit.c.action, audit.c.detail).order_by(audit.c.sequence))
        assert told.all()[-1] == ("verify_audit", "faults")
    with pytest.raises(InvalidField):
        audit_proof(vault, AUDITOR, [printed] * 21)

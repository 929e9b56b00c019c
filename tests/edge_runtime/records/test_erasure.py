"""Erasing a person: nothing is left that yields the canary, in no backup, even with every key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edge_runtime.records.audit_reading import audit_page
from edge_runtime.records.backup import back_up, back_up_keys
from edge_runtime.records.consents import record_consent
from edge_runtime.records.decisions import decide, person_of
from edge_runtime.records.erasure import erase_person
from edge_runtime.records.errors import Erased, RecordsDamaged, WrongState
from edge_runtime.records.exam_reading import list_exams, read_exam
from edge_runtime.records.export_person import person_zip
from edge_runtime.records.kept import AuditWanted, Wanted
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.restore import restore, restore_keys
from edge_runtime.records.retention import apply, due, hold
from edge_runtime.records.vault import THE_OPERATOR, Vault
from edge_runtime.records.verify import verify
from edge_runtime.records.words import ConsentScope, DecisionKind, ErasureReason, ExamState
from tests.edge_runtime.records.clinic_of_tests import (
    CANARY,
    DOCTOR,
    MASTER,
    NURSE,
    Clock,
    a_preliminary_exam,
)

pytestmark = pytest.mark.slow

DAY_MS = 24 * 3600 * 1000


def erased(vault: Vault, exam_id: str) -> str:
    with vault.reading() as connection:
        person_id = person_of(connection, exam_id)
    erase_person(vault, THE_OPERATOR, person_id, ErasureReason.ON_REQUEST)
    return person_id


def bytes_under(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def every_plain_text(vault: Vault, but: str = "") -> str:
    """All that the records give to one who has every key: exams, exports, audit."""
    told = [repr(audit_page(vault, DOCTOR, AuditWanted(page_size=1000)))]
    for state in ExamState:
        for listed in list_exams(vault, DOCTOR, Wanted(states=(state,))).exams:
            if listed.exam_id == but:
                continue
            told.append(repr(listed))
            try:
                told.append(repr(read_exam(vault, DOCTOR, listed.exam_id)))
                told.append(repr(b"".join(person_zip(vault, DOCTOR, listed.exam_id))))
            except (Erased, RecordsDamaged) as error:
                told.append(str(error))
    return "".join(told)


def a_rich_exam(vault: Vault) -> str:
    exam = a_preliminary_exam(vault, maps=True)
    photograph_id = exam.photographs[0].photograph_id
    decide(
        vault,
        DOCTOR,
        exam.exam_id,
        photograph_id,
        "eye",
        DecisionKind.REFUSE,
        why=f"{CANARY} moved",
    )
    record_consent(vault, NURSE, exam.exam_id, ConsentScope.SCREENING, True, "The form.", "en")
    return exam.exam_id


def test_what_is_kept_lies_in_the_clear_nowhere(vault: Vault) -> None:
    a_rich_exam(vault)

    assert CANARY in every_plain_text(vault)
    assert CANARY.encode() not in bytes_under(vault.folder)
    assert b"1961-04-02" not in bytes_under(vault.folder)
    assert b"late_amd" not in bytes_under(vault.folder), "nor what somebody may come to have"


def test_after_an_erasure_no_file_and_no_row_of_the_person_is_left(vault: Vault) -> None:
    exam_id = a_rich_exam(vault)
    digest = vault.digest("hospital_number", CANARY.casefold()).encode()
    other = a_preliminary_exam(vault, {"hospital_number": "other", "family_name": "Li"})
    files_before = set(vault.files.ids())
    vault.database.forget_deleted()
    assert digest in bytes_under(vault.folder)

    person_id = erased(vault, exam_id)

    assert CANARY not in every_plain_text(vault, but=other.exam_id)
    assert len(set(vault.files.ids())) == len(files_before) - 3
    assert not list(vault.keys.folder.glob(f"persons/*/{person_id}"))
    assert digest not in bytes_under(vault.folder), "the number's digest must be gone too"
    assert read_exam(vault, DOCTOR, other.exam_id).identifiers["family_name"] == "Li"
    assert verify(vault, [], vault.folder / "records.sqlite").faults == ()


def test_the_same_person_may_come_again_after_an_erasure(vault: Vault) -> None:
    erased(vault, a_rich_exam(vault))

    again = a_preliminary_exam(vault)

    assert again.earlier_exam_ids == ()


def test_a_backup_made_before_yields_nothing_once_it_is_restored(
    vault: Vault, quick_disk: Path
) -> None:
    exam_id = a_rich_exam(vault)
    back_up(vault, quick_disk / "backup")
    back_up_keys(vault, quick_disk / "keys-backup", quick_disk / "backup")
    erased(vault, exam_id)
    vault.close()

    restore_keys(Place(vault.folder), quick_disk / "keys-backup")
    restored = restore(Place(vault.folder), MASTER, quick_disk / "backup")

    assert restored.erased_again == 1
    assert restored.lost_rows > 0
    assert CANARY not in every_plain_text(restored.vault)
    assert verify(restored.vault, [], None).faults == ()
    restored.vault.close()
    open_records(Place(vault.folder), MASTER).close()


def test_when_the_key_store_is_lost_too_the_list_of_erasures_holds(
    vault: Vault, quick_disk: Path
) -> None:
    exam_id = a_rich_exam(vault)
    back_up(vault, quick_disk / "backup")
    back_up_keys(vault, quick_disk / "keys-backup")
    person_id = erased(vault, exam_id)
    vault.close()
    shutil.rmtree(vault.folder)

    restore_keys(Place(vault.folder), quick_disk / "keys-backup", [person_id])
    restored = restore(Place(vault.folder), MASTER, quick_disk / "backup")

    assert CANARY not in every_plain_text(restored.vault)
    restored.vault.close()


def test_what_a_stop_left_of_an_erasure_is_finished_at_the_next_opening(vault: Vault) -> None:
    exam_id = a_rich_exam(vault)
    with vault.reading() as connection:
        person_id = person_of(connection, exam_id)
    (vault.keys.folder / "erased" / person_id).write_text("erased\n")
    vault.close()

    again = open_records(Place(vault.folder), MASTER)

    with pytest.raises(Erased):
        read_exam(again, DOCTOR, exam_id)
    assert not list(again.keys.folder.glob(f"persons/*/{person_id}"))
    assert list(again.files.ids()) == []
    again.close()


def test_a_legal_hold_stops_an_erasure(vault: Vault) -> None:
    exam_id = a_rich_exam(vault)
    hold(vault, exam_id, True)

    with pytest.raises(WrongState, match="legal hold"):
        erased(vault, exam_id)

    hold(vault, exam_id, False)
    erased(vault, exam_id)


def test_what_is_due_is_shown_first_and_removed_when_asked(vault: Vault) -> None:
    clock = Clock()
    vault.clock_ms = clock
    anonymous = a_preliminary_exam(vault, {})
    outpatient = a_rich_exam(vault)
    held = a_preliminary_exam(vault, {})
    hold(vault, held.exam_id, True)
    assert due(vault) == []

    clock.ms += 366 * DAY_MS

    shown = due(vault)
    assert [(each.exam_id, each.legal_hold) for each in shown] == [
        (anonymous.exam_id, False),
        (held.exam_id, True),
    ]
    assert read_exam(vault, DOCTOR, anonymous.exam_id).photographs, "a dry run removes nothing"
    assert [each.exam_id for each in apply(vault)] == [anonymous.exam_id]
    with pytest.raises(Erased):
        read_exam(vault, DOCTOR, anonymous.exam_id)
    read_exam(vault, DOCTOR, outpatient)
    read_exam(vault, DOCTOR, held.exam_id)

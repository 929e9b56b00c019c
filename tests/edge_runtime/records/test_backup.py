"""Backups: whole or refused, keys apart, and what came after them told when they are restored."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edge_runtime.errors import SettingsError
from edge_runtime.records.backup import back_up, back_up_keys, read_backup
from edge_runtime.records.errors import RecordsDamaged, RecordsMissing
from edge_runtime.records.exam_reading import list_exams, read_exam
from edge_runtime.records.kept import Wanted
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.picture_reading import picture_content
from edge_runtime.records.restore import restore, restore_keys
from edge_runtime.records.vault import Vault
from edge_runtime.records.verify import verify
from tests.edge_runtime.records.clinic_of_tests import (
    DOCTOR,
    MASTER,
    a_new_exam,
    a_preliminary_exam,
    png_of,
)


def test_a_restored_backup_is_what_was_backed_up_and_says_what_is_lost(
    vault: Vault, quick_disk: Path
) -> None:
    exam = a_preliminary_exam(vault)
    made = back_up(vault, quick_disk / "backup")
    a_new_exam(vault, {})
    vault.close()
    (vault.folder / "records.sqlite").write_bytes(b"broken")

    restored = restore(Place(vault.folder), MASTER, quick_disk / "backup")

    assert restored.lost_rows == 1
    after = restored.vault
    assert [each.exam_id for each in list_exams(after, DOCTOR, Wanted()).exams] == [exam.exam_id]
    assert read_exam(after, DOCTOR, exam.exam_id) == exam
    photograph_id = exam.photographs[0].photograph_id
    assert picture_content(after, exam.exam_id, photograph_id)[2] == png_of(1)
    assert verify(after, [made.audit_head], None).faults == ()
    after.close()
    open_records(Place(vault.folder), MASTER).close()


def test_a_head_that_was_printed_after_the_backup_is_told_after_its_restoration(
    vault: Vault, quick_disk: Path
) -> None:
    back_up(vault, quick_disk / "backup")
    for _ in range(4):
        a_new_exam(vault, {})
    printed = vault.head()
    vault.close()

    restored = restore(Place(vault.folder), MASTER, quick_disk / "backup")

    faults = verify(restored.vault, [printed], None).faults
    assert any("was signed" in fault for fault in faults)
    restored.vault.close()


def test_everything_lost_comes_back_from_the_two_backups(vault: Vault, quick_disk: Path) -> None:
    exam = a_preliminary_exam(vault)
    back_up(vault, quick_disk / "backup")
    back_up_keys(vault, quick_disk / "keys", quick_disk / "backup")
    vault.close()
    shutil.rmtree(vault.folder)

    restore_keys(Place(vault.folder), quick_disk / "keys")
    restored = restore(Place(vault.folder), MASTER, quick_disk / "backup")

    assert read_exam(restored.vault, DOCTOR, exam.exam_id) == exam
    restored.vault.close()


def test_the_records_backup_alone_opens_nothing(vault: Vault, quick_disk: Path) -> None:
    a_preliminary_exam(vault)
    back_up(vault, quick_disk / "backup")

    with pytest.raises(RecordsMissing):
        restore(Place(quick_disk / "elsewhere"), MASTER, quick_disk / "backup")
    assert not any((quick_disk / "backup").rglob("persons"))


def test_backups_are_kept_apart_and_never_written_over(vault: Vault, quick_disk: Path) -> None:
    back_up(vault, quick_disk / "backup")

    with pytest.raises(SettingsError, match="not empty"):
        back_up(vault, quick_disk / "backup")
    with pytest.raises(SettingsError, match="inside the records"):
        back_up(vault, vault.folder / "backup")
    with pytest.raises(SettingsError, match="must not lie with"):
        back_up_keys(vault, quick_disk / "backup" / "keys", quick_disk / "backup")


def test_a_backup_that_was_not_finished_or_is_damaged_is_refused(
    vault: Vault, quick_disk: Path
) -> None:
    folder = quick_disk / "backup"
    back_up(vault, folder)
    content = bytearray((folder / "records.sqlite").read_bytes())
    content[-1] ^= 1
    (folder / "records.sqlite").write_bytes(content)

    with pytest.raises(RecordsDamaged, match="not as it was written"):
        restore(Place(vault.folder), MASTER, folder)
    (folder / "backup.json").unlink()
    with pytest.raises(RecordsMissing, match="no finished backup"):
        read_backup(folder)


def test_records_that_are_in_use_are_not_replaced(vault: Vault, quick_disk: Path) -> None:
    exam = a_new_exam(vault)
    back_up(vault, quick_disk / "backup")

    with pytest.raises(SettingsError, match="stop the service first"):
        restore(Place(vault.folder), MASTER, quick_disk / "backup")

    assert read_exam(vault, DOCTOR, exam.exam_id) == exam


def test_a_backup_of_other_records_is_refused(
    vault: Vault, empty_records: Path, quick_disk: Path
) -> None:
    from tests.edge_runtime.records.clinic_of_tests import new_records

    other = new_records(quick_disk / "other")
    back_up(other, quick_disk / "backup")
    other.close()

    with pytest.raises(SettingsError, match="different records"):
        restore(Place(vault.folder), MASTER, quick_disk / "backup")

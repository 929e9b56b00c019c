"""What may happen to a box: a wrong key, a damaged page, a cut log. Always a clear sentence."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from edge_runtime.errors import SettingsError
from edge_runtime.records.access import Action
from edge_runtime.records.errors import (
    MasterKeyWrong,
    RecordsDamaged,
    RecordsMissing,
    RecordsUnsupported,
)
from edge_runtime.records.exam_reading import list_exams, read_exam
from edge_runtime.records.exams import add_photograph
from edge_runtime.records.kept import Wanted
from edge_runtime.records.master_key import MasterKey, make_master_key_file, master_key_of
from edge_runtime.records.opening import Place, make_records, open_records
from edge_runtime.records.picture_reading import picture_content
from edge_runtime.records.screenings import begin_screening
from edge_runtime.records.vault import Vault
from edge_runtime.records.words import ExamState
from edge_runtime.settings import Settings
from tests.edge_runtime.records.clinic_of_tests import (
    DOCTOR,
    MASTER,
    NURSE,
    a_file,
    a_key,
    a_new_exam,
    a_preliminary_exam,
)

pytestmark = pytest.mark.slow


def reopened(vault: Vault, master: MasterKey = MASTER) -> Vault:
    vault.close()
    return open_records(Place(vault.folder), master)


@pytest.mark.parametrize(
    "master",
    [MasterKey("environment", bytes(32)), MasterKey("passphrase", b"twelve letters")],
)
def test_a_wrong_master_key_is_told_and_changes_nothing(vault: Vault, master: MasterKey) -> None:
    a_new_exam(vault)

    with pytest.raises(MasterKeyWrong):
        reopened(vault, master)

    again = open_records(Place(vault.folder), MASTER)
    assert len(list_exams(again, DOCTOR, Wanted()).exams) == 1
    again.close()


def test_a_passphrase_opens_what_it_closed(quick_disk: Path) -> None:
    settings = Settings(master_passphrase="correct horse battery")
    make_records(Place(quick_disk / "r"), master_key_of(settings)).close()

    open_records(Place(quick_disk / "r"), master_key_of(settings)).close()
    with pytest.raises(MasterKeyWrong):
        open_records(Place(quick_disk / "r"), MasterKey("passphrase", b"another sentence"))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (Settings(), "0 of them are set"),
        (Settings(master_key="00" * 32, master_passphrase="x" * 12), "2 of them are set"),
        (Settings(master_key="00" * 31), "64 hexadecimal digits"),
        (Settings(master_passphrase="short"), "at least 12"),
        (Settings(master_key_file="/nowhere"), "cannot be read"),
    ],
)
def test_a_master_key_that_is_none_is_bad_usage(settings: Settings, named: str) -> None:
    with pytest.raises(SettingsError, match=named) as raised:
        master_key_of(settings)

    assert "short" not in str(raised.value)


def test_the_master_key_is_in_no_settings_that_are_shown() -> None:
    shown = repr(Settings(master_key="ab" * 32, master_passphrase="correct horse battery"))

    assert "abab" not in shown
    assert "horse" not in shown


def test_a_master_key_file_is_the_owners_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    make_master_key_file(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(master_key_of(Settings(master_key_file=str(path))).content) == 32
    with pytest.raises(SettingsError, match="never overwritten"):
        make_master_key_file(path)


def test_a_folder_without_records_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordsMissing):
        open_records(Place(tmp_path), MASTER)


def test_an_emptied_database_is_not_taken_for_new_records(vault: Vault) -> None:
    vault.close()
    (vault.folder / "records.sqlite").write_bytes(b"")

    with pytest.raises(RecordsDamaged, match="gone or empty"):
        open_records(Place(vault.folder), MASTER)


def test_a_database_without_tables_is_not_taken_for_new_records(vault: Vault) -> None:
    vault.close()
    path = vault.folder / "records.sqlite"
    path.unlink()
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE other (x)")
    raw.close()

    with pytest.raises(RecordsDamaged, match="no tables"):
        open_records(Place(vault.folder), MASTER)


def test_tables_of_a_newer_version_are_left_alone(vault: Vault) -> None:
    vault.close()
    with sqlite3.connect(vault.folder / "records.sqlite") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()

    with pytest.raises(RecordsUnsupported, match="9999"):
        open_records(Place(vault.folder), MASTER)


@pytest.mark.parametrize("page", [1, 2, 5])
def test_a_damaged_page_stops_the_opening_with_a_sentence(vault: Vault, page: int) -> None:
    a_preliminary_exam(vault)
    vault.close()
    path = vault.folder / "records.sqlite"
    content = bytearray(path.read_bytes())
    start = (page - 1) * 4096
    for place in range(start, start + 4096):
        content[place] ^= 0x5A
    path.write_bytes(content)

    with pytest.raises(RecordsDamaged) as raised:
        open_records(Place(vault.folder), MASTER)

    assert "backup can be restored" in raised.value.public_message


def test_a_flipped_bit_in_a_sealed_file_is_told_and_the_other_photographs_are_read(
    vault: Vault,
) -> None:
    exam = a_new_exam(vault)
    kept = [add_photograph(vault, NURSE, exam.exam_id, a_file(n), a_key()) for n in (1, 2)]
    path = sorted(vault.folder.glob("files/*/*"), key=lambda p: p.stat().st_mtime_ns)[0]
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)

    with pytest.raises(RecordsDamaged):
        picture_content(vault, exam.exam_id, kept[0].photograph_id)
    with pytest.raises(RecordsDamaged):
        begin_screening(vault, NURSE, exam.exam_id, [kept[0].photograph_id])
    picture_content(vault, exam.exam_id, kept[1].photograph_id)
    assert read_exam(vault, DOCTOR, exam.exam_id).state is ExamState.CAPTURING


def test_one_damaged_row_is_shown_as_damaged_and_hides_no_other(vault: Vault) -> None:
    first, second = a_new_exam(vault), a_new_exam(vault, {})
    with vault.database.writing() as connection:
        connection.exec_driver_sql("UPDATE exam SET known = zeroblob(40) WHERE number = 1")

    listed = list_exams(vault, DOCTOR, Wanted()).exams

    assert [(each.exam_id, each.damaged) for each in listed] == [
        (second.exam_id, False),
        (first.exam_id, True),
    ]
    with pytest.raises(RecordsDamaged):
        read_exam(vault, DOCTOR, first.exam_id)


def test_a_sealed_text_moved_to_another_exam_is_not_taken_for_its_own(vault: Vault) -> None:
    first, second = a_new_exam(vault), a_new_exam(vault)
    with vault.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE exam SET known = (SELECT known FROM exam WHERE number = 1) WHERE number = 2"
        )

    read_exam(vault, DOCTOR, first.exam_id)
    with pytest.raises(RecordsDamaged):
        read_exam(vault, DOCTOR, second.exam_id)


def test_a_lost_key_is_told_and_is_not_taken_for_an_erasure(vault: Vault) -> None:
    exam = a_new_exam(vault)
    (key,) = vault.keys.folder.glob("persons/*/*")
    key.unlink()

    with pytest.raises(RecordsDamaged, match="restore the key store"):
        read_exam(vault, DOCTOR, exam.exam_id)


def test_a_write_ahead_log_that_was_cut_is_told(vault: Vault, tmp_path: Path) -> None:
    a_new_exam(vault)
    copy = tmp_path / "after_a_power_cut"
    shutil.copytree(vault.folder, copy)
    log = copy / "records.sqlite-wal"
    assert log.stat().st_size > 0
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    (copy / "records.sqlite-shm").unlink(missing_ok=True)

    with pytest.raises(RecordsDamaged, match=r"write-ahead log was cut|no tables|gone or empty"):
        open_records(Place(copy), MASTER)


def test_an_older_database_copied_into_place_is_told(vault: Vault, tmp_path: Path) -> None:
    vault.database.forget_deleted()
    old = tmp_path / "old.sqlite"
    shutil.copyfile(vault.folder / "records.sqlite", old)
    a_new_exam(vault)
    vault.close()
    for path in vault.folder.glob("records.sqlite*"):
        path.unlink()
    shutil.copyfile(old, vault.folder / "records.sqlite")

    with pytest.raises(RecordsDamaged, match="older copy was put in its place"):
        open_records(Place(vault.folder), MASTER)


def test_the_key_store_of_other_records_is_not_used(vault: Vault, quick_disk: Path) -> None:
    make_records(Place(quick_disk / "other"), MASTER).close()

    with pytest.raises(RecordsDamaged, match="of other records"):
        open_records(Place(vault.folder, quick_disk / "other" / "keys"), MASTER)


def test_an_exam_that_was_being_screened_goes_on_after_a_stop(vault: Vault) -> None:
    exam = a_new_exam(vault)
    add_photograph(vault, NURSE, exam.exam_id, a_file(1), a_key())
    begin_screening(vault, NURSE, exam.exam_id, [])

    again = reopened(vault)

    assert "1 exams were being screened" in again.notices[0]
    assert read_exam(again, NURSE, exam.exam_id).state is ExamState.CAPTURING
    again.close()


def test_files_without_a_row_are_swept_once_they_are_old(vault: Vault) -> None:
    key = vault.keys.make("0" * 32)
    vault.files.keep(key, b"nobody's")

    assert vault.files.sweep(set()) == 0
    assert vault.files.sweep(set(), now_s=4e9) == 1
    assert list(vault.files.ids()) == []


def test_records_are_made_once(vault: Vault) -> None:
    with pytest.raises(SettingsError, match="holds records already"):
        make_records(Place(vault.folder), MASTER)
    assert Action.OPEN_EXAM.value == "open_exam"

"""The same records in PostgreSQL, against a real server that the test starts itself."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import update

from edge_runtime.errors import SettingsError
from edge_runtime.records import tables
from edge_runtime.records.backup import back_up
from edge_runtime.records.decisions import person_of, sign_exam
from edge_runtime.records.erasure import erase_person
from edge_runtime.records.errors import Erased, RecordsUnavailable
from edge_runtime.records.exam_reading import list_exams, read_exam
from edge_runtime.records.kept import Wanted
from edge_runtime.records.opening import Place, make_records
from edge_runtime.records.restore import restore
from edge_runtime.records.vault import THE_OPERATOR
from edge_runtime.records.verify import verify
from edge_runtime.records.words import ErasureReason, ExamState
from tests.edge_runtime.records.clinic_of_tests import (
    DOCTOR,
    MASTER,
    a_new_exam,
    a_preliminary_exam,
)
from tests.edge_runtime.records.postgresql_server import postgresql

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    # Not tmp_path: a user who is not root must reach it.
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder)) as url:
        yield url


def test_records_in_postgresql_are_kept_proved_backed_up_restored_and_erased(
    url: str, quick_disk: Path
) -> None:
    place = Place(quick_disk / "records", database=url)
    vault = make_records(place, MASTER)
    with vault.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.METADATA) == []
    exam = a_preliminary_exam(vault)
    signed = sign_exam(vault, DOCTOR, exam.exam_id, exam.version)
    assert signed.state is ExamState.SIGNED

    threads = [threading.Thread(target=a_new_exam, args=(vault, {})) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list_exams(vault, DOCTOR, Wanted()).exams) == 9
    head = signed.signatures[0].audit_head
    assert verify(vault, [head], None).faults == ()

    back_up(vault, quick_disk / "backup")
    with vault.reading() as connection:
        person_id = person_of(connection, exam.exam_id)
    erase_person(vault, THE_OPERATOR, person_id, ErasureReason.ON_REQUEST)
    vault.close()
    restored = restore(place, MASTER, quick_disk / "backup")

    assert restored.erased_again == 1
    with pytest.raises(Erased):
        read_exam(restored.vault, DOCTOR, exam.exam_id)
    assert len(list_exams(restored.vault, DOCTOR, Wanted()).exams) == 8
    late = a_new_exam(restored.vault, {})
    assert late.number > 9
    with restored.vault.database.writing() as connection:
        row = tables.audit.c.sequence == 3
        connection.execute(update(tables.audit).where(row).values(actor="somebody"))
    assert "row 3 of the audit" in verify(restored.vault, [], None).faults[0]
    restored.vault.close()

    with pytest.raises(SettingsError, match="other records already"):
        make_records(Place(quick_disk / "second", database=url), MASTER)


def test_a_server_that_does_not_answer_is_told(url: str, quick_disk: Path) -> None:
    nowhere = url.replace("host=", "host=/nowhere")

    with pytest.raises(RecordsUnavailable) as raised:
        make_records(Place(quick_disk / "records", database=nowhere), MASTER)

    assert "cannot be reached" in raised.value.public_message

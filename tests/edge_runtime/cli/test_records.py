"""`foreseye records ...` as an operator uses it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from edge_runtime.cli.app import run
from edge_runtime.records.exam_reading import list_exams
from edge_runtime.records.kept import Wanted
from edge_runtime.records.opening import Place, open_records
from tests.edge_runtime.records.clinic_of_tests import (
    CANARY,
    DOCTOR,
    MASTER,
    a_preliminary_exam,
)

pytestmark = pytest.mark.slow

PASSWORD = "correct horse 7"


@pytest.fixture
def environment() -> dict[str, str]:
    return {"FORESEYE_MASTER_KEY": MASTER.content.hex()}


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path, environment: dict[str, str], password: str) -> Path:
    """Records with one screened exam."""
    folder = tmp_path / "clinic"
    made = ["init", str(folder), "--administrator", "li", "--password-file", password]
    assert run(["records", *made], environment) == 0
    vault = open_records(Place(folder), MASTER)
    a_preliminary_exam(vault)
    vault.close()
    return folder


def exam_id_in(folder: Path) -> str:
    vault = open_records(Place(folder), MASTER)
    (exam,) = list_exams(vault, DOCTOR, Wanted()).exams
    vault.close()
    return exam.exam_id


def test_records_are_proved_backed_up_erased_restored_and_stay_erased(
    folder: Path, environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str, code: int = 0) -> dict[str, object]:
        capsys.readouterr()
        assert run(["records", *arguments, "--json"], environment) == code
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    exam = exam_id_in(folder)
    proved = told("verify", str(folder))
    assert (proved["exams"], proved["files"], proved["faults"]) == (1, 2, [])
    exported = tmp_path / "person.zip"
    told("export", str(folder), "--exam", exam, "--out", str(exported))
    with zipfile.ZipFile(exported) as archive:
        assert CANARY in archive.read("person.json").decode()
    backup, keys = tmp_path / "a", tmp_path / "b"
    made = told("backup", str(folder), "--to", str(backup), "--keys-to", str(keys))
    assert (made["files"], made["keys"]) == (2, 1)
    erased = told("erase", str(folder), "--exam", exam, "--why", "on_request", "--yes")
    assert (erased["exams"], erased["files"]) == (1, 2)

    restored = told("restore", str(folder), "--from", str(backup), "--keys-from", str(keys))

    assert restored["erased_again"] == 1
    assert told("verify", str(folder))["exams"] == 0
    head = str(erased["audit_head"])
    after = told("verify", str(folder), "--head", head, code=1)
    assert "signed" in str(after["faults"])


def test_what_is_due_is_told_and_users_are_made(
    folder: Path,
    environment: dict[str, str],
    password: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["records", "retention", str(folder)], environment) == 0
    assert "0 exams are due" in capsys.readouterr().out
    wanted = ["wang", "--role", "doctor", "--shown-name", "Dr Wang", "--password-file", password]

    assert run(["records", "user", str(folder), *wanted], environment) == 0

    assert capsys.readouterr().out == "wang: doctor\n"


@pytest.mark.parametrize(
    ("arguments", "changed", "code", "sentence"),
    [
        (["verify"], {"FORESEYE_MASTER_KEY": "11" * 32}, 1, "not the one of these records"),
        (["verify"], {"FORESEYE_MASTER_KEY": ""}, 2, "need one master key"),
        (["verify", "--head", "1:2:3"], {}, 1, "not signed by these records"),
        (["export", "--out", "x"], {}, 2, "either --exam or --cohort"),
        (["erase", "--exam", "0" * 32, "--why", "mistake", "--yes"], {}, 1, "not in the records"),
        (["restore", "--from", "nowhere"], {}, 1, "no finished backup"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_an_exit_code(
    folder: Path,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    changed: dict[str, str],
    code: int,
    sentence: str,
) -> None:
    command, *options = arguments
    wanted = ["records", command, str(folder), *options]

    assert run(wanted, {**environment, **changed}) == code

    assert sentence in capsys.readouterr().err


def test_a_weak_first_password_makes_no_records(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    weak = tmp_path / "password"
    weak.write_text("123456\n")
    wanted = ["init", str(tmp_path / "c"), "--administrator", "li", "--password-file", str(weak)]

    assert run(["records", *wanted], environment) == 2

    assert not (tmp_path / "c").exists()
    assert "123456" not in capsys.readouterr().err


def test_a_server_does_not_start_on_damaged_records(
    folder: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "records.sqlite").write_bytes(b"")

    code = run(["serve", "--records", str(folder), "--address", "127.0.0.1:0"], environment)

    assert code == 1
    assert "a backup can be restored" in capsys.readouterr().err

"""Bad input of every kind: a clear sentence, the right exit code, and the rest goes on."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime import errors
from edge_runtime.bundle.signature import sign
from edge_runtime.cli.session import in_words
from edge_runtime.contracts.bundle import BUNDLE_FILE, SIGNATURE_FILE
from edge_runtime.domain import Exam, PhotographFile
from edge_runtime.names import shown_name
from edge_runtime.wire.client import ScreeningClient
from tests.bad_photographs import FAILED, OK, PHOTOGRAPHS, SCREENED, BadPhotograph, eye_jpeg, lay
from tests.edge_runtime.batch.small_folder import rows_of
from tests.edge_runtime.cli.command_line import (
    Told,
    foreseye,
    foreseye_afresh,
    opened_once,
)

pytestmark = pytest.mark.slow

MOST_MEMORY_MB = 1000
"""Of one process, its models in it."""
PROCESSES = 2
ADDRESS_SPACE = 6_000_000_000
"""Bytes: threads and libraries reserve far more than they use."""


@dataclass(frozen=True)
class BadCall:
    """Something else that is wrong: how to call, the exit code, and what must be said."""

    name: str
    call: Callable[[Path], Told]
    code: int
    says: str


def good(folder: Path) -> Path:
    path = folder / "good.jpg"
    path.write_bytes(eye_jpeg())
    return path


def spoilt_bundle(folder: Path, spoil: Callable[[Path], None], trusted: str = "") -> Told:
    copy = Path(shutil.copytree(opened_once().bundle.path, folder / "bundle"))
    spoil(copy)
    environment = {"FORESEYE_BUNDLE": str(copy)}
    if trusted:
        environment["FORESEYE_TRUSTED_KEYS"] = trusted
    return foreseye_afresh("screen", good(folder), "--out", folder / "out", environment=environment)


def flip_a_byte_of(file: str) -> Callable[[Path], None]:
    def flip(bundle: Path) -> None:
        path = bundle / file
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return flip


def flip_a_byte_of_the_model(bundle: Path) -> None:
    flip_a_byte_of(opened_once().bundle.manifest.models["anatomy"].artefacts["fp32"].file)(bundle)


def sign_by_a_stranger(bundle: Path) -> None:
    changed = {**json.loads((bundle / BUNDLE_FILE).read_text()), "name": "another"}
    (bundle / BUNDLE_FILE).write_text(json.dumps(changed))
    signature = sign((bundle / BUNDLE_FILE).read_bytes(), Ed25519PrivateKey.generate())
    (bundle / SIGNATURE_FILE).write_text(signature.model_dump_json())


def sign_other_bytes(bundle: Path) -> None:
    sign_by_a_stranger(bundle)
    (bundle / BUNDLE_FILE).write_text((bundle / BUNDLE_FILE).read_text() + " ")


def nobody_listens(folder: Path) -> Told:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    exam = Exam("e", (PhotographFile("good.jpg", eye_jpeg()),))
    with ScreeningClient(address) as client, pytest.raises(errors.ServerUnreachable) as raised:
        list(client.screen(exam))
    return Told(1, "", in_words(raised.value))


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, so where the tests run as root this part does not."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def forbidden_file(folder: Path) -> Told:
    path, out = good(folder), folder / "out"
    path.chmod(0)
    out.mkdir()
    out.chmod(0o777)
    opened_once()
    with as_nobody():
        return foreseye("screen", path, "--out", out)


def list_of(folder: Path, text: bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(text)
    return path


def batch_of_list(text: bytes, name: str = "list.csv") -> Callable[[Path], Told]:
    return lambda folder: foreseye("batch", list_of(folder, text, name), "--out", folder / "out")


def two_of_one_name(folder: Path) -> Told:
    (folder / "left").mkdir()
    told = foreseye("screen", good(folder), good(folder / "left"), "--out", folder / "out")
    assert (folder / "out" / "good" / "result.json").is_file()
    assert (folder / "out" / "good-2" / "result.json").is_file()
    return told


def out_is_a_file(folder: Path) -> Told:
    (folder / "out").write_text("a file")
    return foreseye("screen", good(folder), "--out", folder / "out")


CALLS = [
    BadCall(
        "a folder as a photograph",
        lambda folder: foreseye("screen", folder, "--out", folder / "out"),
        1,
        "This file cannot be opened. ",
    ),
    BadCall(
        "a file that is not there",
        lambda folder: foreseye("screen", folder / "no.jpg", "--out", folder / "out"),
        1,
        "This file cannot be opened. ",
    ),
    BadCall("a file that may not be read", forbidden_file, 1, "Permission denied"),
    BadCall(
        "a device as a photograph",
        lambda folder: foreseye("screen", "/dev/zero", "--out", folder / "out"),
        1,
        "a device, not a file",
    ),
    BadCall("two photographs of one name", two_of_one_name, 0, "Research use only"),
    BadCall("an output folder that is a file", out_is_a_file, 1, "results cannot be written"),
    BadCall(
        "a bundle that is not there",
        lambda folder: foreseye_afresh("bundle", "verify", folder / "nowhere"),
        1,
        "There is no model bundle at the place given.",
    ),
    BadCall(
        "a bundle with one flipped byte in a model",
        lambda folder: spoilt_bundle(folder, flip_a_byte_of_the_model),
        1,
        "The model bundle is damaged and was not loaded.",
    ),
    BadCall(
        "a bundle with one flipped byte in its model card",
        lambda folder: spoilt_bundle(folder, flip_a_byte_of("model_card.md")),
        1,
        "The model bundle is damaged and was not loaded.",
    ),
    BadCall(
        "a bundle without one of its files",
        lambda folder: spoilt_bundle(folder, lambda b: (b / "model_card.md").unlink()),
        1,
        "The model bundle is damaged and was not loaded.",
    ),
    BadCall(
        "a bundle that a stranger signed",
        lambda folder: spoilt_bundle(folder, sign_by_a_stranger, "ab" * 32),
        1,
        "The model bundle is not signed by anyone trusted and was not loaded.",
    ),
    BadCall(
        "a signature of other bytes",
        lambda folder: spoilt_bundle(folder, sign_other_bytes, "ab" * 32),
        1,
        "The model bundle is not signed by anyone trusted and was not loaded.",
    ),
    BadCall("a server that is down", nobody_listens, 1, "service cannot be reached"),
    BadCall(
        "an engine that nobody knows",
        lambda folder: foreseye_afresh(
            "screen",
            good(folder),
            "--out",
            folder / "out",
            environment={"FORESEYE_BACKENDS": "abacus"},
        ),
        2,
        "unknown engines ['abacus']",
    ),
    BadCall("a list without a path", batch_of_list(b"name\na.jpg\n"), 1, "row 1: the table has"),
    BadCall("a ragged list", batch_of_list(b"path,eye\na.jpg\n"), 1, "row 2: the row has 1 cells"),
    BadCall("a list that is no text", batch_of_list(b"\xff\xfe\x00a"), 1, "not UTF-8"),
    BadCall("an empty list", batch_of_list(b""), 1, "the table is empty"),
    BadCall("a list that is no Parquet", batch_of_list(b"x", "a.parquet"), 1, "Parquet"),
    BadCall(
        "a photograph as a batch",
        lambda folder: foreseye("batch", good(folder), "--out", folder / "out"),
        2,
        "neither a folder nor a .csv, .parquet or .zip file",
    ),
]


@pytest.fixture(scope="module")
def batch_rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The rows of one batch over all the bad photographs and a good one, by path."""
    folder, out = tmp_path_factory.mktemp("all"), tmp_path_factory.mktemp("out")
    for photograph in PHOTOGRAPHS:
        lay(photograph, folder)
    good(folder)
    code = "import sys; from edge_runtime.cli.app import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "batch", str(folder), "--out", str(out), "--json"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit_memory,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["peak_memory_mb"] < PROCESSES * MOST_MEMORY_MB
    rows = {str(row["path"]): row for row in rows_of(out)}
    assert rows["good.jpg"]["status"] == OK
    assert len(rows) == len(PHOTOGRAPHS) + 1
    return rows


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


@pytest.mark.parametrize("bad", [*PHOTOGRAPHS, *CALLS], ids=lambda bad: ascii(bad.name)[:60])
def test_bad_input_is_told_and_the_rest_goes_on(
    bad: BadPhotograph | BadCall, batch_rows: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    if isinstance(bad, BadCall):
        told = bad.call(tmp_path)
        assert bad.says in told.err + told.out
        assert told.code == bad.code
    else:
        told = foreseye("screen", lay(bad, tmp_path), "--out", tmp_path / "out", "--json")
        check_photograph(bad, told, tmp_path / "out", batch_rows[shown_name(bad.name)])
    assert "Traceback" not in told.err


def check_photograph(bad: BadPhotograph, told: Told, out: Path, row: dict[str, Any]) -> None:
    assert row["status"] in ((OK, "refused") if bad.status == SCREENED else (bad.status,))
    if bad.status == FAILED:
        sentence = getattr(errors, bad.says).public_message
        assert told.code == 1
        assert sentence in told.err
        assert told.json["refused"][0]["error"] == bad.says
        assert row["error"] == f"{bad.says}: {sentence}"
        return
    assert told.code == 0
    assert told.err == ""
    (result_file,) = told.json["exams"][0]["photographs"]
    result = json.loads((out / result_file).read_text())
    assert (out / result_file).resolve().is_relative_to(out.resolve())
    assert result["quality"]["gradable"] == (row["status"] == OK)
    assert bool(result["quality"].get("reason")) == (row["status"] != OK)

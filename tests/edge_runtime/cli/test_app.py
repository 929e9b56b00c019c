"""Errors are sentences and exit codes; a user never sees a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_runtime import __version__
from edge_runtime.cli.app import run
from edge_runtime.cli.session import in_words
from edge_runtime.errors import BundleMissing, InvalidField, ServerUnreachable
from edge_runtime.settings import Settings
from tests.edge_runtime.cli.command_line import foreseye, foreseye_afresh

COMMANDS = [
    ["screen"],
    ["batch"],
    ["serve"],
    ["bench"],
    ["bundle", "verify"],
    ["bundle", "describe"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_helps_with_an_example(command: list[str]) -> None:
    told = foreseye(*command, "--help")

    assert told.code == 0
    assert "Example: foreseye " + " ".join(command) in told.out


@pytest.mark.slow
def test_help_loads_no_engine() -> None:
    code = (
        "import os, sys; from edge_runtime.cli.app import run; run(['screen', '--help'], {});"
        "print(sorted({'onnxruntime', 'pyarrow', 'grpc', 'torch'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_told() -> None:
    assert foreseye("--version").out.strip() == __version__


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["screen"], ["screen", "a.jpg"]])
def test_a_wrong_call_is_bad_usage(arguments: list[str]) -> None:
    assert foreseye(*arguments).code == 2


def test_an_unknown_variable_of_ours_is_bad_usage() -> None:
    told = foreseye_afresh("bundle", "verify", environment={"FORESEYE_THREDS": "2"})

    assert told.code == 2
    assert "unknown variable FORESEYE_THREDS" in told.err
    assert "Traceback" not in told.err


def test_an_error_is_an_object_for_machines(tmp_path: Path) -> None:
    told = foreseye_afresh("bundle", "verify", tmp_path, "--json")

    assert told.code == 1
    assert told.json["error"] == "BundleMissing"
    assert told.json["reason"] == told.err.strip()


def test_the_operator_reads_the_sentence_and_then_the_detail() -> None:
    assert in_words(BundleMissing("no bundle.json in /x")) == (
        "There is no model bundle at the place given. (no bundle.json in /x)"
    )
    assert in_words(InvalidField("age_years", "must be 0 to 120")) == (
        "age_years: must be 0 to 120."
    )
    assert in_words(ServerUnreachable("")).endswith("Is it running?")


@contextmanager
def breaks(_: Settings) -> Iterator[None]:
    raise ZeroDivisionError("by design")
    yield


@pytest.mark.parametrize("debug", [False, True])
def test_an_unforeseen_failure_shows_where_only_when_asked(
    debug: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["screen", str(tmp_path / "a.jpg"), "--out", str(tmp_path / "out")]

    code = run(["--debug"] * debug + call, {}, open_pipeline=breaks)  # type: ignore[arg-type]

    told = capsys.readouterr().err
    assert code == 1
    assert "ZeroDivisionError: by design" in told
    assert ("Traceback" in told) is debug

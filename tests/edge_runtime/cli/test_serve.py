"""`foreseye serve` as an operator runs it: its one line, its signals, its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_runtime.cli.app import run
from edge_runtime.wire.client import Accepted, ExamDone, ScreeningClient
from tests.edge_runtime.service.held_screener import PATIENCE_S, an_exam
from tests.edge_runtime.service.serve_held import opened

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-W", "error", "-m", "tests.edge_runtime.service.serve_held"]


@contextmanager
def serving(*options: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*PROGRAM, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def json_from(process: subprocess.Popen[str]) -> dict[str, object]:
    """Return the JSON object that the process prints when it is ready."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1].rstrip() != "}":
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        lines.append(line)
    ready: dict[str, object] = json.loads("".join(lines))
    return ready


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_when_told_to_stop_the_running_exam_is_finished_and_all_is_well(
    number: signal.Signals,
) -> None:
    with serving("--address", "127.0.0.1:0", "--json") as process:
        ready = json_from(process)
        assert str(ready["address"]).startswith("127.0.0.1:")
        assert (ready["bundle"], ready["version"], ready["tls"]) == ("drawn", "1.2.3", False)
        assert ready["engines"] == {"anatomy": "onnxruntime-cpu fp32"}
        with ScreeningClient(str(ready["address"])) as client:
            stream = client.screen(an_exam())
            assert isinstance(next(stream), Accepted)

            process.send_signal(number)

            assert isinstance(list(stream)[-1], ExamDone)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.slow
def test_for_people_there_is_one_line_about_what_is_served() -> None:
    with serving("--address", "127.0.0.1:0") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest, logged = process.communicate(timeout=PATIENCE_S)

    assert line.startswith("Listening on 127.0.0.1:")
    assert "bundle drawn 1.2.3, anatomy on onnxruntime-cpu fp32" in line
    assert rest == ""
    assert "Stopping" in logged
    assert "Traceback" not in logged


def test_a_bundle_that_cannot_be_trusted_ends_the_server(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["serve", "--bundle", "untrusted", "--address", "127.0.0.1:0"], {}, opened)

    assert code == 1
    assert "not signed by anyone trusted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--address", "0.0.0.0:0"], "can be reached from other machines"),
        (["--address", "nonsense"], "is no address"),
        (["--tls-cert", "cert.pem"], "given together"),
        (["--client-ca", "ca.pem"], "needs --tls-cert"),
        (["--worklist", "LIST@192.0.2.7:104", "--address", "127.0.0.1:0"], "has no TLS"),
        (["--tls-cert", "no.pem", "--tls-key", "no.pem", "--address", "127.0.0.1:0"], "no.pem"),
    ],
)
def test_a_wrong_option_is_bad_usage(
    capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    code = run(["serve", *options], {}, opened)

    assert code == 2
    assert sentence in capsys.readouterr().err

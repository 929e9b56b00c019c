"""The demo screens the drawn eyes for real and reaches a ready server and screen."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_the_demo_screens_both_eyes_and_reaches_a_ready_screen(tmp_path: Path):
    grpc_port, ui_port = a_free_port(), a_free_port()
    command = [str(Path(sys.executable).with_name("foreseye")), "demo", "--stop-when-ready"]
    command += ["--out", str(tmp_path), "--address", f"127.0.0.1:{grpc_port}"]

    done = subprocess.run(
        [*command, "--ui-port", str(ui_port)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert f"http://127.0.0.1:{ui_port}" in done.stderr
    assert f"127.0.0.1:{grpc_port}" in done.stderr
    exam = json.loads((tmp_path / "exam.json").read_text())
    eyes = [
        json.loads((tmp_path / p).read_text())["eye"]["laterality"] for p in exam["photographs"]
    ]
    assert eyes == ["OD", "OS"]


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_so(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        command = [str(Path(sys.executable).with_name("foreseye")), "demo", "--stop-when-ready"]
        done = subprocess.run(
            [*command, "--out", str(tmp_path), "--address", address],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    assert done.returncode != 0
    assert "Traceback" not in done.stderr

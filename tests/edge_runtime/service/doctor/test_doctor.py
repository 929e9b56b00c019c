"""What the doctor says of boxes on which something is wrong, and of one on which nothing is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.errors import BundleUntrusted
from edge_runtime.service.access.roles import Role
from edge_runtime.service.access.token_file import create_token, revoke_token
from edge_runtime.service.certificates import Tls
from edge_runtime.service.doctor import machine, serving
from edge_runtime.service.doctor.finding import Finding, State
from edge_runtime.service.doctor.packages import installed, packages
from edge_runtime.settings import Settings
from tests.edge_runtime.service.authority import Authority
from tests.edge_runtime.service.held_screener import HeldScreener
from tests.edge_runtime.service.live_server import live_server

NOW = datetime.now(timezone.utc)
SOUND = {"onnxruntime": "1.31.1", "opencv-python-headless": "4.12.0", "protobuf": "6.33.6"}


def states(findings: list[Finding]) -> list[State]:
    return [finding.state for finding in findings]


def test_what_is_wrong_comes_with_advice() -> None:
    odd = packages({"onnxruntime": "1.31.1", "onnxruntime-gpu": "1.31.1"})

    assert all(finding.advice for finding in odd if finding.state is not State.WELL)


@pytest.mark.parametrize(
    ("more", "check", "says"),
    [
        ({"onnxruntime-gpu": "1.31.1"}, "onnxruntime", "overwrite each other"),
        ({"opencv-python": "4.12.0"}, "opencv", "overwrite each other"),
        ({"protobuf": "7.35.1"}, "protobuf", "7.35.1"),
    ],
)
def test_packages_that_break_each_other_are_named(
    more: dict[str, str], check: str, says: str
) -> None:
    found = packages({**SOUND, **more})

    (wrong,) = [finding for finding in found if finding.state is State.WRONG]
    assert check in wrong.check
    assert says in wrong.says


def test_tensorrt_11_beside_onnx_runtime_for_10_is_wrong() -> None:
    versions = {**SOUND, "onnxruntime-gpu": "1.31.1", "tensorrt-cu13": "11.4.0"}
    del versions["onnxruntime"]

    (wrong,) = [finding for finding in packages(versions) if finding.state is State.WRONG]
    assert "built for TensorRT 10" in wrong.says


def test_without_an_engine_nothing_can_run() -> None:
    found = packages({"protobuf": "6.33.6", "opencv-python": "4.12.0"})

    assert "pip install 'foreseye[cpu]'" in [finding.advice for finding in found]


def test_the_packages_here_are_sound() -> None:
    assert states(packages(installed())) == [State.WELL] * 4


def test_a_clock_before_the_installation_is_wrong(tmp_path: Path) -> None:
    assert machine.clock(datetime(1970, 1, 1, tzinfo=timezone.utc)).state is State.WRONG
    assert machine.clock(NOW, tmp_path / "none").state is State.WELL
    assert machine.clock(NOW, tmp_path).state is State.WARNING
    (tmp_path / "synchronized").touch()
    assert machine.clock(NOW, tmp_path).state is State.WELL


def test_too_little_memory_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    for free_mb, state in ((100, State.WRONG), (500, State.WARNING), (5000, State.WELL)):
        monkeypatch.setattr(machine, "available_bytes", lambda free=free_mb: free * 1_000_000)
        assert machine.memory(Settings()).state is state


def test_a_disk_without_room_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.disk(tmp_path / "none").state is State.WRONG
    usage = machine.shutil.disk_usage(tmp_path)
    for free_mb, state in ((10, State.WRONG), (500, State.WARNING), (5000, State.WELL)):
        told: Any = usage._replace(free=free_mb * 1_000_000)
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _, told=told: told)
        assert machine.disk(tmp_path).state is state


def test_the_days_that_a_certificate_has_left_are_told(tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    short = ours.issue("short", to_hour=48)
    Path(short.key).chmod(0o600)
    expired = ours.issue("expired", from_hour=-2, to_hour=-1)

    soon = serving.certificates(Tls(short.certificate, short.key), NOW)
    assert states(soon) == [State.WARNING, State.WELL]
    assert "localhost" in soon[0].says
    assert "2 days left" in soon[0].says
    (wrong,) = serving.certificates(Tls(expired.certificate, expired.key), NOW)
    assert "expired on" in wrong.says


def test_a_secret_that_others_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.touch(mode=0o644)
    file.chmod(0o644)
    assert "mode 644" in serving.own(file).says
    file.chmod(0o600)
    assert serving.own(file).state is State.WELL
    assert serving.own(tmp_path / "none").state is State.WRONG


def test_tokens_of_which_none_holds_are_wrong(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    assert states(serving.tokens(file, NOW)) == [State.WRONG]

    _, record = create_token(file, "kiosk-2", (Role.SCREEN,), days=400)
    assert states(serving.tokens(file, NOW)) == [State.WELL, State.WELL]
    soon = serving.tokens(file, NOW + timedelta(days=390))[0]
    assert (soon.state, "kiosk-2" in soon.says) == (State.WARNING, True)

    revoke_token(file, record.id)
    assert states(serving.tokens(file, NOW)) == [State.WRONG, State.WELL]


@pytest.mark.slow
def test_an_address_is_free_taken_or_ours(screener: HeldScreener) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        assert serving._free("address", where).state is State.WRONG
    assert serving.address(where, has_tls=False).state is State.WELL
    with live_server(screener) as live:
        ours = serving.address(live.address, has_tls=False)
        assert "serves there already" in ours.says


def test_an_address_that_the_server_would_refuse_is_wrong() -> None:
    assert "no certificate" in serving.address("0.0.0.0:50051", has_tls=False).says
    assert serving.address("nonsense", has_tls=True).state is State.WRONG


def test_a_bundle_that_nobody_signed_is_wrong(screener: HeldScreener) -> None:
    @contextmanager
    def untrusted() -> Iterator[HeldScreener]:
        raise BundleUntrusted("nobody signed it")
        yield screener

    @contextmanager
    def sound() -> Iterator[HeldScreener]:
        yield screener

    assert "not signed by anyone trusted" in serving.models(untrusted).says
    assert "drawn 1.2.3 gives the expected answers" in serving.models(sound).says

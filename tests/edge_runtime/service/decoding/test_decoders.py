"""Photographs decoded in processes of their own: the same pixels, and nothing lost at a death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import (
    DamagedPicture,
    NotAPicture,
    PhotographError,
    PhotographTooLarge,
    PhotographTooSmall,
)
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.service.decoding import process as decoding_process
from edge_runtime.service.decoding import shared_memory
from edge_runtime.service.decoding.decoders import Decoders
from edge_runtime.service.decoding.process import DecodingProcess, Died
from edge_runtime.settings import Limits
from tests.edge_runtime.fundus.encoded_pictures import (
    drawn_pixels,
    encoded,
    exif_with,
    one_of_each,
    png_header_chunk,
    png_of,
)
from tests.edge_runtime.service.held_screener import PATIENCE_S

LIMITS = Limits(max_photograph_bytes=4_000_000, max_photograph_pixels=4_000_000)
JPEG = encoded(drawn_pixels(), format="JPEG")


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    decoders = Decoders(1, LIMITS)
    decoders.start()
    yield decoders
    decoders.close()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("kind", sorted(one_of_each()))
def test_the_photograph_is_bit_for_bit_the_one_read_here(decoders: Decoders, kind: str) -> None:
    content = one_of_each()[kind]
    here = read_photograph(content, "a/b.picture", LIMITS)

    apart = decoders.read(content, "a/b.picture", LIMITS)

    assert np.array_equal(apart.pixels_HWC, here.pixels_HWC)
    assert not apart.pixels_HWC.flags.writeable
    told = ("name", "sha256", "width_px", "height_px")
    assert [getattr(apart, name) for name in told] == [getattr(here, name) for name in told]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright_as_here(decoders: Decoders, orientation: int) -> None:
    content = encoded(drawn_pixels(), format="JPEG", exif=exif_with(orientation))

    apart = decoders.read(content, "a", LIMITS)

    assert np.array_equal(apart.pixels_HWC, read_photograph(content, "a", LIMITS).pixels_HWC)


def test_it_is_shrunk_as_here(decoders: Decoders) -> None:
    content = encoded(drawn_pixels(1600, 1200), format="JPEG")

    apart = decoders.read(content, "a", LIMITS, 300)

    assert apart.pixels_HWC.shape == (300, 400, 3)
    assert (apart.width_px, apart.height_px) == (1600, 1200)
    here = read_photograph(content, "a", LIMITS, 300)
    assert np.array_equal(apart.pixels_HWC, here.pixels_HWC)


def test_pixels_stay_when_the_next_photograph_comes(decoders: Decoders) -> None:
    first = decoders.read(JPEG, "a", LIMITS)
    kept = first.pixels_HWC.copy()

    decoders.read(encoded(255 - drawn_pixels(), format="JPEG"), "b", LIMITS)

    assert np.array_equal(first.pixels_HWC, kept)


REFUSED: dict[type[PhotographError], bytes] = {
    NotAPicture: b"no picture",
    DamagedPicture: JPEG[: len(JPEG) // 2],
    PhotographTooLarge: png_of(png_header_chunk(50_000, 50_000)),
    PhotographTooSmall: encoded(drawn_pixels(40, 40), format="PNG"),
}


@pytest.mark.parametrize("error", REFUSED)
def test_what_is_refused_here_is_refused_there(
    decoders: Decoders, error: type[PhotographError]
) -> None:
    pids = decoders.pids

    with pytest.raises(error):
        decoders.read(REFUSED[error], "a", LIMITS)

    assert decoders.pids == pids


def test_a_file_over_the_limit_never_reaches_the_process(decoders: Decoders) -> None:
    with pytest.raises(PhotographTooLarge):
        decoders.read(b"1" * (LIMITS.max_photograph_bytes + 1), "a", LIMITS)


def test_a_process_that_was_killed_while_idle_costs_nothing(decoders: Decoders) -> None:
    deaths, (pid,) = decoders.deaths, decoders.pids

    os.kill(pid, signal.SIGKILL)

    assert decoders.read(JPEG, "a", LIMITS).width_px == drawn_pixels().shape[1]
    assert decoders.deaths == deaths + 1
    assert decoders.pids != [pid]


@pytest.mark.slow
def test_a_process_that_is_killed_at_work_is_started_again_and_the_photograph_read(
    decoders: Decoders,
) -> None:
    (pid,) = decoders.pids
    os.kill(pid, signal.SIGSTOP)
    killing = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
    killing.start()

    apart = decoders.read(JPEG, "a", LIMITS)

    killing.join()
    assert np.array_equal(apart.pixels_HWC, read_photograph(JPEG, "a", LIMITS).pixels_HWC)


@pytest.mark.slow
def test_a_photograph_that_kills_every_process_is_refused_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started = decoding_process._started
    kills = ["import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"] * 2

    def starting(*told: Any) -> subprocess.Popen[bytes]:
        if kills:
            return subprocess.Popen([sys.executable, "-c", kills.pop()])
        return started(*told)

    monkeypatch.setattr(decoding_process, "_started", starting)
    decoders = Decoders(1, LIMITS)
    try:
        with pytest.raises(DamagedPicture, match="2 decoding processes died"):
            decoders.read(JPEG, "CANARY.jpg", LIMITS)
        assert decoders.read(JPEG, "b", LIMITS).name == "b"
    finally:
        decoders.close()
    assert "a decoding process died" in caplog.text
    assert "CANARY" not in caplog.text


@pytest.mark.slow
def test_a_process_that_takes_too_long_is_ended() -> None:
    process = DecodingProcess(LIMITS, deadline_s=PATIENCE_S)
    try:
        process.decoded(JPEG, None)
        process._server.settimeout(0.2)
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(Died, match="still running"):
            process.decoded(JPEG, None)
    finally:
        process.end()
    assert not is_alive(process.pid)


ANSWERS = {
    "nothing": b"",
    "no JSON": b"\xff",
    "a list": b"[]",
    "no shape": b"{}",
    "an error of no photograph": b'{"error": "SystemExit", "text": ""}',
    "a negative size": b'{"shape": [-1, -1], "full_px": [200, 200]}',
    "no whole number": b'{"shape": [1.5, 200], "full_px": [200, 200]}',
    "more pixels than there is room for": b'{"shape": [100000, 100000], "full_px": [200, 200]}',
    "a larger photograph than was allowed": b'{"shape": [1, 1], "full_px": [100000, 100000]}',
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_that_none_of_ours_gives_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    program = "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); s.recv(9999); "
    program += f"s.send({ANSWERS[kind]!r})"

    def lying(descriptor: int, *_: Any) -> subprocess.Popen[bytes]:
        told = [sys.executable, "-S", "-c", program, str(descriptor)]
        return subprocess.Popen(told, pass_fds=[descriptor])

    monkeypatch.setattr(decoding_process, "_started", lying)
    process = DecodingProcess(LIMITS)
    try:
        with pytest.raises(Died):
            process.decoded(JPEG, None)
    finally:
        process.end()


def test_the_process_is_limited_in_memory_time_files_and_cores(decoders: Decoders) -> None:
    decoders.read(JPEG, "a", LIMITS)
    told = Path(f"/proc/{decoders.pids[0]}/limits").read_text(encoding="ascii")
    limits = {line[:26].strip(): line[26:].split()[0] for line in told.splitlines()[1:]}

    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"
    assert int(limits["Max open files"]) == 16
    assert int(limits["Max cpu time"]) <= 120
    assert 0 < int(limits["Max address space"]) < 4_000_000_000


def test_the_shared_memory_cannot_be_shrunk() -> None:
    file = shared_memory.shared_file(LIMITS)
    try:
        with pytest.raises(PermissionError):
            os.ftruncate(file, 0)
    finally:
        os.close(file)


def test_the_memory_of_a_large_photograph_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    file = shared_memory.shared_file(LIMITS)
    monkeypatch.setattr(shared_memory, "KEPT_BYTES", 1_000_000)
    memory = shared_memory.SharedMemory(file, LIMITS)
    memory.room(1000, 1000)[:] = 1
    held = os.fstat(file).st_blocks * 512

    memory.give_back(0, 1000 * 1000)

    assert held >= 3_000_000
    assert os.fstat(file).st_blocks == 0
    os.close(file)


@pytest.mark.slow
def test_the_processes_end_when_their_server_is_killed(tmp_path: Path) -> None:
    program = (
        "import time\n"
        "from edge_runtime.service.decoding.decoders import Decoders\n"
        "from edge_runtime.settings import Limits\n"
        "decoders = Decoders(2, Limits())\n"
        "decoders.start()\n"
        "print(*decoders.pids, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        server.kill()

    ends = time.monotonic() + PATIENCE_S
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_closing_ends_the_processes() -> None:
    decoders = Decoders(2, LIMITS)
    decoders.start()
    pids = decoders.pids
    assert len(pids) == 2

    decoders.close()

    assert not any(is_alive(pid) for pid in pids)

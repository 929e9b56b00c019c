"""`foreseye serve` with the reference bundle as a process of its own, which a test may kill."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def a_real_server(
    *options: str, address: str = "127.0.0.1:0"
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield the process, ready, and its address; it is killed at the end if it still runs."""
    program = [sys.executable, "-m", "tests.edge_runtime.service.serve_real"]
    with subprocess.Popen(
        [*program, "--address", address, "--json", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={"PATH": os.environ["PATH"]},
    ) as process:
        assert process.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            line = process.stdout.readline()
            assert line, "the server ended before it was ready"
            told += line
        try:
            yield process, json.loads(told)["address"]
        finally:
            process.kill()


def one_of_a_kind(photograph: bytes) -> bytes:
    """Return the JPEG with a comment that no other has: other bytes, the same picture."""
    comment = secrets.token_bytes(16)
    marker = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big")
    return photograph[:2] + marker + comment + photograph[2:]

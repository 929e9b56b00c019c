"""The parent's side of the process that parses DICOM files: one child, kept for many files."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, Any

from edge_runtime import errors
from edge_runtime.errors import DamagedPicture, PhotographError

DEADLINE_SECONDS = 60.0
"""For one file, on the clock; the child's own limit on processor time is lower."""
FILES_A_CHILD = 256
"""Then a fresh one is started, so that what a library leaks does not add up."""
MAX_ANSWER_BYTES = 1_000_000

REFUSALS: dict[str, type[PhotographError]] = {
    name: getattr(errors, name)
    for name in ("NotAPicture", "UnsupportedPicture", "DamagedPicture", "PhotographTooLarge")
}


@dataclass(frozen=True)
class Parsed:
    """A child's answer: the pictures of a file, and what the file says of them."""

    pictures: tuple[bytes, ...]
    said: dict[str, Any]


class DicomParser:
    """Parses DICOM files in a child process. Safe between threads; close it at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._files_left = 0

    def parse(self, content: bytes) -> Parsed:
        """Return what a file holds. Raises a PhotographError, DamagedPicture where the child died
        of the file or took too long.
        """
        with self._lock:
            child = self._ready_child()
            # The pipes give way when the child is killed, so nothing here waits for ever.
            timer = threading.Timer(DEADLINE_SECONDS, child.kill)
            timer.start()
            try:
                return _exchange(child, content)
            except (OSError, EOFError, ValueError, struct.error) as error:
                self._end_child()
                raise DamagedPicture(
                    f"DICOM: the parser did not survive the file: {error}"
                ) from None
            finally:
                timer.cancel()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end_child()

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._files_left == 0 or self._child.poll() is not None:
            self._end_child()
            self._child = _started()
            self._files_left = FILES_A_CHILD
        self._files_left -= 1
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _started() -> subprocess.Popen[bytes]:
    # One thread: each thread of a numerical library reserves memory that counts against the limit.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "edge_runtime.interop.dicom.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def _exchange(child: subprocess.Popen[bytes], content: bytes) -> Parsed:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(struct.pack(">Q", len(content)))
    child.stdin.write(content)
    child.stdin.flush()
    (length,) = struct.unpack(">Q", _exactly(child.stdout, 8))
    if length > MAX_ANSWER_BYTES:
        raise ValueError(f"an answer of {length} bytes")
    answer = json.loads(_exactly(child.stdout, length))
    if "error" in answer:
        raise REFUSALS[answer["error"]](answer["text"])
    pictures = tuple(_exactly(child.stdout, size) for size in answer["lengths"])
    return Parsed(pictures, answer["said"])


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError("it ended before its answer")
    return content

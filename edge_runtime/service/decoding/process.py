"""The server's side of one decoding process: a photograph's bytes over, its pixels back.

Both cross in shared memory, so that neither goes through a pipe. What comes back is believed in
nothing: sizes are checked before they are used, and pixels are copied once.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from edge_runtime import errors
from edge_runtime.errors import PhotographError
from edge_runtime.fundus.intake import Decoded
from edge_runtime.service.decoding.child import MAX_MESSAGE_BYTES
from edge_runtime.service.decoding.shared_memory import SharedMemory, shared_file
from edge_runtime.settings import Limits

DEADLINE_S = 30.0
"""For one photograph, on the clock; the process's own limit on processor time is lower."""

REFUSALS: dict[str, type[PhotographError]] = {
    name: getattr(errors, name)
    for name in (
        *("NotAPicture", "UnsupportedPicture", "DamagedPicture", "PhotographTooLarge"),
        "PhotographTooSmall",
    )
}


class Died(Exception):
    """The process is gone, or answered what none of ours answers."""


class DecodingProcess:
    """One process. Only one thread at a time may use it."""

    def __init__(self, limits: Limits, deadline_s: float = DEADLINE_S) -> None:
        """Start it; it is ready when it answers."""
        self._limits = limits
        self._server, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server.settimeout(deadline_s)
        file = shared_file(limits)
        try:
            self._memory = SharedMemory(file, limits)
            self._process = _started(theirs.fileno(), file, limits)
        finally:
            theirs.close()
            os.close(file)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def decoded(self, content: bytes, wanted_side_px: int | None) -> Decoded:
        """Return what a photograph shows. Raises a PhotographError or Died."""
        self._memory.put(content)
        request = {"num_bytes": len(content), "wanted_side_px": wanted_side_px}
        try:
            self._server.send(json.dumps(request).encode())
            answer = json.loads(self._server.recv(MAX_MESSAGE_BYTES))
            if "error" in answer:
                raise REFUSALS[answer["error"]](str(answer["text"]))
            return self._seen(answer, len(content))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise Died(f"{type(error).__name__}{self._how()}") from None

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._server.close()
        self._process.kill()
        self._process.wait()

    def _seen(self, answer: dict[str, Any], num_bytes: int) -> Decoded:
        """Return the pixels of an answer. Raises ValueError when they cannot be a photograph's."""
        (rows, columns), (width_px, height_px) = answer["shape"], answer["full_px"]
        for high, wide in ((rows, columns), (height_px, width_px)):
            if type(high) is not int or type(wide) is not int or high < 1 or wide < 1:
                raise ValueError("no size of a picture")
            if high * wide > self._limits.max_photograph_pixels:
                raise ValueError("more pixels than were allowed")
        pixels_HWC = self._memory.room(rows, columns).copy()
        self._memory.give_back(num_bytes, rows * columns)
        return Decoded(pixels_HWC, width_px, height_px)

    def _how(self) -> str:
        """Return how it ended, for the log."""
        try:
            code = self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return ", still running"
        return f", ended by signal {-code}" if code < 0 else f", ended with {code}"


def _started(descriptor: int, memory_file: int, limits: Limits) -> subprocess.Popen[bytes]:
    told = (str(descriptor), str(memory_file), json.dumps(asdict(limits)))
    return subprocess.Popen(
        [sys.executable, "-m", "edge_runtime.service.decoding.child", *told],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[descriptor, memory_file],
        # Ctrl-C is for the server, which finishes its exams and then ends us.
        start_new_session=True,
        # One thread: each thread of a numerical library reserves memory that counts.
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )

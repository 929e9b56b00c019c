"""The server's decoding processes, started again when they die."""

from __future__ import annotations

import logging
import queue
import threading
from contextlib import suppress

from edge_runtime.domain import Photograph
from edge_runtime.errors import DamagedPicture, PhotographTooLarge
from edge_runtime.fundus.intake import Decoded, photograph_of
from edge_runtime.service.decoding.process import DecodingProcess, Died
from edge_runtime.settings import Limits

log = logging.getLogger("foreseye.service")

MAX_PROCESSES = 4
"""A photograph keeps one for a tenth of its exam, and each takes memory of its own."""

TRIES = 2
"""A photograph that two processes died of is damaged, or an attack."""

PHOTOGRAPHS_A_PROCESS = 1_000
"""Then a fresh one is started, so that what a library leaks does not add up."""


class _Seat:
    """A place for one process, and how many photographs it has had."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.process: DecodingProcess | None = None
        self.photographs = 0

    def ready(self) -> DecodingProcess:
        if self.process is None:
            self.process, self.photographs = DecodingProcess(self._limits), 0
        return self.process

    def clear(self) -> None:
        if self.process is not None:
            self.process.end()
            self.process = None


class Decoders:
    """Reads photographs, each in a process. Safe between threads; close it at the end."""

    def __init__(self, count: int, limits: Limits) -> None:
        """Keep up to `count` processes, MAX_PROCESSES at most; none is started yet."""
        self._limits = limits
        self._seats = [_Seat(limits) for _ in range(min(count, MAX_PROCESSES))]
        # The one used last first: its memory is warm, and the others may be starting.
        self._free: queue.LifoQueue[_Seat] = queue.LifoQueue()
        for seat in self._seats:
            self._free.put(seat)
        self._lock = threading.Lock()
        self._closed = False
        self.deaths = 0
        """Processes that died at work since the start."""

    def start(self) -> None:
        """Start the processes, so that the first photographs do not wait for that."""
        for seat in self._seats:
            seat.ready()

    @property
    def pids(self) -> list[int]:
        """The processes' numbers."""
        return [seat.process.pid for seat in self._seats if seat.process is not None]

    def read(
        self, content: bytes, name: str, limits: Limits, wanted_side_px: int | None = None
    ) -> Photograph:
        """Return the photograph in a picture file's bytes, as `intake.read_photograph`.

        Raises what that raises, and DamagedPicture for one that the processes died of.
        """
        assert limits == self._limits, "the processes were started with others"
        if len(content) > limits.max_photograph_bytes:
            raise PhotographTooLarge(f"{len(content)} bytes")
        seat = self._free.get()
        try:
            return photograph_of(content, name, self._decoded(seat, content, wanted_side_px))
        finally:
            self._free.put(seat)

    def close(self) -> None:
        """End the processes. Whoever still reads gets DamagedPicture."""
        self._closed = True
        for seat in self._seats:
            with suppress(OSError):
                seat.clear()

    def _decoded(self, seat: _Seat, content: bytes, wanted_side_px: int | None) -> Decoded:
        for left in reversed(range(TRIES)):
            process = seat.ready()
            seat.photographs += 1
            try:
                seen = process.decoded(content, wanted_side_px)
            except Died as death:
                seat.clear()
                with self._lock:
                    self.deaths += 1
                log.warning("a decoding process died (%s), %d tries left", death, left)
                if self._closed:
                    break
                continue
            if seat.photographs >= PHOTOGRAPHS_A_PROCESS:
                seat.clear()
                seat.ready()
            return seen
        raise DamagedPicture(f"{TRIES} decoding processes died of it")

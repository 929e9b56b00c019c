"""One exam on its way through the service, in a thread of its own.

Streamlit reruns its script at every touch, and a script that waits for the service would be cut
off by the first one. So the waiting is done here, and the screen only looks at what has arrived.
The thread never calls Streamlit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from edge_runtime.wire.client import (
    Cancelled,
    ClientEvent,
    Exam,
    ExamStream,
    ForeseyeError,
    Overloaded,
)
from ui.checking import PhotographCheck

PATIENCE_S = 120.0
"""How long a busy service is asked again before the operator is told to come back."""

CHECKED_WITHIN_S = 5.0
"""How long photographs' checks are waited for before the exam begins without them."""

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0

DEADLINE_S, DEADLINE_A_PHOTOGRAPH_S = 60.0, 15.0
"""The service may take the first, and the second for each photograph, before we give up."""


class Screener(Protocol):
    """The part of `ScreeningClient` that a run needs."""

    def screen(self, exam: Exam, *, with_pictures: bool, timeout_s: float) -> ExamStream:
        """Return the exam's events as they come; iterating raises ForeseyeError."""
        ...


@dataclass(frozen=True)
class Progress:
    """What has arrived so far."""

    events: tuple[ClientEvent, ...] = ()
    finished: bool = False
    error: ForeseyeError | None = None
    waiting: bool = False
    """The service is busy and will be asked again by itself."""


class ScreeningRun:
    """Screens one exam, beginning at once; every method may be called from any thread."""

    def __init__(
        self, screener: Screener, exam: Exam, checks: Sequence[PhotographCheck] = ()
    ) -> None:
        """Begin; `checks` are waited for: what they read need not be read again."""
        self.exam = exam
        self._checks = checks
        self._screener = screener
        self._progress = Progress()
        self._stream: ExamStream | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="screening", daemon=True)
        self._thread.start()

    def progress(self) -> Progress:
        """Return what has arrived so far."""
        return self._progress

    def stop(self) -> None:
        """Stop the work on the service too; what has arrived stays."""
        self._stopping.set()
        stream = self._stream
        if stream is not None:
            stream.close()

    def wait(self, timeout_s: float) -> bool:
        """Return True at the end of the run, False when it has not come in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        self._await_checks()
        waited_s = 0.0
        while True:
            error = self._attempt()
            if not isinstance(error, Overloaded):
                break
            pause_s = min(max(error.retry_after_ms / 1000, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
            waited_s += pause_s
            if waited_s > PATIENCE_S:
                break
            self._progress = Progress(waiting=True)
            if self._stopping.wait(pause_s):
                error = Cancelled("stopped while the service was busy")
                break
        self._progress = replace(self._progress, finished=True, error=error, waiting=False)

    def _await_checks(self) -> None:
        ends = time.monotonic() + CHECKED_WITHIN_S
        for check in self._checks:
            check.wait(max(0.0, ends - time.monotonic()))

    def _attempt(self) -> ForeseyeError | None:
        deadline_s = DEADLINE_S + DEADLINE_A_PHOTOGRAPH_S * len(self.exam.photographs)
        self._progress = Progress()
        try:
            stream = self._screener.screen(self.exam, with_pictures=True, timeout_s=deadline_s)
            with stream:
                self._stream = stream
                self._gather(stream)
        except ForeseyeError as error:
            return error
        return None

    def _gather(self, stream: ExamStream) -> None:
        for event in stream:
            self._progress = Progress((*self._progress.events, event))
            if self._stopping.is_set():
                raise Cancelled("stopped at this screen")

"""The verdict on one photograph at once, while the person still sits at the camera.

The service screens the photograph alone. The verdict stands as soon as it has said whether it can
be read and which eye it shows; it goes on to the end all the same, ahead of the exam, which then
need not read the photograph again. A check that fails says nothing: the exam itself will tell.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, replace
from typing import Protocol

from edge_runtime.wire.client import (
    AnatomySeen,
    ClientEvent,
    Exam,
    ExamStream,
    Eye,
    ForeseyeError,
    PhotographFile,
    PhotographRefused,
    Quality,
    QualityRead,
)

DEADLINE_S = 30.0
PREFIX = "check-"
"""Of a check's exam id: such exams are no exams of a person."""


class Screener(Protocol):
    """The part of `ScreeningClient` that a check needs."""

    def screen(self, exam: Exam, *, with_pictures: bool, timeout_s: float) -> ExamStream:
        """Return the exam's events as they come; iterating raises ForeseyeError."""
        ...


@dataclass(frozen=True)
class Checked:
    """What a check found; all empty while it runs, and after one that failed."""

    quality: Quality | None = None
    refused_because: str = ""
    conflict: bool = False
    """The picture shows the other eye than `given`."""
    given: Eye | None = None
    finished: bool = False

    @property
    def readable(self) -> bool:
        """True when the service said that the photograph can be read."""
        return self.quality is not None and self.quality.gradable

    @property
    def unreadable(self) -> bool:
        """True when the service said that it cannot."""
        return bool(self.refused_because) or (
            self.quality is not None and not self.quality.gradable
        )


class PhotographCheck:
    """Checks one photograph, beginning at once; every method may be called from any thread."""

    def __init__(self, screener: Screener, photograph: PhotographFile) -> None:
        self._screener = screener
        self._exam = Exam(f"{PREFIX}{secrets.token_hex(8)}", (photograph,), read_ahead=True)
        self._found = Checked()
        self._judged = threading.Event()
        self._thread = threading.Thread(target=self._work, name="check", daemon=True)
        self._thread.start()

    def found(self) -> Checked:
        """Return what is known by now."""
        return self._found

    def judged(self, timeout_s: float) -> bool:
        """Return True once the verdict stands, False when that takes longer."""
        return self._judged.wait(timeout_s)

    def wait(self, timeout_s: float) -> bool:
        """Return True once the photograph is read to the end, False when that takes longer."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        given = self._exam.photographs[0].eye
        try:
            with self._screener.screen(
                self._exam, with_pictures=False, timeout_s=DEADLINE_S
            ) as stream:
                for event in stream:
                    self._tell(_with(self._found, event, given))
        except ForeseyeError:
            pass
        finally:
            self._tell(replace(self._found, finished=True))

    def _tell(self, found: Checked) -> None:
        self._found = found
        if found.finished:
            self._judged.set()


def _with(found: Checked, event: ClientEvent, given: Eye | None) -> Checked:
    """Return what is known once an event has come."""
    if isinstance(event, PhotographRefused):
        return Checked(refused_because=event.reason, finished=True)
    if isinstance(event, QualityRead):
        return Checked(event.quality, finished=not event.quality.gradable)
    if isinstance(event, AnatomySeen):
        return replace(found, conflict=event.eye.conflict, given=given, finished=True)
    return found

"""The verdict on one photograph at once, while the person still sits at the camera.

The service screens the photograph alone and is stopped as soon as it has said whether it can be
read and which eye it shows; nothing is measured. A check that fails says nothing: the exam itself
will tell.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import Protocol

from edge_runtime.wire.client import (
    AnatomySeen,
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
        self._exam = Exam(f"{PREFIX}{secrets.token_hex(8)}", (photograph,))
        self._found = Checked()
        self._thread = threading.Thread(target=self._work, name="check", daemon=True)
        self._thread.start()

    def found(self) -> Checked:
        """Return what is known by now."""
        return self._found

    def wait(self, timeout_s: float) -> bool:
        """Return True at the end of the check, False when it has not come in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        found = Checked(finished=True)
        try:
            found = self._verdict()
        except ForeseyeError:
            pass
        finally:
            self._found = found

    def _verdict(self) -> Checked:
        quality: Quality | None = None
        with self._screener.screen(self._exam, with_pictures=False, timeout_s=DEADLINE_S) as stream:
            for event in stream:
                if isinstance(event, PhotographRefused):
                    return Checked(refused_because=event.reason, finished=True)
                if isinstance(event, QualityRead):
                    quality = event.quality
                    self._found = Checked(quality)
                    if not quality.gradable:
                        break
                if isinstance(event, AnatomySeen):
                    given = self._exam.photographs[0].eye
                    return Checked(quality, conflict=event.eye.conflict, given=given, finished=True)
        return Checked(quality, finished=True)

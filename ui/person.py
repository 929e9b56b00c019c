"""The person in front of the screen: the photographs waiting, what is known, where we are.

One `KioskPerson` lives in the session and nowhere else; "Next person" replaces it by a new one
with a new serial, and since every widget's key holds the serial, every widget starts empty.
Nothing here knows Streamlit.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from enum import Enum

from edge_runtime.wire.client import Exam, Eye, Person, PhotographFile, Sex
from ui.overlays import Layers, thumbnail
from ui.screening import ScreeningRun

MAX_PHOTOGRAPHS = 16
"""As many as the service takes in one exam (foreseye.v1.ScreenRequest.photographs)."""


class Phase(Enum):
    """Where the person is on the way."""

    PHOTOGRAPHS = 1
    SCREENING = 2
    RESULT = 3


@dataclass(frozen=True)
class WaitingPhotograph:
    """One photograph that was chosen or taken, and which eye somebody said it is."""

    number: int
    name: str
    content: bytes = field(repr=False)
    sha256: str
    eye: Eye | None
    thumbnail: bytes | None = field(repr=False)
    """JPEG to show, or None for a file that this screen cannot draw."""


@dataclass(frozen=True)
class Notice:
    """Something that the operator must know about the photographs: a wording key, its values."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    urgent: bool = False


@dataclass
class KioskPerson:
    """Everything of one person at the screen."""

    serial: str = field(default_factory=lambda: secrets.token_hex(4))
    phase: Phase = Phase.PHOTOGRAPHS
    photographs: list[WaitingPhotograph] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    age_years: int | None = None
    sex: Sex | None = None
    run: ScreeningRun | None = None
    saved: bool = False
    """True once somebody downloaded the exam that is on the screen."""
    inlets_used: dict[str, int] = field(default_factory=dict)
    """How often each uploader and camera gave something. It is part of the widget's key, so that
    the widget starts empty again; each counts alone, so that no other upload is cut off."""
    last_number: int = 0
    drawn: dict[tuple[str, int, Layers | None], bytes] = field(default_factory=dict, repr=False)
    """Photographs with their overlays, by exam, index and layers (None for the file as
    it came), so that none is drawn twice."""

    def inlet_key(self, inlet: str) -> str:
        """Return the key of the widget that is now this uploader or camera."""
        return f"{inlet}-{self.serial}-{self.inlets_used.get(inlet, 0)}"

    def inlet_used(self, inlet: str) -> None:
        """Let this uploader or camera start empty at the next drawing of the page."""
        self.inlets_used[inlet] = self.inlets_used.get(inlet, 0) + 1

    @property
    def exam_id(self) -> str:
        """Return the id of the exam on the screen; empty before the first."""
        return self.run.exam.exam_id if self.run else ""

    def add(self, name: str, content: bytes, eye: Eye | None) -> None:
        """Put a photograph with the others; one that is there already or too many is noted."""
        sha256 = hashlib.sha256(content).hexdigest()
        twin = next((p for p in self.photographs if p.sha256 == sha256), None)
        if twin is not None:
            self.notices.append(Notice(_twin_notice(twin.eye, eye), {"name": name}))
            return
        if len(self.photographs) >= MAX_PHOTOGRAPHS:
            self.notices.append(
                Notice("notice.too_many", {"name": name, "most": str(MAX_PHOTOGRAPHS)})
            )
            return
        self.last_number += 1
        self.photographs.append(
            WaitingPhotograph(self.last_number, name, content, sha256, eye, thumbnail(content))
        )

    def of_eye(self, eye: Eye | None) -> list[WaitingPhotograph]:
        """Return the photographs of one eye, in the order in which they came."""
        return [p for p in self.photographs if p.eye == eye]

    def remove(self, number: int) -> None:
        """Take one photograph away."""
        self.photographs = [p for p in self.photographs if p.number != number]

    def say_eye(self, number: int, eye: Eye | None) -> None:
        """Set which eye one photograph shows; None lets the picture tell."""
        self.photographs = [
            WaitingPhotograph(p.number, p.name, p.content, p.sha256, eye, p.thumbnail)
            if p.number == number
            else p
            for p in self.photographs
        ]

    def exam(self) -> Exam:
        """Return the exam to screen, under a fresh id; photographs in the order of the list."""
        return Exam(
            exam_id=f"kiosk-{secrets.token_hex(8)}",
            photographs=tuple(PhotographFile(p.name, p.content, p.eye) for p in self.photographs),
            person=Person(age_years=self.age_years, sex=self.sex),
        )


def _twin_notice(there: Eye | None, here: Eye | None) -> str:
    same_place = there == here or there is None or here is None
    return "notice.twin" if same_place else "notice.twin_other_eye"

"""The person in front of the screen: the photographs waiting, what is known, where we are.

One `KioskPerson` lives in the session and nowhere else; "Next person" replaces it by a new one
with a new serial, and since every widget's key holds the serial, every widget starts empty.
Nothing here knows Streamlit.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from edge_runtime.wire.client import (
    Exam,
    Eye,
    Person,
    PhotographFile,
    ScheduledExam,
    ScheduledToday,
    Sex,
)
from ui.checking import Checked, PhotographCheck, Screener
from ui.overlays import Layers, thumbnail
from ui.overrides import Against, Override, Question
from ui.screening import ScreeningRun

MAX_PHOTOGRAPHS = 16
"""As many as the service takes in one exam (foreseye.v1.ScreenRequest.photographs)."""

MAX_ATTEMPTS = 3
"""Photographs of an eye that cannot be read before the person is referred instead of photographed
again: endless retakes help nobody (the published field studies count two to three)."""


EARLIEST_BIRTH = date(1900, 1, 1)


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
    check: PhotographCheck | None = field(default=None, repr=False, compare=False)

    @property
    def checked(self) -> Checked:
        """What is known of it already; nothing where nobody checks."""
        return self.check.found() if self.check is not None else Checked(finished=True)


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
    exam_key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """Of the one exam that the records keep of this person; nothing is kept without records."""
    phase: Phase = Phase.PHOTOGRAPHS
    photographs: list[WaitingPhotograph] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    identified: bool = False
    """Whether the two identifiers below are asked for; else the exam is anonymous. They stay in
    this session and on the printed page, and with the records where these are kept: the models
    are not told who it is."""
    hospital_number: str = ""
    birth_date: date | None = None
    age_years: int | None = None
    sex: Sex | None = None
    covariates: dict[str, float] = field(default_factory=dict)
    listed: ScheduledToday | None = field(default=None, repr=False)
    """Whom the hospital expects, while somebody looks for the person among them."""
    chosen: ScheduledExam | None = field(default=None, repr=False)
    """The entry of that list that filled this exam."""
    attempts: dict[Eye, int] = field(default_factory=dict)
    """How many photographs of each eye were taken, those that were removed included."""
    given_up: set[Eye] = field(default_factory=set)
    """Eyes that somebody recorded as not to be read: refer, no more photographs."""
    overrides: list[Override] = field(default_factory=list)
    run: ScreeningRun | None = None
    phone_token: str = field(default="", repr=False)
    """Of the code that lets a phone in; empty before one was asked for."""
    phone_identifiers: dict[str, str] | None = field(default=None, repr=False)
    """Under which the phone's exam is kept; None where nothing is kept or no code was shown."""
    saved: bool = False
    """True once somebody downloaded the exam that is on the screen, or where records keep it."""
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
    def lacks_an_identifier(self) -> bool:
        """Whether one of the two identifiers that were chosen to be given is not there yet."""
        return self.identified and not (self.hospital_number and self.birth_date)

    @property
    def exam_id(self) -> str:
        """Return the id of the exam on the screen; empty before the first."""
        return self.run.exam.exam_id if self.run else ""

    def add(
        self, name: str, content: bytes, eye: Eye | None, screener: Screener | None = None
    ) -> None:
        """Put a photograph with the others; one that is there already or too many is noted.

        `screener` checks it at once.
        """
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
        if eye is not None:
            self.attempts[eye] = self.attempts.get(eye, 0) + 1
        check = PhotographCheck(screener, PhotographFile(name, content, eye)) if screener else None
        self.photographs.append(
            WaitingPhotograph(
                self.last_number, name, content, sha256, eye, thumbnail(content), check
            )
        )

    @property
    def only_eye(self) -> Eye | None:
        """Return the one eye that the hospital asks for; None for both, or where it is silent."""
        eyes = set(self.chosen.eyes) if self.chosen else set()
        return eyes.pop() if len(eyes) == 1 else None

    def of_eye(self, eye: Eye | None) -> list[WaitingPhotograph]:
        """Return the photographs of one eye, in the order in which they came."""
        return [p for p in self.photographs if p.eye == eye]

    def remove(self, number: int) -> None:
        """Take one photograph away."""
        self.photographs = [p for p in self.photographs if p.number != number]

    def say_eye(self, number: int, eye: Eye | None) -> None:
        """Set which eye one photograph shows; None lets the picture tell."""
        self.photographs = [
            replace(p, eye=eye) if p.number == number else p for p in self.photographs
        ]

    def checking(self) -> bool:
        """Return whether a verdict is still to come."""
        return not all(p.checked.finished for p in self.photographs)

    def judged(self, timeout_s: float) -> bool:
        """Return True once every photograph has its verdict, False when that takes longer."""
        ends_s = time.monotonic() + timeout_s
        checks = [p.check for p in self.photographs if p.check is not None]
        return all(check.judged(max(0.0, ends_s - time.monotonic())) for check in checks)

    def best(self, eye: Eye | None) -> WaitingPhotograph | None:
        """Return the photograph of an eye that can be read best, of those that were judged."""
        judged = [(p.checked.quality, p) for p in self.of_eye(eye)]
        ranked = [(q.gradable, q.probability, p.number, p) for q, p in judged if q is not None]
        return max(ranked, key=lambda each: each[:3])[3] if ranked else None

    def cannot_be_read(self, eye: Eye) -> bool:
        """Return whether an eye is to be referred instead of photographed again."""
        checks = [p.checked for p in self.of_eye(eye)]
        if not checks or not all(c.unreadable for c in checks):
            return False
        by_the_eye = any(c.quality is not None and c.quality.cause == "eye" for c in checks)
        return by_the_eye or self.attempts.get(eye, 0) >= MAX_ATTEMPTS

    def questions(self) -> list[Question]:
        """Return what the machine advises against and nobody has decided yet."""
        found = []
        for eye in Eye:
            checks = [(p, p.checked) for p in self.of_eye(eye)]
            if any(wrong_eye(p, c) for p, c in checks):
                found.append(Question(Against.OTHER_EYE, eye))
            unreadable = checks and all(c.unreadable for _, c in checks)
            if unreadable and not self.cannot_be_read(eye) and eye not in self.given_up:
                found.append(Question(Against.UNREADABLE, eye))
        decided = {override.question for override in self.overrides}
        return [question for question in found if question not in decided]

    def exam(self) -> Exam:
        """Return the exam to screen, under a fresh id; photographs in the order of the list."""
        return Exam(
            exam_id=f"kiosk-{secrets.token_hex(8)}",
            photographs=tuple(PhotographFile(p.name, p.content, p.eye) for p in self.photographs),
            person=Person(age_years=self.age_years, sex=self.sex, covariates=dict(self.covariates)),
        )


def wrong_eye(photograph: WaitingPhotograph, checked: Checked) -> bool:
    """Return whether the picture shows the other eye than the one that it stands under now.

    The check was made under the eye of the first moment; a photograph that was moved since
    stands under the eye that the picture shows.
    """
    return checked.conflict and photograph.eye is checked.given


def _twin_notice(there: Eye | None, here: Eye | None) -> str:
    same_place = there == here or there is None or here is None
    return "notice.twin" if same_place else "notice.twin_other_eye"

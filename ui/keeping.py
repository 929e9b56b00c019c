"""Screens an exam through the records: what the kiosk shows is kept before it is shown.

A run (`ui/screening.py`) screens with this in place of the screening client. One person at the
kiosk is one exam: its key is made once, so that trying again keeps nothing twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from edge_runtime.wire.client import Exam, ExamStream, Eye, PhotographFile, records_client
from ui.overrides import Against, Override
from ui.person import KioskPerson


@dataclass(frozen=True)
class Keeping:
    """How one person at the kiosk is kept."""

    exam_key: str
    identifiers: dict[str, str]
    overrides: tuple[Override, ...] = ()


def keeping_of(person: KioskPerson) -> Keeping:
    """Return how a person is kept: under two identifiers where both were given, else under none."""
    identifiers = {}
    if person.identified and person.hospital_number and person.birth_date is not None:
        identifiers = {
            records_client.HOSPITAL_NUMBER: person.hospital_number,
            records_client.BIRTH_DATE: person.birth_date.isoformat(),
        }
    return Keeping(person.exam_key, identifiers, tuple(person.overrides))


class KeepingScreener:
    """Keeps the exam, its photographs and who went on against advice, then screens them all."""

    def __init__(self, clinic: records_client.Clinic, keeping: Keeping) -> None:
        self._clinic, self._keeping = clinic, keeping

    def screen(self, exam: Exam, *, with_pictures: bool, timeout_s: float) -> ExamStream:
        """Return the exam's events, each kept before it comes; raises what the records refuse."""
        del with_pictures  # kept exams always have them
        keeping = self._keeping
        kept = self._clinic.open_exam(keeping.exam_key, keeping.identifiers, exam.person)
        if kept.person != exam.person:
            self._clinic.describe_person(kept.exam_id, exam.person)
        photographs = [
            self._clinic.add_photograph(kept.exam_id, file, photograph_key(keeping.exam_key, file))
            for file in exam.photographs
        ]
        self._override(kept, photographs)
        ids = [photograph.photograph_id for photograph in photographs]
        return self._clinic.screen_exam(kept.exam_id, ids, finishes=True, timeout_s=timeout_s)

    def _override(
        self,
        kept: records_client.KeptExam,
        photographs: list[records_client.KeptPhotograph],
    ) -> None:
        done = {decision.photograph_id for decision in kept.decisions}
        for eye, why in overridden(self._keeping.overrides).items():
            for photograph in photographs:
                if photograph.eye is eye and photograph.photograph_id not in done:
                    self._clinic.decide(
                        kept.exam_id,
                        photograph.photograph_id,
                        "quality",
                        records_client.DecisionKind.OVERRIDE,
                        why=why,
                    )


def overridden(overrides: tuple[Override, ...]) -> dict[Eye, str]:
    """Return why somebody goes on with photographs of an eye that cannot be read."""
    return {
        each.question.eye: f"{each.who}: {each.why}"
        for each in overrides
        if each.question.against is Against.UNREADABLE
    }


def photograph_key(exam_key: str, file: PhotographFile) -> str:
    """Return the key of one photograph under one eye: sent again it is kept once."""
    content = hashlib.sha256(file.content).hexdigest()
    named = f"{exam_key} {content} {file.eye.value if file.eye else ''}"
    return hashlib.sha256(named.encode()).hexdigest()

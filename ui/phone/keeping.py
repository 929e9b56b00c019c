"""A phone's exam in the records: kept before it is screened, as the kiosk's is.

Whoever shows the code is signed in; the exam is one of the person at the kiosk. The phone gets a
session with the records for this one exam, which stays on the server that draws the pages: the
phone itself holds no token of the records.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from edge_runtime.wire.client import (
    Exam,
    ExamStream,
    Person,
    Urgency,
    records_client,
)
from ui.keeping import Keeping


@dataclass(frozen=True)
class PhoneKeeping:
    """Where a phone's photographs are kept: one exam, as that exam's phone."""

    clinic: records_client.Clinic = field(repr=False)
    exam_id: str
    known: Person
    """What the kiosk knew of the person when the code was shown."""


def invited(
    records: records_client.RecordsClient,
    clinic: records_client.Clinic,
    keeping: Keeping,
    known: Person,
) -> PhoneKeeping:
    """Return a phone's place in the records, made by whoever is signed in. Raises ForeseyeError."""
    exam = clinic.open_exam(_exam_key(keeping), keeping.identifiers, known)
    token, _ = clinic.invite_phone(exam.exam_id)
    return PhoneKeeping(records.sign_in_phone(token), exam.exam_id, known)


def _exam_key(keeping: Keeping) -> str:
    # Apart from the kiosk's own exam, and another one once the identifiers were changed: an exam
    # keeps those under which it was opened.
    named = f"phone {keeping.exam_key} {sorted(keeping.identifiers.items())}"
    return hashlib.sha256(named.encode()).hexdigest()


class PhoneKeepingScreener:
    """Keeps photographs that were uploaded before, then screens them in the name of their exam."""

    def __init__(self, keeping: PhoneKeeping, upload_keys: tuple[str, ...]) -> None:
        self._keeping, self._upload_keys = keeping, upload_keys

    def screen(self, exam: Exam, *, with_pictures: bool, timeout_s: float) -> ExamStream:
        """Return the exam's events, each kept before it comes; raises what the records refuse."""
        del with_pictures  # kept exams always have them
        clinic, exam_id = self._keeping.clinic, self._keeping.exam_id
        if exam.person != self._keeping.known:
            clinic.describe_person(exam_id, exam.person)
        ids = [
            # Its upload's key is its own: asked again, it is kept once.
            clinic.add_photograph(exam_id, file, key, upload_key=key).photograph_id
            for file, key in zip(exam.photographs, self._upload_keys, strict=True)
        ]
        return clinic.screen_exam(
            exam_id, ids, finishes=True, urgency=Urgency.PHONE, timeout_s=timeout_s
        )


def described(known: Person, said: Person) -> Person:
    """Return what is known of the person once the phone has said its part."""
    return Person(
        age_years=known.age_years if said.age_years is None else said.age_years,
        sex=said.sex or known.sex,
        covariates=known.covariates,
    )

"""Whom the hospital expects, as it crosses the wire, and the client's part that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_runtime.domain import Eye, Sex
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.enums import EYE, EYE_OF, SEX, SEX_OF
from edge_runtime.wire.exam_stream import raised_here
from edge_runtime.wire.offering import offers

WORKLIST_SERVICE = "foreseye.v1.Worklist"
SESSION_KEY = "foreseye-session"
"""Metadata: the token of the person's session, where records are kept."""

ASKING_S = 60.0
"""Beyond the time that the service gives the hospital."""


@dataclass(frozen=True)
class ScheduledExam:
    """One person whom the hospital expects. A text is empty where it does not say; all come from
    the hospital's system, each on one line.
    """

    starts: str
    """Day, and time where it is said: 2026-03-04T09:05, by the hospital's clock."""
    patient_id: str
    name: str
    birth_date: str
    """YYYY-MM-DD."""
    sex: Sex | None
    age_years: int | None
    """Completed, on that day."""
    procedure: str
    station: str
    accession_number: str
    eyes: tuple[Eye, ...]
    """Which are asked for; empty where the hospital does not say."""


@dataclass(frozen=True)
class ScheduledToday:
    """Today's list, by time."""

    exams: tuple[ScheduledExam, ...]
    num_unreadable: int
    """Entries that could not be read."""
    more: bool
    """True when there are more than are shown."""


class WorklistClient:
    """The hospital's list; `ScreeningClient` is one."""

    _worklist: Any
    _health: Any
    _timeout_s: float

    def offers_worklist(self) -> bool:
        """Return whether the server knows a hospital to ask. Raises ServerUnreachable, TooLate."""
        return offers(self._health, WORKLIST_SERVICE, self._timeout_s)

    def scheduled(self, session: str = "") -> ScheduledToday:
        """Return whom the hospital expects today; `session` is that of who asks, if there is one.

        Raises HospitalUnreachable, HospitalUnacquainted, HospitalRefused, HospitalUnclear,
        NotSignedIn, NotAllowed, ServerUnreachable or TooLate.
        """
        metadata = ((SESSION_KEY, session),) if session else ()
        with raised_here():
            reply = self._worklist.ListScheduled(
                pb.ListScheduledRequest(), timeout=ASKING_S, metadata=metadata
            )
            exams = tuple(map(scheduled_from_wire, reply.scheduled))
            return ScheduledToday(exams, reply.unreadable, reply.more)


def scheduled_to_wire(exam: ScheduledExam) -> pb.ScheduledExam:
    """Return the message of a record."""
    return pb.ScheduledExam(
        starts=exam.starts,
        patient_id=exam.patient_id,
        name=exam.name,
        birth_date=exam.birth_date,
        sex=pb.SEX_UNSPECIFIED if exam.sex is None else SEX[exam.sex],
        age_years=exam.age_years,
        procedure=exam.procedure,
        station=exam.station,
        accession_number=exam.accession_number,
        eyes=[EYE[eye] for eye in exam.eyes],
    )


def scheduled_from_wire(message: pb.ScheduledExam) -> ScheduledExam:
    """Return the record of a message. Raises KeyError for an eye that this version does not know.

    A sex that this version does not know is one that is not known.
    """
    return ScheduledExam(
        starts=message.starts,
        patient_id=message.patient_id,
        name=message.name,
        birth_date=message.birth_date,
        sex=SEX_OF.get(message.sex),
        age_years=message.age_years if message.HasField("age_years") else None,
        procedure=message.procedure,
        station=message.station,
        accession_number=message.accession_number,
        eyes=tuple(EYE_OF[eye] for eye in message.eyes),
    )

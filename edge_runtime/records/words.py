"""The words of the records, and how an exam goes from state to state.

This module and `access`, `kept` beside it load no database: the wire's client uses them too.
"""

from __future__ import annotations

from enum import Enum


class Role(str, Enum):
    """What a person may do; `access.MAY` says what that is."""

    TECHNICIAN = "technician"
    GRADER = "grader"
    DOCTOR = "doctor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    PHONE = "phone"
    """One phone for one exam; no user has it."""


class ExamState(str, Enum):
    """Where an exam stands."""

    CREATED = "created"
    CAPTURING = "capturing"
    ANALYSING = "analysing"
    PRELIMINARY = "preliminary"
    SIGNED = "signed"
    AMENDED = "amended"
    """Signed once, opened again for a correction, not yet signed again."""
    ERASED = "erased"


NEXT: dict[ExamState, frozenset[ExamState]] = {
    ExamState.CREATED: frozenset({ExamState.CAPTURING, ExamState.ERASED}),
    ExamState.CAPTURING: frozenset({ExamState.CAPTURING, ExamState.ANALYSING, ExamState.ERASED}),
    ExamState.ANALYSING: frozenset(
        {ExamState.CAPTURING, ExamState.PRELIMINARY, ExamState.ERASED},
    ),
    ExamState.PRELIMINARY: frozenset(
        {ExamState.CAPTURING, ExamState.ANALYSING, ExamState.SIGNED, ExamState.ERASED}
    ),
    ExamState.SIGNED: frozenset({ExamState.AMENDED, ExamState.ERASED}),
    ExamState.AMENDED: frozenset({ExamState.SIGNED, ExamState.ERASED}),
    ExamState.ERASED: frozenset(),
}
"""From each state, the states that may follow."""

OPEN_FOR_PHOTOGRAPHS = frozenset({ExamState.CREATED, ExamState.CAPTURING, ExamState.PRELIMINARY})
OPEN_FOR_READING = frozenset({ExamState.CAPTURING, ExamState.PRELIMINARY, ExamState.AMENDED})


class ConsentScope(str, Enum):
    """What a consent is for."""

    SCREENING = "screening"
    TRAINING = "training"
    SIMULATED_PICTURES = "simulated_pictures"


class DecisionKind(str, Enum):
    """What a person did with a finding."""

    ACCEPT = "accept"
    CORRECT = "correct"
    REFUSE = "refuse"
    """It cannot be said from this photograph."""
    OVERRIDE = "override"
    """Used although the quality verdict was against it."""


class ErasureReason(str, Enum):
    """Why a person is erased: a closed list, for the audit holds no free text."""

    WITHDRAWN_CONSENT = "withdrawn_consent"
    ON_REQUEST = "on_request"
    RETENTION = "retention"
    MISTAKE = "mistake"


HOSPITAL_NUMBER = "hospital_number"
BIRTH_DATE = "birth_date"
FAMILY_NAME = "family_name"
IDENTIFIERS = (HOSPITAL_NUMBER, BIRTH_DATE, FAMILY_NAME)
"""Kinds of identifiers; an exam has none, or the hospital number and one of the others."""

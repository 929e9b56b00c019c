"""A person whom the hospital expects, found in its list and put at the screen.

Nothing here knows Streamlit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from edge_runtime.wire.client import ScheduledExam
from ui.person import EARLIEST_BIRTH, KioskPerson

LONGEST_NUMBER = 64
"""As long as a patient's id may be (PS3.5, LO); a longer one is none, and is not cut to be one."""


def person_of(entry: ScheduledExam, today: date) -> KioskPerson:
    """Return a new person with what the hospital says; what it does not say is empty."""
    born = birth_date_of(entry, today)
    number = entry.patient_id if len(entry.patient_id) <= LONGEST_NUMBER else ""
    return KioskPerson(
        identified=True,
        hospital_number=number,
        birth_date=born,
        age_years=entry.age_years if born is not None else None,
        sex=entry.sex,
        chosen=entry,
    )


def birth_date_of(entry: ScheduledExam, today: date) -> date | None:
    """Return the birth date, None where there is none or it cannot be one."""
    try:
        born = date.fromisoformat(entry.birth_date)
    except ValueError:
        return None
    return born if EARLIEST_BIRTH <= born <= today else None


def found_in(entries: Sequence[ScheduledExam], words: str) -> list[ScheduledExam]:
    """Return the entries whose name or number holds each of the words, in any case."""
    wanted = words.casefold().split()
    return [
        entry
        for entry in entries
        if all(word in f"{entry.name} {entry.patient_id}".casefold() for word in wanted)
    ]

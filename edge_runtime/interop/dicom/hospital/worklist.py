"""Whom the hospital expects: the modality worklist, asked for by C-FIND (PS3.4 annex K).

Asked for and shown is what stands in `Scheduled` and nothing else, whatever a server sends along.
A name and a birth date are asked for only where somebody wants to see them.
"""

from __future__ import annotations

import logging
import re
import time
import warnings
from dataclasses import dataclass
from datetime import date, datetime

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from edge_runtime.errors import InvalidField
from edge_runtime.interop.dicom.hospital.association import Caller, answers
from edge_runtime.interop.dicom.hospital.errors import HospitalUnreachable
from edge_runtime.interop.dicom.hospital.laterality import ask_for_laterality, laterality_of
from edge_runtime.interop.dicom.sop_classes import EXPLICIT_LITTLE, IMPLICIT_LITTLE

log = logging.getLogger("foreseye.dicom")

WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
CODE_STRING = re.compile(r"^[A-Z0-9_ ]{1,16}$")
DATE, TIME = re.compile(r"^\d{8}$"), re.compile(r"^\d{2}(\d{2}(\d{2}(\.\d+)?)?)?$")
ESCAPE = re.compile("\x1b[ -/]+[0-~]")
"""Of ISO 2022; pydicom 3.0.2 decodes what follows those of GB 2312 and leaves them standing."""
LONGEST_TEXT = 128


@dataclass(frozen=True)
class Question:
    """Which entries are wanted; None: any."""

    day: date | None = None
    modality: str | None = "OP"
    station: str | None = None
    """The application entity title that it is scheduled at."""
    with_names: bool = False
    """Whether names and birth dates are wanted, too."""
    max_entries: int = 1000

    def __post_init__(self) -> None:
        if self.modality is not None and not CODE_STRING.match(self.modality):
            raise InvalidField("modality", f"{self.modality[:20]!r} is no modality, such as OP")


@dataclass(frozen=True)
class Scheduled:
    """One entry. A text is None where the hospital says nothing; all come from a stranger."""

    starts: str | None
    """Date, and time where it is said, as ISO 8601 has them, in the hospital's own time."""
    patient_id: str | None
    sex: str | None
    """F, M or O."""
    age_years: int | None
    """Completed, on that day."""
    modality: str | None
    station: str | None
    procedure: str | None
    accession_number: str | None
    requested_procedure_id: str | None
    step_id: str | None
    study_uid: str | None
    laterality: str | None
    """Of the eye that is asked for: R, L or B."""
    name: str | None = None
    birth_date: str | None = None


@dataclass(frozen=True)
class Worklist:
    """The entries, by time."""

    scheduled: tuple[Scheduled, ...]
    num_unreadable: int
    """Answers that were none that can be read."""
    more: bool
    """True when there are more than were wanted."""


def worklist(caller: Caller, question: Question) -> Worklist:
    """Return whom the hospital expects. The whole answer may take the caller's timeout.

    Raises HospitalError.
    """
    found: list[Scheduled] = []
    num_unreadable, more = 0, False
    until = time.monotonic() + caller.timeout_s
    with caller.associated([(WORKLIST_FIND, [EXPLICIT_LITTLE, IMPLICIT_LITTLE])]) as association:
        given = association.send_c_find(_asked(question), WORKLIST_FIND)
        for identifier in answers(association, given):
            if len(found) + num_unreadable == question.max_entries:
                more = True
                association.abort()
                break
            entry = _entry(identifier, question.with_names)
            if entry is None:
                num_unreadable += 1
            else:
                found.append(entry)
            if time.monotonic() > until:
                raise HospitalUnreachable(f"not all of it came within {caller.timeout_s:g} s")
    log.info("a worklist of %d entries, %d not readable", len(found), num_unreadable)
    ordered = sorted(found, key=lambda one: (one.starts or "", one.patient_id or ""))
    return Worklist(tuple(ordered), num_unreadable, more)


def _asked(question: Question) -> Dataset:
    step = Dataset()
    step.Modality = question.modality or ""
    step.ScheduledStationAETitle = question.station or ""
    step.ScheduledProcedureStepStartDate = f"{question.day:%Y%m%d}" if question.day else ""
    step.ScheduledProcedureStepStartTime = ""
    step.ScheduledProcedureStepDescription = ""
    step.ScheduledProcedureStepID = ""
    asked = Dataset()
    asked.SpecificCharacterSet = "ISO_IR 192"
    asked.PatientID = asked.PatientSex = asked.PatientBirthDate = ""
    asked.AccessionNumber = asked.StudyInstanceUID = ""
    asked.RequestedProcedureID = asked.RequestedProcedureDescription = ""
    ask_for_laterality(asked, step)
    asked.ScheduledProcedureStepSequence = Items([step])
    if question.with_names:
        asked.PatientName = ""
    return asked


def _entry(identifier: Dataset | None, with_names: bool) -> Scheduled | None:
    """Return what an answer says, None for one that cannot be read."""
    if identifier is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's warnings quote the values.
        try:
            return _scheduled(identifier, with_names)
        except Exception as error:  # noqa: BLE001 - pydicom raises anything at bytes of a stranger
            log.warning("an entry of a worklist cannot be read: %s", type(error).__name__)
            return None


def _scheduled(identifier: Dataset, with_names: bool) -> Scheduled:
    steps = identifier.get("ScheduledProcedureStepSequence") or [Dataset()]
    step, day = steps[0], _day(_text(steps[0], "ScheduledProcedureStepStartDate"))
    born = _day(_text(identifier, "PatientBirthDate"))
    return Scheduled(
        starts=_starts(day, _text(step, "ScheduledProcedureStepStartTime")),
        patient_id=_text(identifier, "PatientID"),
        sex=_text(identifier, "PatientSex"),
        age_years=_age_years(born, day),
        modality=_text(step, "Modality"),
        station=_text(step, "ScheduledStationAETitle"),
        procedure=_text(step, "ScheduledProcedureStepDescription")
        or _text(identifier, "RequestedProcedureDescription"),
        accession_number=_text(identifier, "AccessionNumber"),
        requested_procedure_id=_text(identifier, "RequestedProcedureID"),
        step_id=_text(step, "ScheduledProcedureStepID"),
        study_uid=_text(identifier, "StudyInstanceUID"),
        laterality=laterality_of(identifier, step),
        name=_name(identifier) if with_names else None,
        birth_date=born.isoformat() if born and with_names else None,
    )


def _text(dataset: Dataset, keyword: str) -> str | None:
    """Return a value as one line that may be shown anywhere, None where there is none."""
    return _line(str(dataset.get(keyword) or ""))


def _line(text: str) -> str | None:
    bare = ESCAPE.sub("", text)
    printable = "".join(letter if letter.isprintable() else " " for letter in bare)
    return " ".join(printable.split())[:LONGEST_TEXT] or None


def _name(identifier: Dataset) -> str | None:
    """Return a name as it is written, then in Latin letters where there are both."""
    name = identifier.get("PatientName")
    if not name:
        return None
    written, latin = (
        _line(str(part).replace("^", " ")) for part in (name.ideographic, name.alphabetic)
    )
    return f"{written} ({latin})" if written and latin else written or latin


def _day(text: str | None) -> date | None:
    if text is None or not DATE.match(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def _starts(day: date | None, at: str | None) -> str | None:
    if day is None:
        return None
    if at is None or not TIME.match(at):
        return day.isoformat()
    return f"{day.isoformat()}T{at[:2]}:{at[2:4] or '00'}"


def _age_years(born: date | None, on: date | None) -> int | None:
    if born is None or on is None or on < born:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

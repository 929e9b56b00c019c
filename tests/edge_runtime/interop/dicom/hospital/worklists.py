"""Worklists of a hospital: entries, a server that gives them, and a real one that has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import evt

from edge_runtime.interop.dicom.hospital.worklist import WORKLIST_FIND
from tests.edge_runtime.interop.dicom.hospital.entity import answering
from tests.edge_runtime.interop.dicom.hospital.orthanc import Orthanc

DAY = date(2026, 3, 4)
OF_THE_STEP = {"ScheduledProtocolCodeSequence"}


def an_entry(number: int = 1, **changed: Any) -> Dataset:
    """A patient as a hospital has one; an attribute of the entry or its step may be changed."""
    step = Dataset()
    step.Modality, step.ScheduledStationAETitle = "OP", "CAMERA1"
    step.ScheduledProcedureStepStartDate = f"{DAY:%Y%m%d}"
    step.ScheduledProcedureStepStartTime = f"09{number:02d}00"
    step.ScheduledProcedureStepDescription = "Fundus, both eyes"
    step.ScheduledProcedureStepID = f"S{number}"
    step.ScheduledPerformingPhysicianName = "CANARY^DOCTOR"
    entry = Dataset()
    entry.SpecificCharacterSet = "ISO_IR 192"
    entry.PatientName, entry.PatientID = "Wang^Xiaohong=王^小红", f"p-{number}"
    entry.PatientBirthDate, entry.PatientSex = "19610401", "F"
    entry.PatientAddress, entry.MedicalAlerts = "CANARY street 1", "CANARY"
    entry.AccessionNumber, entry.StudyInstanceUID = f"A{number}", f"1.2.3.{number}"
    entry.RequestedProcedureID, entry.RequestedProcedureDescription = f"R{number}", "Fundus"
    entry.ScheduledProcedureStepSequence = Items([step])
    for name, value in changed.items():
        of_step = name in step or name in OF_THE_STEP
        setattr(step if of_step else entry, name, value)
    return entry


def coded_side(value: str, scheme: str) -> Items:
    """A scheduled protocol whose context says this laterality."""
    concept = coded("272741003", "SCT") if scheme == "SCT" else coded("G-C171", "SRT")
    context = Dataset()
    context.ValueType = "CODE"
    context.ConceptNameCodeSequence = Items([concept])
    context.ConceptCodeSequence = Items([coded(value, scheme)])
    protocol = coded("252846004", "SCT")
    protocol.ProtocolContextSequence = Items([context])
    return Items([protocol])


def coded(value: str, scheme: str) -> Dataset:
    """An item of a code sequence."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, "a meaning"
    return code


def schedule(orthanc: Orthanc, *entries: Dataset) -> None:
    """Make these the worklist of a real server, whose worklist is a folder of files."""
    for old in orthanc.worklists.iterdir():
        old.unlink()
    for number, entry in enumerate(entries):
        entry.file_meta = FileMetaDataset()
        entry.file_meta.MediaStorageSOPClassUID = WORKLIST_FIND
        entry.file_meta.MediaStorageSOPInstanceUID = f"1.2.{number + 1}"
        entry.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dcmwrite(orthanc.worklists / f"{number}.wl", entry, enforce_file_format=True)


@contextmanager
def serving(*entries: Dataset | int) -> Iterator[str]:
    """A server that gives these entries, or these statuses, whatever it is asked."""

    def find(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        for entry in entries:
            yield (entry, None) if isinstance(entry, int) else (0xFF00, entry)

    with answering("LIST", [WORKLIST_FIND], {evt.EVT_C_FIND: find}) as where:
        yield where

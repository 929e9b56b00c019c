"""What all DICOM objects of one exam share: the person, the study, who made them, their UIDs.

UIDs derive from content, so that a resumed run writes the same objects as one that was not
stopped, and an object sent twice is the same object to the archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID

from edge_runtime import __version__
from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.domain import Sex
from edge_runtime.interop.dicom.sop_classes import EXPLICIT_LITTLE
from edge_runtime.interop.identifiers import uid_of

MANUFACTURER = "foreseye"
MODEL = "foreseye"
SERIAL = "foreseye-software"
OBJECT_NUMBER = {
    "photographs": 1,
    "segmentation": 91,
    "report": 92,
    "document": 93,
    "simulated": 94,
}
"""Series numbers; photographs of an exam come first, as the archive shows series in this order."""


@dataclass(frozen=True)
class Study:
    """One exam as the DICOM study that its objects go to."""

    exam_id: str
    study_uid: str
    at: datetime
    """When the photographs were taken, or screened where nobody says when they were taken."""
    patient_id: str
    sex: Sex | None = None
    age_years: float | None = None


def study_of(record: ExamRecord, at: datetime, study_uid: str | None = None) -> Study:
    """Return an exam's study: the one that its photographs are of, or one of its own.

    A person without an id is named after the exam: an archive needs something to file under.
    """
    return Study(
        exam_id=record.exam_id,
        study_uid=study_uid or uid_of(record.exam_id, "study"),
        at=at,
        patient_id=record.person_id or f"foreseye-{record.exam_id[:16]}",
        sex=record.sex,
        age_years=record.age_years,
    )


def object_of(study: Study, sop_class: str, series: str, name: str) -> Dataset:
    """Return a new object of an exam with its patient, study, series and equipment modules."""
    dataset = Dataset()
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = uid_of(study.exam_id, series, name)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    _add_patient_and_study(dataset, study)
    dataset.SeriesInstanceUID = uid_of(study.exam_id, series, "series")
    dataset.SeriesNumber = OBJECT_NUMBER[series]
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MODEL
    dataset.DeviceSerialNumber = SERIAL
    dataset.SoftwareVersions = __version__
    return dataset


def _add_patient_and_study(dataset: Dataset, study: Study) -> None:
    dataset.PatientName = ""
    dataset.PatientID = study.patient_id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = study.sex.value if study.sex else ""
    if study.age_years is not None:
        dataset.PatientAge = f"{int(study.age_years):03d}Y"
    dataset.StudyInstanceUID = study.study_uid
    dataset.StudyDate = date_of(study.at)
    dataset.StudyTime = time_of(study.at)
    dataset.StudyID = study.exam_id[:16]
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""


def with_fixed_times(dataset: Dataset, study: Study) -> Dataset:
    """Return the object with the exam's time for its own, and no identifier by chance.

    A library stamps an object with the clock and names its dimensions at random; the same exam
    must give the same bytes.
    """
    for moment in ("InstanceCreation", "Content"):
        setattr(dataset, f"{moment}Date", date_of(study.at))
        setattr(dataset, f"{moment}Time", time_of(study.at))
    for element in dataset.iterall():
        if element.keyword == "DimensionOrganizationUID":
            element.value = uid_of(study.exam_id, "dimensions")
        if element.keyword == "ContributionDateTime":
            element.value = date_of(study.at) + time_of(study.at)
    return dataset


def with_meta(dataset: Dataset, transfer_syntax: str = EXPLICIT_LITTLE) -> Dataset:
    """Return the object with the meta group of its file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(uid_of("implementation"))
    meta.ImplementationVersionName = f"FORESEYE_{__version__}"[:16]
    dataset.file_meta = meta
    return dataset


def date_of(at: datetime) -> str:
    """Return a DICOM date."""
    return at.strftime("%Y%m%d")


def time_of(at: datetime) -> str:
    """Return a DICOM time, to the second."""
    return at.strftime("%H%M%S")

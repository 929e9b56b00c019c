"""Makes a picture or a DICOM file anew from what is allowed to stay, and from nothing else.

Nothing is searched for and removed: what is written is built from pixels, laterality, device and
shifted time, so a field that nobody has thought of cannot slip through. Everything outside the
field of view becomes black, which is where cameras burn in names and dates; inside of it no pixel
changes, so pictures are written without loss.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import cv2
import numpy as np
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence as Items

from edge_runtime.contracts.origin import Origin
from edge_runtime.domain import Eye, UInt8Array
from edge_runtime.errors import DamagedPicture, UnsupportedPicture
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.interop.deidentification.key_file import KeyFile
from edge_runtime.interop.dicom.coded import coded
from edge_runtime.interop.dicom.ophthalmic import PhotographObject, ophthalmic_photograph
from edge_runtime.interop.dicom.parser_process import DicomParser
from edge_runtime.interop.dicom.study import Study
from edge_runtime.interop.identifiers import uid_of
from edge_runtime.settings import Limits

NO_DATE: Final = datetime(1900, 1, 1)
"""Of a DICOM file that says no time: the standard asks for one."""
METHOD: Final = "foreseye: rebuilt from pixels inside the field of view, eye, device, shifted date"
METHODS: Final = (
    ("113100", "DCM", "Basic Application Confidentiality Profile"),
    ("113101", "DCM", "Clean Pixel Data Option"),
    ("113107", "DCM", "Retain Longitudinal Temporal Information Modified Dates Option"),
)


@dataclass(frozen=True)
class Cleaned:
    """A file that may be given away, and what was done to it."""

    suffix: str
    content: bytes
    num_frames: int
    num_blackened_px: int
    """Pixels outside of the field that were not black before, in all frames."""


def cleaned_photograph(content: bytes, limits: Limits) -> Cleaned:
    """Return a photograph as a PNG without tags. Raises a PhotographError."""
    pixels_HWC, blackened = _inside_the_field(content, limits)
    return Cleaned(".png", _png(pixels_HWC), 1, blackened)


def cleaned_dicom(content: bytes, keys: KeyFile, parser: DicomParser, limits: Limits) -> Cleaned:
    """Return a DICOM file as a new ophthalmic object with native pixels.

    Raises a PhotographError; UnsupportedPicture for a frame without a field of view, as then nobody
    can say what is burnt in beside it.
    """
    parsed = parser.parse(content)
    frames = [_inside_the_field(picture, limits) for picture in parsed.pictures]
    said = parsed.said
    eye = Eye(said["eye"]) if said["eye"] else None
    person = said["whose"] or keys.name_of(content)
    study = _study(person, said["acquired_at"], keys, content)
    camera = Origin(kind=said["kind"], manufacturer=said["manufacturer"], model=said["model"])
    pictures = tuple(_png(pixels_HWC) for pixels_HWC, _ in frames)
    made = ophthalmic_photograph(study, PhotographObject(pictures, eye, 1, camera))
    made.StudyInstanceUID = study.study_uid
    _mark(made)
    file = io.BytesIO()
    dcmwrite(file, made, enforce_file_format=True)
    return Cleaned(".dcm", file.getvalue(), len(frames), sum(count for _, count in frames))


def _study(person: str, acquired_at: str | None, keys: KeyFile, content: bytes) -> Study:
    taken = NO_DATE
    if acquired_at is not None:
        # The time of day goes too: with the day shifted it would still tell one exam of many.
        taken = datetime.fromisoformat(acquired_at[:10]) - keys.shift_of(person)
    word = keys.uid_words(content)
    return Study(
        exam_id=word[:32],
        study_uid=uid_of(keys.uid_words(person.encode()), taken.isoformat()),
        at=taken,
        patient_id=keys.pseudonym_of(person),
    )


def _mark(dataset: Dataset) -> None:
    """Say in the object that it was de-identified and how (PS3.15 annex E)."""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = METHOD[:64]
    dataset.DeidentificationMethodCodeSequence = Items([coded(*method) for method in METHODS])
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    dataset.BurnedInAnnotation = "NO"


def _inside_the_field(content: bytes, limits: Limits) -> tuple[UInt8Array, int]:
    """Return the pixels, black outside of the field, and how many were not black there before."""
    photograph = read_photograph(content, "photograph", limits)
    field = find_field_of_view(photograph)
    if field is None:
        raise UnsupportedPicture("no field of view: nobody can say what is burnt in beside it")
    outside_HW = ~field.mask_HW
    pixels_HWC = photograph.pixels_HWC.copy()
    blackened = int(np.count_nonzero(pixels_HWC[outside_HW].any(axis=-1)))
    pixels_HWC[outside_HW] = 0
    return pixels_HWC, blackened


def _png(pixels_HWC: UInt8Array) -> bytes:
    encoded, content = cv2.imencode(".png", cv2.cvtColor(pixels_HWC, cv2.COLOR_RGB2BGR))
    if not encoded:
        raise DamagedPicture(f"pixels of {pixels_HWC.shape} could not be written")
    return content.tobytes()

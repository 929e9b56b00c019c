"""Who, with what, of which pictures: Patient, Devices and the ImagingStudy with a series an eye."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from edge_runtime import __version__
from edge_runtime.contracts.exam import RefusedPhotograph
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.domain import USE, Eye, Sex
from edge_runtime.interop.dicom.sop_classes import OPHTHALMIC_8_BIT
from edge_runtime.interop.fhir.elements import (
    EYE_WORDS,
    SIDE_OF,
    Json,
    coding,
    concept,
    instant,
    reference,
)
from edge_runtime.interop.fhir.terminology import (
    FUNDUS_CAMERA,
    OPHTHALMIC_PHOTOGRAPHY,
    RETINA,
    SOFTWARE,
)
from edge_runtime.interop.identifiers import uid_of, uuid_of
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

PERSON_SYSTEM: Final = f"urn:oid:{uid_of('person')}"
EXAM_SYSTEM: Final = f"urn:oid:{uid_of('exam')}"
DICOM_SYSTEM: Final = "urn:dicom:uid"
GENDER: Final = {Sex.F: "female", Sex.M: "male"}


def patient_id(exam: ScreenedExam) -> uuid.UUID:
    """Return the Patient's id: one a person, or one an exam of a person without a name."""
    person = exam.record.person_id
    return uuid_of("patient", person) if person else uuid_of(exam.record.exam_id, "patient")


def patient(exam: ScreenedExam) -> Json:
    """Return the Patient: the pseudonym that was given, and nothing else that names anybody."""
    record = exam.record
    known: Json = {"resourceType": "Patient", "id": str(patient_id(exam))}
    if record.person_id:
        known["identifier"] = [{"system": PERSON_SYSTEM, "value": record.person_id}]
    if record.sex:
        known["gender"] = GENDER[record.sex]
    return known


def software(bundle: BundleIdentity) -> Json:
    """Return the Device that stands for foreseye with this bundle. It has no UDI: it is none."""
    versions = {
        "software": __version__,
        "model bundle": f"{bundle.name} {bundle.version}",
        "SHA-256 of bundle.json": bundle.sha256,
    }
    return {
        "resourceType": "Device",
        "id": str(software_id(bundle)),
        "status": "active",
        "deviceName": [{"name": "foreseye", "type": "model-name"}],
        "type": concept(SOFTWARE),
        "version": [{"type": {"text": kind}, "value": value} for kind, value in versions.items()],
        "note": [{"text": USE}],
    }


def software_id(bundle: BundleIdentity) -> uuid.UUID:
    """Return the id of that Device: one a version and bundle."""
    return uuid_of("software", __version__, bundle.sha256)


def cameras(photographs: Sequence[ScreenedPhotograph]) -> dict[tuple[str, str], Json]:
    """Return one Device for each camera that the files name."""
    found: dict[tuple[str, str], Json] = {}
    for photograph in photographs:
        origin = photograph.origin
        if origin is not None and (origin.manufacturer or origin.model):
            name = (origin.manufacturer or "", origin.model or "")
            found[name] = _camera(*name)
    return found


def _camera(manufacturer: str, model: str) -> Json:
    camera: Json = {
        "resourceType": "Device",
        "id": str(uuid_of("camera", manufacturer, model)),
        "status": "active",
        "type": concept(FUNDUS_CAMERA),
    }
    if manufacturer:
        camera["manufacturer"] = manufacturer
    if model:
        camera["deviceName"] = [{"name": model, "type": "model-name"}]
    return camera


def imaging_id(exam: ScreenedExam) -> uuid.UUID:
    """Return the id of the exam's ImagingStudy."""
    return uuid_of(exam.record.exam_id, "imaging")


def imaging_study(exam: ScreenedExam) -> Json:
    """Return the ImagingStudy: a series an eye, an instance a photograph with its hash."""
    record = exam.record
    study_uid = exam.study_uid or uid_of(record.exam_id, "study")
    eyes = sorted({p.eye for p in exam.photographs}, key=lambda eye: eye.value if eye else "~")
    study: Json = {
        "resourceType": "ImagingStudy",
        "id": str(imaging_id(exam)),
        "identifier": [
            {"system": DICOM_SYSTEM, "value": f"urn:oid:{study_uid}"},
            {"system": EXAM_SYSTEM, "value": record.exam_id},
        ],
        "status": "available",
        "modality": [coding(OPHTHALMIC_PHOTOGRAPHY)],
        "subject": reference(patient_id(exam)),
        "started": taken_at(exam),
        "numberOfSeries": len(eyes),
        "numberOfInstances": len(exam.photographs),
        "series": [_series(exam, eye, number) for number, eye in enumerate(eyes, 1)],
        "note": [{"text": note} for note in _notes(record.refused, eyes)],
    }
    return {key: value for key, value in study.items() if value != []}


def taken_at(exam: ScreenedExam) -> str:
    """Return when the first photograph was taken, as far as the files say so."""
    stamps = [p.origin.acquired_at for p in exam.photographs if p.origin and p.origin.acquired_at]
    # FHIR takes a time of day only with its zone; the day is what a file without one tells.
    known = sorted(stamp if len(stamp) > len("2026-01-01T00:00:00") else stamp[:10]
                   for stamp in stamps)  # fmt: skip
    return known[0] if known else instant(exam.screened_at)


def _notes(refused: Sequence[RefusedPhotograph], eyes: Sequence[Eye | None]) -> list[str]:
    """Return why photographs or a whole eye are missing."""
    notes = [f"Not read: {one.name}: {one.reason}" for one in refused]
    if None not in eyes:
        notes += [f"No photograph of the {EYE_WORDS[eye]}." for eye in Eye if eye not in eyes]
    return notes


def _series(exam: ScreenedExam, eye: Eye | None, number: int) -> Json:
    of_eye = [(n, p) for n, p in enumerate(exam.photographs, 1) if p.eye is eye]
    series: Json = {
        "uid": uid_of(exam.record.exam_id, "eye", eye.value if eye else "unknown"),
        "number": number,
        "modality": coding(OPHTHALMIC_PHOTOGRAPHY),
        "numberOfInstances": len(of_eye),
        "bodySite": coding(RETINA),
        "instance": [_instance(exam, n, photograph) for n, photograph in of_eye],
    }
    if eye is not None:
        series["laterality"] = coding(SIDE_OF[eye])
    used = cameras([photograph for _, photograph in of_eye]).values()
    if used:
        series["performer"] = [{"actor": reference(uuid.UUID(device["id"]))} for device in used]
    return series


def _instance(exam: ScreenedExam, number: int, photograph: ScreenedPhotograph) -> Json:
    origin, seen = photograph.origin, photograph.result.photograph
    uid = origin.sop_instance_uid if origin else None
    sop_class = (origin.sop_class_uid if origin else None) or OPHTHALMIC_8_BIT
    return {
        "uid": uid or uid_of(exam.record.exam_id, "photographs", str(number)),
        "sopClass": {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{sop_class}"},
        "number": number,
        "title": f"{seen.name} (SHA-256 {seen.sha256})",
    }

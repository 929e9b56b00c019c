"""All DICOM objects of one exam: photographs, segmentations, the report and the page.

A photograph that came out of a DICOM file, with its UIDs kept, is in the archive already: results
refer to it and it is not written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID

from edge_runtime.durable import written_whole
from edge_runtime.interop.dicom.encapsulated_pdf import encapsulated_pdf
from edge_runtime.interop.dicom.ophthalmic import PhotographObject, ophthalmic_photograph
from edge_runtime.interop.dicom.segmentation import segmentation
from edge_runtime.interop.dicom.structured_report import structured_report
from edge_runtime.interop.dicom.study import Study, study_of, with_fixed_times
from edge_runtime.interop.layers import masks_of
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

Objects = dict[str, Dataset]
"""File name to object."""


def exam_objects(exam: ScreenedExam, pages: Mapping[str, bytes]) -> Objects:
    """Return the objects of an exam by file name; `pages` are PDFs by language.

    Every photograph needs its content. Raises OutputError where a gradable one has no pictures,
    ValueError for an exam without a photograph.
    """
    if not exam.photographs:
        raise ValueError(f"exam {exam.record.exam_id} has no result")
    study = study_of(exam.record, _taken_at(exam), exam.study_uid)
    objects: Objects = {}
    sources = []
    for number, photograph in enumerate(exam.photographs, 1):
        source = _source(study, photograph, number)
        sources.append(source)
        if not _is_archived(photograph):
            objects[f"photograph-{number}.dcm"] = source
        masks = masks_of(photograph)
        if masks is not None:
            bundle, exam_id = photograph.result.bundle, exam.record.exam_id
            made = segmentation(source, masks, bundle, exam_id, number)
            objects[f"segmentation-{number}.dcm"] = with_fixed_times(made, study)
    objects["measurements.dcm"] = with_fixed_times(structured_report(exam, sources), study)
    for number, (language, pdf) in enumerate(pages.items(), 1):
        made = encapsulated_pdf(study, pdf, sources, language, number)
        objects[f"report-{language}.dcm"] = made
    return objects


def write_objects(objects: Objects, folder: Path) -> None:
    """Write each object into a folder, whole or not at all. Raises OutputError."""
    for name, dataset in objects.items():
        with written_whole(folder / name) as partial:
            dcmwrite(partial, dataset, enforce_file_format=True)


def _source(study: Study, photograph: ScreenedPhotograph, number: int) -> Dataset:
    if photograph.content is None:
        raise ValueError("a DICOM object of a photograph needs the photograph")
    contents = (photograph.content,)
    made = ophthalmic_photograph(
        study, PhotographObject(contents, photograph.eye, number, photograph.origin)
    )
    origin = photograph.origin
    if origin is not None and _is_archived(photograph):
        made.SOPClassUID = UID(origin.sop_class_uid or "")
        made.SOPInstanceUID = UID(origin.sop_instance_uid or "")
        made.StudyInstanceUID = UID(origin.study_instance_uid or "")
        made.SeriesInstanceUID = UID(origin.series_instance_uid or "")
    return made


def _is_archived(photograph: ScreenedPhotograph) -> bool:
    origin = photograph.origin
    return origin is not None and None not in (
        origin.sop_class_uid,
        origin.sop_instance_uid,
        origin.study_instance_uid,
        origin.series_instance_uid,
    )


def _taken_at(exam: ScreenedExam) -> datetime:
    """Return when the first photograph was taken, or the exam was screened."""
    stamps = sorted(
        p.origin.acquired_at for p in exam.photographs if p.origin and p.origin.acquired_at
    )
    return datetime.fromisoformat(stamps[0]) if stamps else exam.screened_at

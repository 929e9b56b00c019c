"""The report on paper as a DICOM Encapsulated PDF."""

from __future__ import annotations

from collections.abc import Sequence

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from edge_runtime.interop.dicom.sop_classes import ENCAPSULATED_PDF
from edge_runtime.interop.dicom.study import Study, date_of, object_of, time_of, with_meta

TITLE = "Fundus screening, unsigned. Research use only. Not a medical device."


def encapsulated_pdf(
    study: Study, pdf: bytes, sources: Sequence[Dataset], language: str, number: int
) -> Dataset:
    """Return the object of one report; `sources` are the photographs it is about."""
    dataset = object_of(study, ENCAPSULATED_PDF, "document", language)
    dataset.Modality = "DOC"
    dataset.ConversionType = "WSD"
    dataset.SeriesDate, dataset.SeriesTime = date_of(study.at), time_of(study.at)
    dataset.InstanceNumber = number
    dataset.ContentDate, dataset.ContentTime = date_of(study.at), time_of(study.at)
    dataset.AcquisitionDateTime = date_of(study.at) + time_of(study.at)
    dataset.BurnedInAnnotation = "YES"
    dataset.DocumentTitle = TITLE
    dataset.ConceptNameCodeSequence = Items([])
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.SourceInstanceSequence = Items([_reference(source) for source in sources])
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    dataset.EncapsulatedDocumentLength = len(pdf)
    return with_meta(dataset)


def _reference(source: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    return item

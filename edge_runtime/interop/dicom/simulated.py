"""A simulated visit as a True Color Secondary Capture, never as ophthalmic photography.

In a series of its own, so that no viewer, program or registry takes it for a photograph: Synthetic
Data YES, a label in the picture, synthesizing equipment with the model and what it learned from,
and a reference to the photograph that it started from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import highdicom as hd
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from edge_runtime import __version__
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.domain import UInt8Array
from edge_runtime.interop.dicom.coded import SOURCE_IMAGE, SYNTHESIZING, coded
from edge_runtime.interop.dicom.study import (
    MANUFACTURER,
    MODEL,
    OBJECT_NUMBER,
    SERIAL,
    Study,
    date_of,
    time_of,
    with_fixed_times,
)
from edge_runtime.interop.identifiers import uid_of
from edge_runtime.interop.simulated_label import labelled

SERIES: Final = "AI-simulated (synthetic)"


@dataclass(frozen=True)
class SimulatedVisit:
    """One simulated picture and where it comes from."""

    picture_HWC: UInt8Array
    """RGB, without a label: the object's own is added."""
    years: float
    sample: int
    """Its number among the samples of this horizon, from 1."""
    real_photographs: int
    drawn_photographs: int
    """How many of each the model learned from."""


def simulated_capture(
    study: Study, source: Dataset, visit: SimulatedVisit, bundle: BundleIdentity
) -> Dataset:
    """Return the object of one simulated visit; `source` is the photograph it started from."""
    name = f"{source.SOPInstanceUID}/{visit.years:g}/{visit.sample}"
    made: Dataset = hd.sc.SCImage(
        pixel_array=labelled(visit.picture_HWC, visit.years),
        photometric_interpretation=hd.PhotometricInterpretationValues.RGB,
        bits_allocated=8,
        coordinate_system=hd.CoordinateSystemNames.PATIENT,
        study_instance_uid=study.study_uid,
        series_instance_uid=uid_of(study.exam_id, "simulated", "series"),
        series_number=OBJECT_NUMBER["simulated"],
        sop_instance_uid=uid_of(study.exam_id, "simulated", name),
        instance_number=round(100 * visit.years) + visit.sample,
        manufacturer=MANUFACTURER,
        patient_id=study.patient_id,
        patient_sex=study.sex.value if study.sex else None,
        study_id=study.exam_id[:16],
        study_date=date_of(study.at),
        study_time=time_of(study.at),
        patient_orientation=("L", "F"),
        laterality=source.ImageLaterality if source.ImageLaterality in ("L", "R") else None,
    )
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.PatientOrientation = ""
    made.SyntheticData = "YES"
    made.BurnedInAnnotation = "YES"
    made.SeriesDescription = SERIES
    made.DerivationDescription = (
        f"AI-simulated possible appearance at +{visit.years:g} y; not acquired; not for diagnosis"
    )
    made.SourceImageSequence = Items([_source(source)])
    made.ContributingEquipmentSequence = Items([_equipment(visit, bundle)])
    return with_fixed_times(made, study)


def _source(source: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    item.PurposeOfReferenceCodeSequence = Items([coded(*SOURCE_IMAGE)])
    return item


def _equipment(visit: SimulatedVisit, bundle: BundleIdentity) -> Dataset:
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = Items([coded(*SYNTHESIZING)])
    item.Manufacturer, item.ManufacturerModelName = MANUFACTURER, MODEL
    item.DeviceSerialNumber, item.SoftwareVersions = SERIAL, __version__
    item.ContributionDescription = (
        f"Bundle {bundle.name} {bundle.version} ({bundle.sha256[:16]}); learned from "
        f"{visit.real_photographs} real and {visit.drawn_photographs} drawn photographs"
    )
    return item

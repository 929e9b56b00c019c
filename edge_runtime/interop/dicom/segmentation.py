"""Arterioles, venules, disc and cup of one photograph as a DICOM Segmentation."""

from __future__ import annotations

from typing import Final

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import UID

from edge_runtime import __version__
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.interop.dicom.coded import add_coding_scheme, own_code
from edge_runtime.interop.dicom.sop_classes import VL_PHOTOGRAPHIC
from edge_runtime.interop.dicom.study import MANUFACTURER, MODEL, OBJECT_NUMBER, SERIAL
from edge_runtime.interop.identifiers import uid_of
from edge_runtime.interop.layers import Masks

ARTIFICIAL_INTELLIGENCE: Final = Code("123110", "DCM", "Artificial Intelligence")
REPLACED: Final = (0x00080016, 0x00280008)
"""SOP class and number of frames."""
STRUCTURE: Final = Code("91723000", "SCT", "Anatomical structure")
DISC: Final = Code("81016008", "SCT", "Optic nerve head")
PARTS: Final = {
    "arteriole_HW": ("Retinal arterioles", own_code("arteriole", "Retinal arteriole")),
    "venule_HW": ("Retinal venules", own_code("venule", "Retinal venule")),
    "disc_HW": ("Optic disc", DISC),
    "cup_HW": ("Optic cup", own_code("cup", "Cup of the optic disc")),
}
"""Each mask with its label and code. Retinal vessels and the cup have no code in a dictionary that
was published with a library, so they are said in foreseye's own."""


def segmentation(
    source: Dataset, masks: Masks, bundle: BundleIdentity, exam_id: str, number: int
) -> Dataset:
    """Return the Segmentation of one photograph; `source` is the photograph's own object."""
    pixels_NHWK = np.stack([getattr(masks, name) for name in PARTS], axis=-1)[None]
    made = hd.seg.Segmentation(
        source_images=[_as_one_picture(source)],
        pixel_array=pixels_NHWK.astype(np.uint8),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=_descriptions(bundle),
        series_instance_uid=uid_of(exam_id, "segmentation", "series"),
        series_number=OBJECT_NUMBER["segmentation"],
        sop_instance_uid=uid_of(exam_id, "segmentation", str(number)),
        instance_number=number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=__version__,
        device_serial_number=SERIAL,
        content_label="ANATOMY",
        content_description="Vessels, disc and cup, found by software",
        omit_empty_frames=False,
    )
    made.PatientOrientation = ""
    _with_true_class(made, source)
    add_coding_scheme(made)
    return made


def _descriptions(bundle: BundleIdentity) -> list[hd.seg.SegmentDescription]:
    """Return what each mask is and which software found it."""
    algorithm = hd.AlgorithmIdentificationSequence(
        name=f"foreseye anatomy ({bundle.name})",
        version=f"{__version__}, bundle {bundle.version}",
        family=ARTIFICIAL_INTELLIGENCE,
    )
    return [
        hd.seg.SegmentDescription(
            segment_number=place,
            segment_label=label,
            segmented_property_category=STRUCTURE,
            segmented_property_type=code,
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
            algorithm_identification=algorithm,
        )
        for place, (label, code) in enumerate(PARTS.values(), 1)
    ]


def _as_one_picture(source: Dataset) -> Dataset:
    """Return a photograph's object as one of the class for single photographs.

    highdicom takes every class of many frames for an enhanced one and asks for functional groups;
    ophthalmic photography is older than those. `_with_true_class` undoes this in the result.
    """
    single = Dataset()
    for element in source:
        if element.tag not in REPLACED:
            single.add(element)
    single.file_meta = source.file_meta
    single.SOPClassUID = UID(VL_PHOTOGRAPHIC)
    return single


def _with_true_class(made: Dataset, source: Dataset) -> None:
    """Make every reference to the photograph name the class that it really is of."""
    for element in made.iterall():
        named = element.keyword == "ReferencedSOPClassUID"
        if named and element.value == VL_PHOTOGRAPHIC:
            element.value = source.SOPClassUID

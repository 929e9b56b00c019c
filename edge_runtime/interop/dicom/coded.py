"""Coded concepts in DICOM sequences."""

from __future__ import annotations

from typing import Final

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.sr.coding import Code

from edge_runtime.domain import Eye
from edge_runtime.interop.identifiers import uid_of

SIDE_OF = {Eye.OD: "R", Eye.OS: "L"}


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    """Return one item of a code sequence (PS3.3 section 8)."""
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = meaning
    return item


RETINA = ("5665001", "SCT", "Retina")
FUNDUS_CAMERA = ("409898007", "SCT", "Fundus Camera")
SOURCE_IMAGE = ("121322", "DCM", "Source image for image processing operation")
SYNTHESIZING = ("109100", "DCM", "Synthesizing Equipment")

OWN_SCHEME: Final = "99FORESEYE"
MAX_MEANING = 64


def own_code(value: str, meaning: str) -> Code:
    """Return one of foreseye's own codes."""
    return Code(value, OWN_SCHEME, meaning[:MAX_MEANING])


def add_coding_scheme(dataset: Dataset) -> None:
    """Say in an object whose codes 99FORESEYE are (PS3.3 section C.12.1)."""
    item = Dataset()
    item.CodingSchemeDesignator = OWN_SCHEME
    item.CodingSchemeUID = uid_of("codes")
    item.CodingSchemeName = "foreseye findings and measurements"
    item.CodingSchemeResponsibleOrganization = "foreseye"
    dataset.CodingSchemeIdentificationSequence = Items([item])

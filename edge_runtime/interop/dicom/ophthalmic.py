"""A photograph as an Ophthalmic Photography 8 Bit object, so that results can refer to it.

A baseline JPEG goes in as it is, without a second loss; what it carried of remarks (EXIF, GPS)
stays out. Every other picture goes in as native pixels. Pixel spacing is left out: a photograph
does not tell it, and it must not be guessed (PS3.3 section C.8.17.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items

from edge_runtime.contracts.origin import Origin
from edge_runtime.domain import Eye, UInt8Array
from edge_runtime.fundus.decoding import decode, upright
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader
from edge_runtime.fundus.picture_header import header_of
from edge_runtime.interop.dicom.coded import FUNDUS_CAMERA, RETINA, SIDE_OF, coded
from edge_runtime.interop.dicom.sop_classes import (
    EXPLICIT_LITTLE,
    JPEG_BASELINE,
    OPHTHALMIC_8_BIT,
)
from edge_runtime.interop.dicom.study import (
    Study,
    date_of,
    object_of,
    time_of,
    with_meta,
)
from edge_runtime.interop.identifiers import uid_of

BASELINE_MARKER = b"\xff\xc0"
JPEG_METHOD = "ISO_10918_1"


@dataclass(frozen=True)
class PhotographObject:
    """What an object is made from: one photograph's file, and which eye it shows."""

    contents: tuple[bytes, ...]
    """The picture files, one a frame, all of one size and kind."""
    eye: Eye | None
    number: int = 1
    """Of the instance in its series."""
    origin: Origin | None = None


def ophthalmic_photograph(study: Study, photograph: PhotographObject) -> Dataset:
    """Return the object of one photograph, or of several frames.

    Raises a PhotographError for a file that cannot be read and ValueError for frames that differ.
    """
    headers = [header_of(content) for content in photograph.contents]
    dataset = object_of(study, OPHTHALMIC_8_BIT, "photographs", str(photograph.number))
    _add_device(dataset, photograph.origin)
    _add_general(dataset, study, photograph)
    _add_eye(dataset, photograph.eye)
    if all(_is_plain_jpeg(header) for header in headers):
        _add_jpegs(dataset, headers)
        return with_meta(dataset, JPEG_BASELINE)
    _add_native(dataset, [upright(decode(header), header.orientation) for header in headers])
    return with_meta(dataset, EXPLICIT_LITTLE)


def _is_plain_jpeg(header: PictureHeader) -> bool:
    """Return whether a JPEG may stand in the file as it is: baseline, upright, in colour."""
    if header.picture_format is not PictureFormat.JPEG or header.orientation != 1:
        return False
    frame = header.bare.find(BASELINE_MARKER)
    return frame > 0 and header.bare[frame + 9] == 3 and b"Adobe" not in header.bare[:64]


def _add_device(dataset: Dataset, origin: Origin | None) -> None:
    """Say which camera took it, not which program wrote the object, as far as it is known."""
    dataset.Manufacturer = (origin.manufacturer if origin else None) or "unknown"
    dataset.ManufacturerModelName = (origin.model if origin else None) or "unknown"
    dataset.DeviceSerialNumber = "unknown"
    dataset.SoftwareVersions = "unknown"


def _add_general(dataset: Dataset, study: Study, photograph: PhotographObject) -> None:
    dataset.Modality = "OP"
    dataset.SeriesDate, dataset.SeriesTime = date_of(study.at), time_of(study.at)
    dataset.ContentDate, dataset.ContentTime = date_of(study.at), time_of(study.at)
    dataset.AcquisitionDateTime = date_of(study.at) + time_of(study.at)
    dataset.SynchronizationFrameOfReferenceUID = uid_of(study.exam_id, "synchronisation")
    dataset.SynchronizationTrigger = "NO TRIGGER"
    dataset.AcquisitionTimeSynchronized = "N"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "", "COLOR"]
    dataset.InstanceNumber = photograph.number
    dataset.PatientOrientation = ""
    dataset.NumberOfFrames = len(photograph.contents)
    dataset.FrameIncrementPointer = 0x00181063
    dataset.FrameTime = 0
    # Nobody looked: the safe answer, as PS3.3 knows no third.
    dataset.BurnedInAnnotation = "YES"
    dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = 0


def _add_eye(dataset: Dataset, eye: Eye | None) -> None:
    # Type 1, and B is the only word that does not claim one side; the comment says what it means.
    dataset.ImageLaterality = SIDE_OF[eye] if eye else "B"
    if eye is None:
        dataset.ImageComments = "Which eye this is was not known when the object was made."
    dataset.AnatomicRegionSequence = Items([coded(*RETINA)])
    dataset.AcquisitionDeviceTypeCodeSequence = Items([coded(*FUNDUS_CAMERA)])
    dataset.PatientEyeMovementCommanded = ""
    dataset.EmmetropicMagnification = None
    dataset.IntraOcularPressure = None
    dataset.HorizontalFieldOfView = None
    dataset.PupilDilated = ""
    dataset.RefractiveStateSequence = Items([])
    dataset.IlluminationTypeCodeSequence = Items([])
    dataset.LightPathFilterTypeStackCodeSequence = Items([])
    dataset.ImagePathFilterTypeStackCodeSequence = Items([])
    dataset.LensesCodeSequence = Items([])
    dataset.DetectorType = ""


def _add_jpegs(dataset: Dataset, headers: Sequence[PictureHeader]) -> None:
    width, height = _one_size([(header.width_px, header.height_px) for header in headers])
    dataset.Rows, dataset.Columns = height, width
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    packed = sum(len(header.bare) for header in headers)
    dataset.LossyImageCompression = "01"
    ratio = 3 * width * height * len(headers) / packed
    dataset.LossyImageCompressionRatio = f"{ratio:.2f}"
    dataset.LossyImageCompressionMethod = JPEG_METHOD
    dataset.PixelData = encapsulate([header.bare for header in headers])
    dataset["PixelData"].is_undefined_length = True


def _add_native(dataset: Dataset, pictures: Sequence[UInt8Array]) -> None:
    width, height = _one_size([(p.shape[1], p.shape[0]) for p in pictures])
    dataset.Rows, dataset.Columns = height, width
    dataset.PhotometricInterpretation = "RGB"
    dataset.LossyImageCompression = "00"
    pixels = b"".join(_rgb(picture).tobytes() for picture in pictures)
    dataset.PixelData = pixels + b"\0" * (len(pixels) % 2)


def _rgb(picture_HWC: UInt8Array) -> UInt8Array:
    return picture_HWC if picture_HWC.shape[2] == 3 else picture_HWC.repeat(3, axis=2)


def _one_size(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if len(set(sizes)) != 1:
        raise ValueError(f"frames of one object are of one size, got {sorted(set(sizes))}")
    return sizes[0]

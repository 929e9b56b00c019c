"""The inside of a DICOM file, for the child process that may be killed: pictures and what is said
of them. Nothing here trusts a length, a number or a text of the file.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import generate_fragments, generate_frames
from pydicom.errors import InvalidDicomError

from edge_runtime.errors import DamagedPicture, PhotographTooLarge, UnsupportedPicture
from edge_runtime.interop.dicom.meta_group import MetaGroup, is_uid, meta_group
from edge_runtime.interop.dicom.pixels import PixelForm, frames_of
from edge_runtime.interop.dicom.sop_classes import ENCAPSULATED_JPEG, KIND_OF

MAX_FRAMES = 16
"""As many as one exam may have photographs."""
MAX_TEXT = 64

TAGS = [
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID",
    "SeriesInstanceUID", "AcquisitionDateTime", "AcquisitionDate", "AcquisitionTime",
    "ContentDate", "ContentTime", "TimezoneOffsetFromUTC", "Manufacturer",
    "ManufacturerModelName", "Laterality", "ImageLaterality", "SyntheticData", "PatientID",
    "IssuerOfPatientID", "PatientBirthDate", "PatientAge", "PatientSex", "SamplesPerPixel",
    "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns",
    "BitsAllocated", "BitsStored", "PixelRepresentation", "PixelData",
]  # fmt: skip
"""All that is parsed; every sequence, private element and name is stepped over."""

EYE_OF = {"R": "OD", "L": "OS"}
CODE_TEXT = re.compile(r"^[A-Za-z0-9 .,:/()+_-]*$")


@dataclass(frozen=True)
class DicomContent:
    """What a DICOM file holds, in plain types that cross from process to process."""

    pictures: list[bytes]
    """Each frame as a JPEG (as it was encapsulated) or a BMP (from native pixels)."""
    said: dict[str, str | float | None] = field(default_factory=dict)


def read_dicom(content: bytes) -> DicomContent:
    """Return the pictures of a DICOM file and what it says of them.

    Raises NotAPicture, UnsupportedPicture, DamagedPicture, PhotographTooLarge.
    """
    meta = meta_group(content)
    with warnings.catch_warnings():
        # A value that breaks its rule is met often in the field; what is used is checked here.
        warnings.simplefilter("ignore")
        dataset = _parsed(content)
        _check_object(dataset, meta)
        return DicomContent(_pictures(dataset, meta), _said(dataset, meta))


def _parsed(content: bytes) -> Dataset:
    try:
        return pydicom.dcmread(io.BytesIO(content), specific_tags=TAGS)
    except InvalidDicomError as error:
        raise DamagedPicture(f"DICOM: {error}") from error
    except RecursionError as error:
        raise DamagedPicture("DICOM: sequences nested too deep") from error
    except MemoryError as error:
        raise PhotographTooLarge("DICOM: not enough memory to parse it") from error
    except Exception as error:  # A parser that strangers feed may raise anything at all.
        raise DamagedPicture(f"DICOM: {type(error).__name__}: {error}") from error


def _check_object(dataset: Dataset, meta: MetaGroup) -> None:
    if _text(dataset, "SOPClassUID") not in (meta.sop_class, None):
        raise DamagedPicture("DICOM: the object is of another class than its meta group says")
    if _text(dataset, "SyntheticData") == "YES":
        raise UnsupportedPicture(
            "DICOM: a simulated picture (0008,001C); only photographs are read"
        )
    if "PixelData" not in dataset:
        raise DamagedPicture("DICOM: no pixels")


def _pictures(dataset: Dataset, meta: MetaGroup) -> list[bytes]:
    frames = _number(dataset, "NumberOfFrames", 1)
    if not 1 <= frames <= MAX_FRAMES:
        raise PhotographTooLarge(f"DICOM: {frames} frames, {MAX_FRAMES} at most")
    pixels = dataset["PixelData"].value
    if not isinstance(pixels, bytes):
        raise DamagedPicture("DICOM: pixels of a wrong kind")
    if meta.transfer_syntax in ENCAPSULATED_JPEG:
        return _encapsulated(pixels, frames, dataset)
    return frames_of(pixels, _form(dataset, frames))


def _form(dataset: Dataset, frames: int) -> PixelForm:
    bits = _number(dataset, "BitsAllocated")
    return PixelForm(
        rows=_number(dataset, "Rows"),
        columns=_number(dataset, "Columns"),
        frames=frames,
        channels=_number(dataset, "SamplesPerPixel", 1),
        photometric=_text(dataset, "PhotometricInterpretation") or "",
        planar=_number(dataset, "PlanarConfiguration", 0) == 1,
        bits_allocated=bits,
        bits_stored=_number(dataset, "BitsStored", bits),
        signed=_number(dataset, "PixelRepresentation", 0) != 0,
    )


def _encapsulated(pixels: bytes, frames: int, dataset: Dataset) -> list[bytes]:
    try:
        found = _frames_of_fragments(pixels, frames)
    except Exception as error:  # pydicom raises what it meets: struct, Value, Index, EOF errors
        raise DamagedPicture(f"DICOM: encapsulated frames: {error}") from error
    if len(found) != frames:
        raise DamagedPicture(f"DICOM: {len(found)} frames, {frames} are stated")
    stated = (_number(dataset, "Columns"), _number(dataset, "Rows"))
    for picture in found:
        shown = _jpeg_size(picture)
        if shown != stated:
            raise DamagedPicture(f"DICOM: a JPEG of {shown}, rows and columns say {stated}")
    return found


def _frames_of_fragments(pixels: bytes, frames: int) -> list[bytes]:
    fragments = sum(1 for _ in generate_fragments(pixels))
    if fragments > 64 * MAX_FRAMES:
        raise DamagedPicture(f"{fragments} fragments")
    found = generate_frames(pixels, number_of_frames=frames)
    # A frame is padded to an even length after its end marker (PS3.5 section A.4).
    return [bytes(frame).removesuffix(b"\0") for frame in found]


def _jpeg_size(picture: bytes) -> tuple[int, int]:
    from edge_runtime.fundus.picture_header import header_of

    header = header_of(picture)
    return header.width_px, header.height_px


def _said(dataset: Dataset, meta: MetaGroup) -> dict[str, str | float | None]:
    eye = _text(dataset, "ImageLaterality") or _text(dataset, "Laterality") or ""
    sex = _text(dataset, "PatientSex")
    uids = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
    return {
        "kind": KIND_OF[meta.sop_class],
        "eye": EYE_OF.get(eye),
        "manufacturer": _text(dataset, "Manufacturer"),
        "model": _text(dataset, "ManufacturerModelName"),
        "acquired_at": acquired_at(dataset),
        "sop_class_uid": meta.sop_class,
        **{_snake(name): _uid(dataset, name) for name in uids},
        "person_id": _text(dataset, "PatientID"),
        "age_years": _age_years(dataset),
        "sex": sex if sex in ("F", "M") else None,
        "whose": _whose(dataset),
    }


def acquired_at(dataset: Dataset) -> str | None:
    """Return when the photograph was taken in ISO 8601, None where the file does not say."""
    stamp = _text(dataset, "AcquisitionDateTime")
    for kind in ("Acquisition", "Content"):
        if not stamp and _text(dataset, f"{kind}Date"):
            stamp = f"{_text(dataset, f'{kind}Date')}{_text(dataset, f'{kind}Time') or ''}"
    shape = r"^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:\.\d{1,6})?)?([+-]\d{4})?$"
    match = re.match(shape, stamp or "")
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    found = f"{year}-{month}-{day}"
    if hour is None:
        return found
    zone = offset or _text(dataset, "TimezoneOffsetFromUTC") or ""
    zone = f"{zone[:3]}:{zone[3:]}" if re.match(r"^[+-]\d{4}$", zone) else ""
    return f"{found}T{hour}:{minute}:{second or '00'}{zone}"


def _whose(dataset: Dataset) -> str | None:
    """Return a digest of the patient's id: equal for two files of one person, and no name."""
    person = _text(dataset, "PatientID")
    if person is None:
        return None
    issuer = _text(dataset, "IssuerOfPatientID") or ""
    return hashlib.sha256(f"{issuer}\0{person}".encode()).hexdigest()


def _age_years(dataset: Dataset) -> float | None:
    age = re.match(r"^(\d{3})([YMWD])$", _text(dataset, "PatientAge") or "")
    if age is not None:
        years = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}[age[2]]
        return round(int(age[1]) * years, 2)
    born, taken = _text(dataset, "PatientBirthDate") or "", acquired_at(dataset)
    match = re.match(r"^(\d{4})(\d\d)(\d\d)$", born)
    if match is None or taken is None:
        return None
    year, month, day = (int(part) for part in taken[:10].split("-"))
    born_year, born_month, born_day = (int(part) for part in match.groups())
    years_old = year - born_year - ((month, day) < (born_month, born_day))
    return float(years_old) if 0 <= years_old <= 120 else None


def _text(dataset: Dataset, name: str) -> str | None:
    value = _value(dataset, name)
    text = "" if value is None else str(value).strip("\0 ")
    printable = "".join(letter if letter.isprintable() else "_" for letter in text)[:MAX_TEXT]
    return printable or None


def _uid(dataset: Dataset, name: str) -> str | None:
    text = _text(dataset, name) or ""
    return text if is_uid(text) else None


def _number(dataset: Dataset, name: str, default: int | None = None) -> int:
    value = _value(dataset, name)
    if value is None and default is not None:
        return default
    try:
        return int(str(value))
    except ValueError:
        raise DamagedPicture(f"DICOM: {name} is {str(value)[:20]!r}") from None


def _value(dataset: Dataset, name: str) -> Any:
    try:
        return dataset.get(name)
    except Exception as error:  # a value is converted when it is asked for, and may be anything
        raise DamagedPicture(f"DICOM: {name}: {type(error).__name__}: {error}") from error


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()

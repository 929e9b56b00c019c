"""DICOM files for tests: sound ones, made by our own writer from a drawn eye, and broken ones."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import datetime
from functools import cache

import cv2
import numpy as np
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite

from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.domain import Eye, Sex, UInt8Array
from edge_runtime.interop.dicom.meta_group import START
from edge_runtime.interop.dicom.ophthalmic import PhotographObject, ophthalmic_photograph
from edge_runtime.interop.dicom.sop_classes import DEFLATED
from edge_runtime.interop.dicom.study import Study, study_of
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.fundus.encoded_pictures import encoded

AT = datetime(2026, 3, 4, 5, 6, 7)
CANARY = "CANARY"


def a_study(person_id: str | None = "p-1", exam_id: str = "0" * 32) -> Study:
    record = ExamRecord(
        exam_id=exam_id, person_id=person_id, age_years=61.0, sex=Sex.F, photographs=[]
    )
    return study_of(record, AT)


def an_object(*contents: bytes, eye: Eye | None = Eye.OD, person_id: str = "p-1") -> Dataset:
    return ophthalmic_photograph(a_study(person_id), PhotographObject(contents, eye))


def file_of(dataset: Dataset, **changed: object) -> bytes:
    for name, value in changed.items():
        setattr(dataset, name, value)
    file = io.BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


@cache
def eye_pixels(eye: Eye = Eye.OD) -> UInt8Array:
    """The drawn eye's pixels, RGB."""
    bgr = cv2.imdecode(np.frombuffer(sample_eye(eye), np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(bgr[..., ::-1])


@cache
def jpeg_file(eye: Eye = Eye.OD) -> bytes:
    """The drawn eye, its JPEG encapsulated."""
    return file_of(an_object(sample_eye(eye), eye=eye))


@cache
def native_file() -> bytes:
    """The drawn eye with native pixels."""
    return file_of(an_object(encoded(eye_pixels(), format="PNG")))


def small_native(pixels_HWC: UInt8Array | None = None) -> Dataset:
    """A small picture with native pixels, whose every attribute a test may change."""
    if pixels_HWC is None:
        pixels_HWC = np.arange(200 * 180 * 3, dtype=np.uint8).reshape(200, 180, 3)
    return an_object(encoded(pixels_HWC, format="PNG"))


def deflated_file() -> bytes:
    return file_of(small_native()).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99", 1)


def deflated_named() -> bytes:
    """A file whose meta group names the deflated syntax, which may unpack to anything."""
    return meta_group_file(transfer_syntax=DEFLATED) + bytes(99)


def meta_group_file(
    sop_class: str = "1.2.840.10008.5.1.4.1.1.77.1.5.1",
    transfer_syntax: str = "1.2.840.10008.1.2.1",
) -> bytes:
    content = bytes(128) + b"DICM"
    for element, text in ((0x0002, sop_class), (0x0010, transfer_syntax)):
        value = text.encode()
        value += b"\0" * (len(value) % 2)
        content += struct.pack("<HH2sH", 0x0002, element, b"UI", len(value)) + value
    return content + struct.pack("<HH2sH", 0x0008, 0x0005, b"CS", 10) + b"ISO_IR 192"


def nested_file(depth: int) -> bytes:
    """A sequence within a sequence, `depth` deep, of undefined length each."""
    opening = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    opening += struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    closing = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return meta_group_file() + opening * depth + closing * depth


def with_stated_length(content: bytes, tag: bytes, length: int) -> bytes:
    """Return a file in which an element of a short VR states another length."""
    at = content.index(tag, START)
    return content[: at + 6] + struct.pack("<H", length) + content[at + 8 :]


def truncated(content: Callable[[], bytes], share: float) -> bytes:
    whole = content()
    return whole[: int(len(whole) * share)]

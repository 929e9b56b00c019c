"""DICOM files as photographs of an exam: the reader that `screen` and `batch` use.

A file that is no DICOM is read as every other picture is. Of the patient module nothing is kept
unless the policy says so; that two files name different people is noticed under either policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from importlib.util import find_spec
from typing import Any

from edge_runtime.contracts.origin import Origin
from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.exam_files import FileContent, FilePhotograph, ReadContent, plain_picture
from edge_runtime.interop.dicom.meta_group import is_dicom, meta_group
from edge_runtime.interop.dicom.parser_process import DicomParser

UIDS = ("sop_instance_uid", "study_instance_uid", "series_instance_uid")


class PatientPolicy(str, Enum):
    """What becomes of the patient module of a DICOM file."""

    DROP = "drop"
    """Nothing of it is used, nor the UIDs, which lead back to it."""
    KEEP = "keep"
    """Its id, age and sex are the person's, and results refer to the file by its UIDs."""


@contextmanager
def files_read(policy: PatientPolicy) -> Iterator[ReadContent]:
    """Yield the reader; without [interop] a DICOM file is refused like any unknown picture."""
    if find_spec("pydicom") is None:
        yield plain_picture
        return
    with reading(policy) as read:
        yield read


@contextmanager
def reading(policy: PatientPolicy) -> Iterator[ReadContent]:
    """Yield a reader of picture files, DICOM among them; the parser ends with the block."""
    parser = DicomParser()

    def read(content: bytes, name: str) -> FileContent:
        if not is_dicom(content):
            return plain_picture(content, name)
        return dicom_content(content, name, policy, parser)

    try:
        yield read
    finally:
        parser.close()


def dicom_content(
    content: bytes, name: str, policy: PatientPolicy, parser: DicomParser
) -> FileContent:
    """Return the photographs of a DICOM file's bytes; one of many is named a-frame-2.dcm for a.dcm.

    Raises NotAPicture, UnsupportedPicture, DamagedPicture, PhotographTooLarge.
    """
    # Refused before a process is troubled with it; the child looks again.
    meta_group(content)
    parsed = parser.parse(content)
    said, many = parsed.said, len(parsed.pictures) > 1
    eye = Eye(said["eye"]) if said["eye"] else None
    photographs = tuple(
        FilePhotograph(
            _frame_name(name, number) if many else name,
            picture,
            eye,
            _origin(said, policy, number if many else None),
        )
        for number, picture in enumerate(parsed.pictures, 1)
    )
    return FileContent(photographs, _person(said, policy), said["whose"])


def _frame_name(name: str, number: int) -> str:
    """Return a frame's name: eye-frame-2.dcm."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-frame-{number}.{suffix}" if dot else f"{name}-frame-{number}"


def _origin(said: dict[str, Any], policy: PatientPolicy, frame: int | None) -> Origin:
    uids = {name: said[name] if policy is PatientPolicy.KEEP else None for name in UIDS}
    return Origin(
        kind=said["kind"],
        manufacturer=said["manufacturer"],
        model=said["model"],
        acquired_at=said["acquired_at"],
        sop_class_uid=said["sop_class_uid"],
        **uids,
        frame=frame,
    )


def _person(said: dict[str, Any], policy: PatientPolicy) -> Person:
    if policy is PatientPolicy.DROP:
        return Person()
    sex = Sex(said["sex"]) if said["sex"] else None
    return Person(said["person_id"], said["age_years"], sex)

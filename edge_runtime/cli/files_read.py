"""Which files a command reads: pictures, and DICOM where the extra [interop] is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Annotated

import typer

from edge_runtime.exam_files import ReadFile, read_picture_file
from edge_runtime.interop.dicom.photographs import PatientPolicy, reading

DicomPatient = Annotated[
    PatientPolicy,
    typer.Option(
        "--dicom-patient",
        help="What of DICOM files' patient (id, age, sex) and UIDs is used.",
    ),
]


@contextmanager
def files_read(policy: PatientPolicy) -> Iterator[ReadFile]:
    """Yield the reader; without [interop] a DICOM file is refused like any unknown picture."""
    if find_spec("pydicom") is None:
        yield read_picture_file
        return
    with reading(policy) as read:
        yield read

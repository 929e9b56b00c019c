"""Which files a command reads: pictures, and DICOM where the extra [interop] is installed."""

from __future__ import annotations

from typing import Annotated

import typer

from edge_runtime.interop.dicom.photographs import PatientPolicy

DicomPatient = Annotated[
    PatientPolicy,
    typer.Option(
        "--dicom-patient",
        help="What of DICOM files' patient (id, age, sex) and UIDs is used.",
    ),
]

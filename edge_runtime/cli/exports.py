"""The formats for hospitals: which were asked for, and how `screen` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.errors import InvalidField
from edge_runtime.exam_files import OpenedExam
from edge_runtime.interop.exam_exports import EXPORTS, LANGUAGES, export_exam, with_contents
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph
from edge_runtime.results import WrittenExam

if TYPE_CHECKING:
    from edge_runtime.pipeline import Pipeline

Formats = Annotated[
    str, typer.Option("--formats", help="Also write these: any of fhir, dicom, pdf.")
]
Languages = Annotated[
    str, typer.Option("--language", help="Of the PDF report: en, zh or both, with a comma.")
]
NEEDED = {"dicom": "highdicom", "pdf": "fpdf"}
"""The module that a format cannot do without; all come with the extra [interop]."""


def named(text: str, known: tuple[str, ...], field: str) -> tuple[str, ...]:
    """Return the names of a list with commas, each once. Raises InvalidField for an unknown one."""
    wanted = tuple(dict.fromkeys(n.strip().lower() for n in text.split(",") if n.strip()))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise InvalidField(field, f"{unknown[0]} is not known here; known: {', '.join(known)}")
    return wanted


def wanted_exports(formats: str, languages: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the formats and languages that were asked for.

    Raises InvalidField for an unknown one, and for a format whose library is not installed.
    """
    wanted = named(formats, EXPORTS, "formats")
    check_installed(wanted)
    return wanted, named(languages, LANGUAGES, "language") or LANGUAGES


def check_installed(formats: tuple[str, ...]) -> None:
    """Raise InvalidField for a format whose library is not installed."""
    for name in formats:
        if name in NEEDED and find_spec(NEEDED[name]) is None:
            raise InvalidField("formats", f"{name} needs the extra foreseye[interop]")


@dataclass(frozen=True)
class Export:
    """What else is written of each exam."""

    formats: tuple[str, ...]
    languages: tuple[str, ...]

    def write(self, pipeline: Pipeline, opened: OpenedExam, written: WrittenExam) -> list[Path]:
        """Write an exam's files beside its exam.json and return where they are."""
        if not self.formats or opened.exam is None:
            return []
        folder = written.exam_file.parent
        origins = {
            file.content: origin
            for file, origin in zip(opened.exam.photographs, opened.origins, strict=True)
        }
        photographs = tuple(
            ScreenedPhotograph(result, layers=_layers(folder / path, result.quality.gradable))
            for result, path in zip(written.results, written.record.photographs, strict=True)
        )
        now = datetime.now(timezone.utc)
        exam = ScreenedExam(written.record, photographs, pipeline.bundle.manifest, now)
        exam = with_contents(exam, origins)
        exam = exam.with_origins(origins)
        return export_exam(exam, folder, written.exam_file.stem, self.formats, self.languages)


def _layers(result_file: Path, gradable: bool) -> Path | None:
    return result_file.parent if gradable else None

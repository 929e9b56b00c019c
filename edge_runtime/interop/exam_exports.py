"""The formats of one exam beside its JSON: FHIR, DICOM and the report on paper, from one record.

    exam.fhir.json   exam.report-en.pdf   exam.report-zh.pdf   exam.dicom/*.dcm

Libraries load only for the formats that are asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from edge_runtime.durable import write_whole
from edge_runtime.errors import InvalidField
from edge_runtime.interop.screened import ScreenedExam

FHIR, DICOM, PDF = "fhir", "dicom", "pdf"
EXPORTS: Final = (FHIR, DICOM, PDF)
LANGUAGES: Final = ("en", "zh")


def export_exam(
    exam: ScreenedExam,
    folder: Path,
    stem: str,
    formats: Collection[str],
    languages: Collection[str] = LANGUAGES,
) -> list[Path]:
    """Write an exam's files, each whole or not at all, and return where they are.

    DICOM and FHIR carry the page where PDF is asked for too. An exam of which no photograph could
    be read has none. Raises OutputError.
    """
    if not exam.photographs:
        return []
    pages = _pages(exam, languages) if PDF in formats else {}
    written = []
    for language, content in pages.items():
        written.append(folder / f"{stem}.report-{language}.pdf")
        write_whole(written[-1], content)
    if FHIR in formats:
        written.append(folder / f"{stem}.fhir.json")
        write_whole(written[-1], _fhir(exam, pages))
    if DICOM in formats:
        written += _dicom(exam, pages, folder / f"{stem}.dicom")
    return written


def with_contents(exam: ScreenedExam, contents: Iterable[bytes]) -> ScreenedExam:
    """Return the exam with the pixels of its photographs, told apart by their hash.

    Raises InvalidField when a photograph is not among them: its file changed since.
    """
    found = {hashlib.sha256(content).hexdigest(): content for content in contents}
    missing = [
        one.result.photograph.name
        for one in exam.photographs
        if one.result.photograph.sha256 not in found
    ]
    if missing:
        raise InvalidField("photographs", f"{missing[0]} is not the file that was screened")
    photographs = tuple(
        replace(one, content=found[one.result.photograph.sha256]) for one in exam.photographs
    )
    return replace(exam, photographs=photographs)


def _pages(exam: ScreenedExam, languages: Collection[str]) -> dict[str, bytes]:
    from edge_runtime.interop.report.exam_report import exam_report
    from edge_runtime.interop.report.wording import Language

    return {language: exam_report(exam, Language(language)) for language in languages}


def _fhir(exam: ScreenedExam, pages: dict[str, bytes]) -> str:
    from edge_runtime.interop.fhir.exam_bundle import exam_bundle, indented

    return indented(exam_bundle(exam, next(iter(pages.values()), None))) + "\n"


def _dicom(exam: ScreenedExam, pages: dict[str, bytes], folder: Path) -> list[Path]:
    from edge_runtime.interop.dicom.exam_objects import exam_objects, write_objects

    objects = exam_objects(exam, pages)
    write_objects(objects, folder)
    return [folder / name for name in objects]

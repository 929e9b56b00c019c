"""Both drawn sample eyes, screened for real, as the exports take them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from edge_runtime.domain import Exam, Eye, Person, PhotographFile, Sex
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph
from edge_runtime.names import FolderNames
from edge_runtime.results import write_exam
from tests.edge_runtime.cli.command_line import opened_once, sample_eye

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
PERSON = Person("p-1", 61.0, Sex.F, {"sbp_mmhg": 150.0})


def sample_exam(folder: Path, eyes: tuple[Eye, ...] = (Eye.OD, Eye.OS)) -> ScreenedExam:
    """Screen the sample eyes into a folder and return the exam."""
    files = tuple(PhotographFile(f"{eye.value}.jpg", sample_eye(eye), eye) for eye in eyes)
    exam = Exam("0123456789abcdef" * 2, files, PERSON)
    pipeline = opened_once()
    written = write_exam(folder, FolderNames(), pipeline.screen(exam))
    photographs = tuple(
        ScreenedPhotograph(result, None, file.content, folder / Path(path).parent)
        for result, file, path in zip(
            written.results, files, written.record.photographs, strict=True
        )
    )
    return ScreenedExam(written.record, photographs, pipeline.bundle.manifest, AT)

"""Exams as files on a disk: which photographs belong together, and their bytes when their turn
comes. A photograph that cannot be opened is reported and the exam goes on without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from edge_runtime.domain import Exam, Eye, Person, PhotographFile
from edge_runtime.errors import InvalidField, PhotographError
from edge_runtime.fundus.intake import read_file
from edge_runtime.identity import exam_id_of
from edge_runtime.names import shown_name
from edge_runtime.settings import Limits


@dataclass(frozen=True)
class ListedPhotograph:
    """A photograph that is to be screened, not yet opened."""

    path: str
    """As in the list that names it: relative to the folder or manifest, or absolute."""
    eye: Eye | None = None
    num_bytes: int | None = None
    """Size of the file; None when there is none to measure."""


@dataclass(frozen=True)
class ListedExam:
    """Photographs of one person at one time, not yet opened."""

    photographs: tuple[ListedPhotograph, ...]
    person: Person = field(default_factory=Person)
    set: str | None = None
    """The data set, when a manifest names it."""


@dataclass(frozen=True)
class OpenedExam:
    """An exam whose files were read."""

    exam: Exam | None
    """None when not one of its files could be opened."""
    opened: tuple[int, ...]
    """For each photograph of the exam, its place in the list."""
    unopened: tuple[tuple[int, PhotographError], ...]
    """The places of those that could not be opened, and why."""


def listed_photograph(root: Path, path: str, eye: Eye | None = None) -> ListedPhotograph:
    """Return a photograph for the list, with the size of its file if there is one."""
    try:
        return ListedPhotograph(path, eye, (root / path).stat().st_size)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return ListedPhotograph(path, eye)


def open_exam(listed: ListedExam, root: Path, limits: Limits) -> OpenedExam:
    """Return the exam with its photographs' bytes in memory; paths are relative to `root`.

    Raises InvalidField when there are more photographs than an exam may have.
    """
    if len(listed.photographs) > limits.max_photographs_per_exam:
        most = limits.max_photographs_per_exam
        raise InvalidField("photographs", f"{len(listed.photographs)} in one exam, {most} at most")
    opened: list[int] = []
    unopened: list[tuple[int, PhotographError]] = []
    files: list[PhotographFile] = []
    for place, photograph in enumerate(listed.photographs):
        path = root / photograph.path
        try:
            content = read_file(path, limits)
        except PhotographError as error:
            unopened.append((place, error))
            continue
        opened.append(place)
        files.append(PhotographFile(shown_name(path.name), content, photograph.eye))
    return OpenedExam(_exam(files, listed.person), tuple(opened), tuple(unopened))


def _exam(files: list[PhotographFile], person: Person) -> Exam | None:
    if not files:
        return None
    exam_id = exam_id_of((file.content for file in files), person)
    return Exam(exam_id, tuple(files), person)

"""Exams as files on a disk: which photographs belong together, and their bytes when their turn
comes. A photograph that cannot be opened is reported and the exam goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edge_runtime.contracts.origin import Origin
from edge_runtime.domain import Exam, Eye, Person, PhotographFile
from edge_runtime.errors import ArchiveEntryRefused, InvalidField, PhotographError
from edge_runtime.fundus.intake import read_file
from edge_runtime.identity import exam_id_of
from edge_runtime.names import shown_name
from edge_runtime.settings import Limits
from edge_runtime.zip_archive import read_entry


@dataclass(frozen=True)
class ListedPhotograph:
    """A photograph that is to be screened, not yet opened."""

    path: str
    """As in the list that names it: relative to the folder or manifest, or absolute."""
    eye: Eye | None = None
    num_bytes: int | None = None
    """Size of the file; None when there is none to measure."""
    zip_entry: int | None = None
    """Where its entry begins in the directory of the ZIP that holds it; None for a file."""
    fault: str | None = None
    """Why it is not to be read, where the list shows it already."""


@dataclass(frozen=True)
class ListedExam:
    """Photographs of one person at one time, not yet opened."""

    photographs: tuple[ListedPhotograph, ...]
    person: Person = field(default_factory=Person)
    set: str | None = None
    """The data set, when a manifest names it."""


@dataclass(frozen=True)
class FilePhotograph:
    """One photograph of a file, and what the file says of it."""

    name: str
    content: bytes
    eye: Eye | None = None
    origin: Origin | None = None


@dataclass(frozen=True)
class FileContent:
    """What one file holds: most hold one photograph, a multi-frame DICOM file many."""

    photographs: tuple[FilePhotograph, ...]
    person: Person = field(default_factory=Person)
    """What the file says of the person and may be kept."""
    whose: str | None = None
    """A digest that two files share when they name the same person; None where one is silent."""


ReadContent = Callable[[bytes, str], FileContent]
"""Returns what a file's bytes hold; its name comes with them. Raises a PhotographError."""


@dataclass(frozen=True)
class OpenedExam:
    """An exam whose files were read."""

    exam: Exam | None
    """None when not one of its files could be opened."""
    opened: tuple[int, ...]
    """For each photograph of the exam, the place of its file in the list."""
    unopened: tuple[tuple[int, PhotographError], ...]
    """The places of those that could not be opened, and why."""
    origins: tuple[Origin | None, ...] = ()
    """For each photograph of the exam, what its file says of where it came from."""


def plain_picture(content: bytes, name: str) -> FileContent:
    """Return the one photograph of a plain picture file."""
    return FileContent((FilePhotograph(name, content),))


def listed_photograph(root: Path, path: str, eye: Eye | None = None) -> ListedPhotograph:
    """Return a photograph for the list, with the size of its file if there is one."""
    try:
        return ListedPhotograph(path, eye, (root / path).stat().st_size)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return ListedPhotograph(path, eye)


def open_exam(
    listed: ListedExam, root: Path, limits: Limits, read: ReadContent = plain_picture
) -> OpenedExam:
    """Return the exam with its photographs' bytes in memory.

    Paths are relative to `root`, which is the archive for the entries of a ZIP.

    What the list says of the person holds; a file's word is taken where the list is silent.
    Raises InvalidField when there are more photographs than an exam may have, when two files name
    different people, and when a file names the other eye than the list.
    """
    _check_number(len(listed.photographs), limits)
    unopened: list[tuple[int, PhotographError]] = []
    contents: list[tuple[int, FileContent]] = []
    for place, photograph in enumerate(listed.photographs):
        try:
            content = _bytes_of(photograph, root, limits)
            contents.append((place, read(content, shown_name(Path(photograph.path).name))))
        except PhotographError as error:
            unopened.append((place, error))
    _check_number(sum(len(content.photographs) for _, content in contents), limits)
    _check_one_person(content.whose for _, content in contents)
    found = [(place, one) for place, content in contents for one in content.photographs]
    files = [
        PhotographFile(one.name, one.content, _eye(listed.photographs[place], one))
        for place, one in found
    ]
    said = (content.person for _, content in contents if content.person != Person())
    person = listed.person if listed.person != Person() else next(said, listed.person)
    return OpenedExam(
        _exam(files, person),
        tuple(place for place, _ in found),
        tuple(unopened),
        tuple(one.origin for _, one in found),
    )


def _bytes_of(photograph: ListedPhotograph, root: Path, limits: Limits) -> bytes:
    if photograph.fault is not None:
        raise ArchiveEntryRefused(photograph.fault)
    if photograph.zip_entry is not None:
        return read_entry(root, photograph.zip_entry, limits)
    return read_file(root / photograph.path, limits)


def _check_number(photographs: int, limits: Limits) -> None:
    most = limits.max_photographs_per_exam
    if photographs > most:
        raise InvalidField("photographs", f"{photographs} in one exam, {most} at most")


def _check_one_person(whose: Iterable[str | None]) -> None:
    if len(set(whose) - {None}) > 1:
        raise InvalidField("photographs", "the files of one exam name different people")


def _eye(listed: ListedPhotograph, found: FilePhotograph) -> Eye | None:
    if listed.eye and found.eye and listed.eye is not found.eye:
        named = f"{found.name} says {found.eye.value}, {listed.eye.value} was given"
        raise InvalidField("eye", named)
    return listed.eye or found.eye


def _exam(files: list[PhotographFile], person: Person) -> Exam | None:
    if not files:
        return None
    exam_id = exam_id_of((file.content for file in files), person)
    return Exam(exam_id, tuple(files), person)

"""What a screening of an exam begins with, and how its results are kept as they come."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Update, delete, insert, select, update

from edge_runtime.domain import Person, PhotographFile
from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.erasure import remove_files
from edge_runtime.records.errors import WrongState
from edge_runtime.records.exam_reading import exam_row, whole_exam
from edge_runtime.records.exams import changed_exam
from edge_runtime.records.kept import KeptExam, KeptPhotograph
from edge_runtime.records.picture_rows import EVIDENCE, kept_kind
from edge_runtime.records.sealing import seal
from edge_runtime.records.vault import Actor, Vault, told_as_full
from edge_runtime.records.words import ExamState


@dataclass(frozen=True)
class Screening:
    """A screening under way."""

    exam_id: str
    photograph_ids: tuple[str, ...]
    photographs: tuple[PhotographFile, ...]
    person: Person
    whole: bool
    """Of all that is to be read, not of a single attempt: the exam becomes preliminary."""
    actor: Actor


@dataclass(frozen=True)
class MadePicture:
    """A picture that the models made."""

    kind: str
    media_type: str
    content: bytes
    width_px: int
    height_px: int


def begin_screening(
    vault: Vault,
    actor: Actor,
    exam_id: str,
    photograph_ids: Sequence[str],
    *,
    finishes: bool = False,
) -> Screening:
    """Return what is to be screened; the exam is analysing from now on.

    Without ids that is the best photograph of each eye, and the exam becomes preliminary in the
    end; with ids only where they are all that is to be read (`finishes`).
    Raises NotKept, InvalidField for a photograph of another exam, WrongState, RecordsDamaged.
    """
    with vault.reading() as connection:
        row = exam_row(connection, exam_id)
        exam = whole_exam(vault, connection, row)
        chosen = _chosen(exam, photograph_ids)
        key = vault.keys.of(row["person_id"])
        files = _file_ids(connection, exam_id)
    # Read before the state changes: a damaged file leaves the exam as it was.
    photographs = tuple(
        PhotographFile(each.name, vault.files.read(key, files[each.photograph_id]), each.eye)
        for each in chosen
    )
    whole = finishes or not photograph_ids
    detail = "whole" if whole else "part"
    with vault.changing(actor, Action.SCREEN_EXAM, exam_id, detail) as connection:
        changed_exam(vault, connection, exam_id, ExamState.ANALYSING)
    ids = tuple(each.photograph_id for each in chosen)
    return Screening(exam_id, ids, photographs, exam.person, whole, actor)


def keep_result(
    vault: Vault,
    screening: Screening,
    index: int,
    result_json: str,
    pictures: Sequence[MadePicture],
    source: str,
) -> None:
    """Keep a photograph's result and its pictures; those of an earlier screening go.

    Maps of evidence stay: they are those of the forecast, which `finish_screening` replaces.
    `source` is the bundle's NAME@VERSION. Raises RecordsFull.
    """
    photograph_id = screening.photograph_ids[index]
    key = _key_of(vault, screening.exam_id)
    with told_as_full():
        files = [vault.files.keep(key, picture.content) for picture in pictures]
    place = f"photograph/{photograph_id}"
    with vault.changing(
        screening.actor, "keep_result", screening.exam_id, photograph_id
    ) as connection:
        exam_row(connection, screening.exam_id)
        picture = tables.picture.c
        of_photograph = picture.photograph_id == photograph_id
        replaced = _forget_pictures(connection, screening.exam_id, of_photograph, ~_is_map())
        connection.execute(
            _the(photograph_id).values(
                result=seal(key, result_json.encode(), place), refused_error="", refused_reason=""
            )
        )
        for made, file_id in zip(pictures, files, strict=True):
            _keep_picture(vault, connection, key, screening, index, made, file_id, source)
    remove_files(vault, replaced)


def keep_refusal(vault: Vault, screening: Screening, index: int, error: str, reason: str) -> None:
    """Keep that a photograph could not be read. Raises RecordsFull."""
    photograph_id = screening.photograph_ids[index]
    with vault.changing(
        screening.actor, "keep_refusal", screening.exam_id, photograph_id
    ) as connection:
        exam_row(connection, screening.exam_id)
        connection.execute(
            _the(photograph_id).values(refused_error=error, refused_reason=reason, result=None)
        )


def finish_screening(
    vault: Vault,
    screening: Screening,
    exam_json: str,
    maps: Mapping[int, Sequence[MadePicture]] | None = None,
    source: str = "",
) -> KeptExam:
    """Keep exam.json of a whole screening and return the exam in its next state.

    `maps` are its maps of evidence by photograph; those of an earlier forecast go with it. Of a
    screening of a part neither is kept. `source` as in `keep_result`. Raises RecordsFull.
    """
    exam_id = screening.exam_id
    if not screening.whole:
        with vault.changing(screening.actor, "finish_screening", exam_id) as connection:
            return changed_exam(vault, connection, exam_id, ExamState.CAPTURING)
    key = _key_of(vault, exam_id)
    made = [(index, each) for index, pictures in (maps or {}).items() for each in pictures]
    with told_as_full():
        files = [vault.files.keep(key, each.content) for _, each in made]
    with vault.changing(screening.actor, "finish_screening", exam_id) as connection:
        exam_row(connection, exam_id)
        sealed = seal(key, exam_json.encode(), f"exam/{exam_id}")
        of_exam = tables.exam.c.exam_id == exam_id
        connection.execute(update(tables.exam).where(of_exam).values(exam_json=sealed))
        replaced = _forget_pictures(connection, exam_id, _is_map())
        for (index, each), file_id in zip(made, files, strict=True):
            _keep_picture(vault, connection, key, screening, index, each, file_id, source)
        exam = changed_exam(vault, connection, exam_id, ExamState.PRELIMINARY)
    remove_files(vault, replaced)
    return exam


def give_up_screening(vault: Vault, screening: Screening) -> None:
    """Let an exam whose screening failed take photographs again; what was kept of it stays."""
    exam_id = screening.exam_id
    with vault.changing(screening.actor, "give_up_screening", exam_id) as connection:
        if exam_row(connection, exam_id)["state"] == ExamState.ANALYSING.value:
            changed_exam(vault, connection, exam_id, ExamState.CAPTURING)


def _chosen(exam: KeptExam, photograph_ids: Sequence[str]) -> list[KeptPhotograph]:
    if not photograph_ids:
        best = [each for each in exam.photographs if each.best]
        if not best:
            raise WrongState("There is no photograph that can be screened.")
        return best
    by_id = {each.photograph_id: each for each in exam.photographs}
    if not set(photograph_ids) <= set(by_id) or len(set(photograph_ids)) < len(photograph_ids):
        raise InvalidField("photograph_ids", "are photographs of this exam, each once")
    return [by_id[each] for each in photograph_ids]


def _file_ids(connection: Connection, exam_id: str) -> dict[str, str]:
    photograph = tables.photograph.c
    wanted = select(photograph.photograph_id, photograph.file_id)
    found = connection.execute(wanted.where(photograph.exam_id == exam_id))
    return {row.photograph_id: row.file_id for row in found}


def _keep_picture(
    vault: Vault,
    connection: Connection,
    key: bytes,
    screening: Screening,
    index: int,
    made: MadePicture,
    file_id: str,
    source: str,
) -> None:
    row = insert(tables.picture).values(
        picture_id=secrets.token_hex(16),
        exam_id=screening.exam_id,
        photograph_id=screening.photograph_ids[index],
        kind=kept_kind(key, made.kind),
        media_type=made.media_type,
        source=source,
        by_person=False,
        made_ms=vault.clock_ms(),
        width_px=made.width_px,
        height_px=made.height_px,
        file_id=file_id,
    )
    connection.execute(row)


def _is_map() -> ColumnElement[bool]:
    return tables.picture.c.kind.startswith(EVIDENCE, autoescape=True)


def _forget_pictures(
    connection: Connection, exam_id: str, *which: ColumnElement[bool]
) -> list[str]:
    """Delete what models made of an exam before, but for pictures that a person painted from."""
    picture = tables.picture.c
    parents = select(picture.parent_id).where(picture.exam_id == exam_id)
    old = (
        picture.exam_id == exam_id,
        *which,
        ~picture.by_person,
        picture.picture_id.not_in(list(connection.execute(parents).scalars())),
    )
    files = list(connection.execute(select(picture.file_id).where(*old)).scalars())
    connection.execute(delete(tables.picture).where(*old))
    return files


def _key_of(vault: Vault, exam_id: str) -> bytes:
    with vault.reading() as connection:
        return vault.keys.of(exam_row(connection, exam_id)["person_id"])


def _the(photograph_id: str) -> Update:
    return update(tables.photograph).where(tables.photograph.c.photograph_id == photograph_id)

"""Reads one picture, or one photograph as it came: all of it, or as somebody may see it."""

from __future__ import annotations

from sqlalchemy import select

from edge_runtime.errors import NotAllowed
from edge_runtime.records import tables
from edge_runtime.records.access import Action, sees_work_of
from edge_runtime.records.errors import NotKept
from edge_runtime.records.exam_reading import exam_row
from edge_runtime.records.picture_rows import told_kind
from edge_runtime.records.vault import Actor, Vault


def read_picture(
    vault: Vault, actor: Actor, exam_id: str, picture_id: str
) -> tuple[str, str, bytes, int, int]:
    """Return a picture as `picture_content` does, where the actor may see who made it.

    To know an id is not enough. Raises NotAllowed for what another person painted, unless the
    table lets the actor see it, and as picture_content.
    """
    painter_id = _painter_of(vault, exam_id, picture_id)
    if not sees_work_of(actor.roles, actor.user_id, painter_id):
        vault.note(actor, Action.SEE_OTHER_READERS, exam_id, done=False)
        raise NotAllowed(f"picture {picture_id} of another reader")
    return picture_content(vault, exam_id, picture_id)


def _painter_of(vault: Vault, exam_id: str, picture_id: str) -> str:
    """Return who painted a picture; empty for a model's, for a photograph and for none."""
    picture = tables.picture.c
    wanted = select(picture.source).where(
        picture.exam_id == exam_id, picture.picture_id == picture_id, picture.by_person
    )
    with vault.reading() as connection:
        return connection.execute(wanted).scalar() or ""


def picture_content(
    vault: Vault, exam_id: str, picture_id: str
) -> tuple[str, str, bytes, int, int]:
    """Return kind, media type, bytes, width and height of a picture, or of a photograph as it came
    (kind "original", sizes 0), whoever made it. Raises NotKept, Erased or RecordsDamaged.
    """
    with vault.reading() as connection:
        key = vault.keys.of(exam_row(connection, exam_id)["person_id"])
        picture = tables.picture.c
        of_exam = (picture.exam_id == exam_id, picture.picture_id == picture_id)
        found = connection.execute(select(tables.picture).where(*of_exam)).mappings().first()
        if found is not None:
            content = vault.files.read(key, found["file_id"])
            return (
                told_kind(key, found["kind"]),
                found["media_type"],
                content,
                found["width_px"],
                found["height_px"],
            )
        photograph = tables.photograph.c
        wanted = select(photograph.file_id).where(
            photograph.exam_id == exam_id, photograph.photograph_id == picture_id
        )
        file_id = connection.execute(wanted).scalar()
    if file_id is None:
        raise NotKept("no such picture in the exam")
    return "original", "application/octet-stream", vault.files.read(key, file_id), 0, 0

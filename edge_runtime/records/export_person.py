"""All that is kept of a person, as one ZIP that is made while it is sent: nothing of it stays here.

person.json                    identifiers, consents with their texts
exams/NUMBER/exam.json         state, decisions, signatures, amendments, what was known
exams/NUMBER/PHOTOGRAPH/...    the photograph as it came, result.json, pictures and masks
audit.json                     the audit's rows about these exams
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from enum import Enum
from typing import Any

from sqlalchemy import select

from edge_runtime.errors import PhotographError
from edge_runtime.fundus.picture_formats.recognition import format_of
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.exam_reading import exam_row, whole_exam
from edge_runtime.records.kept import KeptExam
from edge_runtime.records.picture_reading import picture_content
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.words import ExamState

PART_BYTES = 1 << 20
SUFFIX_OF = {"image/png": ".png", "image/jpeg": ".jpg"}


def person_zip(vault: Vault, actor: Actor, exam_id: str) -> Iterator[bytes]:
    """Yield the parts of the ZIP of the person of an exam.

    Raises NotKept, Erased, and RecordsDamaged where a file cannot be read: half of a person's data
    is not passed off as all of it.
    """
    exams, person, audit = _read(vault, exam_id)
    vault.note(actor, Action.EXPORT_PERSON, exam_id)
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(vault, exams, person, audit):
            archive.writestr(name, content)
            yield from sink.parts()
    yield from sink.parts()


def _files(
    vault: Vault, exams: list[KeptExam], person: dict[str, Any], audit: list[dict[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    yield "person.json", _json(person)
    for exam in exams:
        folder = f"exams/{exam.number}"
        yield f"{folder}/exam.json", _json(asdict(exam))
        for photograph in exam.photographs:
            inner = f"{folder}/{photograph.photograph_id}"
            original = picture_content(vault, exam.exam_id, photograph.photograph_id)[2]
            yield f"{inner}/photograph{suffix_of(original)}", original
            if photograph.result_json:
                yield f"{inner}/result.json", photograph.result_json.encode()
            for picture in photograph.pictures:
                kind, media_type, content, _, _ = picture_content(
                    vault, exam.exam_id, picture.picture_id
                )
                suffix = SUFFIX_OF.get(media_type, "")
                yield f"{inner}/{kind}-{picture.picture_id}{suffix}", content
    yield "audit.json", _json(audit)


def suffix_of(photograph: bytes) -> str:
    """Return the suffix of a photograph by its own bytes, empty for no known format."""
    try:
        return f".{format_of(photograph).value.lower()}"
    except PhotographError:
        return ""


def _read(
    vault: Vault, exam_id: str
) -> tuple[list[KeptExam], dict[str, Any], list[dict[str, Any]]]:
    exam = tables.exam.c
    with vault.reading() as connection:
        person_id = exam_row(connection, exam_id)["person_id"]
        of_person = select(tables.exam).where(
            exam.person_id == person_id, exam.state != ExamState.ERASED.value
        )
        rows = connection.execute(of_person.order_by(exam.number)).mappings().all()
        exams = [whole_exam(vault, connection, row) for row in rows]
        texts = connection.execute(select(tables.consent_text)).mappings()
        shown = {consent.text_sha256 for each in exams for consent in each.consents}
        person = {
            "identifiers": exams[-1].identifiers,
            "consents": [asdict(consent) for consent in exams[-1].consents],
            "texts": [dict(text) for text in texts if text["sha256"] in shown],
        }
        subjects = [person_id, *(each.exam_id for each in exams)]
        about = select(tables.audit).where(tables.audit.c.subject.in_(subjects))
        audit = [dict(row) for row in connection.execute(about).mappings()]
    return exams, person, audit


def _json(content: Any) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else str(value)


class _Sink(io.RawIOBase):
    """What a ZIP is written to; hands on what has come."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._written += content
        return len(content)

    def parts(self) -> Iterator[bytes]:
        while self._written:
            part = bytes(self._written[:PART_BYTES])
            del self._written[:PART_BYTES]
            yield part

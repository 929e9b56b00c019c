"""Consents: given or withdrawn, each to a text that is kept once, word for word."""

from __future__ import annotations

import hashlib
import re

from sqlalchemy import Connection, insert, select

from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.exam_reading import exam_row
from edge_runtime.records.exams import changed_exam
from edge_runtime.records.kept import KeptExam
from edge_runtime.records.sight import as_seen_by
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.words import ConsentScope

MAX_TEXT_CHARACTERS = 20_000
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def record_consent(
    vault: Vault,
    actor: Actor,
    exam_id: str,
    scope: ConsentScope,
    given: bool,
    text: str,
    language: str,
) -> KeptExam:
    """Record that the exam's person gave or withdrew a consent, and return the exam.

    The text is the clinic's form, not the patient's words. Raises InvalidField.
    """
    if not 1 <= len(text.strip()) <= MAX_TEXT_CHARACTERS:
        raise InvalidField("text", f"has 1 to {MAX_TEXT_CHARACTERS} characters")
    if not LANGUAGE.fullmatch(language):
        raise InvalidField("language", "is a language tag such as zh-CN")
    digest = hashlib.sha256(text.encode()).hexdigest()
    detail = f"{scope.value} {'given' if given else 'withdrawn'}"
    with vault.changing(actor, Action.RECORD_CONSENT, exam_id, detail) as connection:
        person_id = exam_row(connection, exam_id)["person_id"]
        known = select(tables.consent_text.c.sha256).where(tables.consent_text.c.sha256 == digest)
        if connection.execute(known).first() is None:
            connection.execute(
                insert(tables.consent_text).values(sha256=digest, language=language, text=text)
            )
        connection.execute(
            insert(tables.consent).values(
                person_id=person_id,
                scope=scope.value,
                given=given,
                text_sha256=digest,
                language=language,
                at_ms=vault.clock_ms(),
                user_id=actor.user_id,
            )
        )
        return as_seen_by(actor, changed_exam(vault, connection, exam_id))


def has_consented(connection: Connection, person_id: str, scope: ConsentScope) -> bool:
    """Return whether a person's last word on a scope is yes; without a word it is no."""
    consent = tables.consent.c
    last = (
        select(consent.given)
        .where(consent.person_id == person_id, consent.scope == scope.value)
        .order_by(consent.number.desc())
        .limit(1)
    )
    return bool(connection.execute(last).scalar())

"""What people say of findings, and the signature under it all."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert

from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.audit import Entry
from edge_runtime.records.decision_rules import (
    MAX_WHY_CHARACTERS,
    check_finding,
    check_value,
    model_value,
)
from edge_runtime.records.errors import NotKept, WrongState
from edge_runtime.records.exam_reading import exam_row, whole_exam
from edge_runtime.records.exams import changed_exam
from edge_runtime.records.kept import KeptExam
from edge_runtime.records.sealing import seal, seal_json
from edge_runtime.records.sight import as_seen_by
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.words import OPEN_FOR_READING, DecisionKind, ExamState

BY_ID: dict[str, str] = {}
"""No names: whoever takes another name later changes nothing that was signed."""


def decide(
    vault: Vault,
    actor: Actor,
    exam_id: str,
    photograph_id: str,
    finding: str,
    kind: DecisionKind,
    value_json: str = "",
    why: str = "",
    *,
    arbitrates: bool = False,
) -> KeptExam:
    """Keep a decision beside what the model said, and return the exam as the actor sees it.

    Raises InvalidField, NotKept, and WrongState where the exam is signed.
    """
    check_finding(finding)
    check_value(finding, kind, value_json, why)
    decision_id = secrets.token_hex(16)
    with vault.changing(actor, action_of(kind, arbitrates), exam_id, finding) as connection:
        row = exam_row(connection, exam_id)
        if ExamState(row["state"]) not in OPEN_FOR_READING:
            raise WrongState(f"The exam is {row['state']}: nothing can be decided in it now.")
        result = _result_of(whole_exam(vault, connection, row), photograph_id)
        said = {
            "model_value_json": model_value(result, finding),
            "value_json": value_json,
            "why": why.strip(),
        }
        key = vault.keys.of(row["person_id"])
        connection.execute(
            insert(tables.decision).values(
                decision_id=decision_id,
                exam_id=exam_id,
                photograph_id=photograph_id,
                finding=finding,
                kind=kind.value,
                said=seal_json(key, said, f"decision/{decision_id}"),
                user_id=actor.user_id,
                at_ms=vault.clock_ms(),
                arbitrates=arbitrates,
            )
        )
        return as_seen_by(actor, changed_exam(vault, connection, exam_id))


def _result_of(exam: KeptExam, photograph_id: str) -> dict[str, Any]:
    for photograph in exam.photographs:
        if photograph.photograph_id == photograph_id:
            return dict(json.loads(photograph.result_json or "{}"))
    raise NotKept("no such photograph in the exam")


def action_of(kind: DecisionKind, arbitrates: bool) -> Action:
    """Return which action of the table a decision is."""
    if arbitrates:
        return Action.ARBITRATE
    return Action.OVERRIDE_QUALITY if kind is DecisionKind.OVERRIDE else Action.DECIDE


def sign_exam(vault: Vault, actor: Actor, exam_id: str, version: int) -> KeptExam:
    """Sign an exam as it was read at `version`, and return it.

    Raises WrongState when it changed meanwhile, when two readers differ, or when its state does
    not allow it.
    """
    with vault.changing(actor, "signed_version", exam_id, str(version)) as connection:
        row = exam_row(connection, exam_id)
        exam = whole_exam(vault, connection, row)
        if exam.version != version:
            raise WrongState("The exam has changed since it was read. Please read it again.")
        if exam.disputed:
            raise WrongState("Two readers differ: this must be arbitrated before it is signed.")
        # First, so that the head on the report proves this very signature.
        now_ms = vault.clock_ms()
        entry = Entry(now_ms, actor.user_id, Action.SIGN_EXAM.value, exam_id)
        head = vault.audit.append(connection, entry)
        connection.execute(
            insert(tables.signature).values(
                exam_id=exam_id,
                user_id=actor.user_id,
                at_ms=now_ms,
                version=version,
                sha256=digest_of(whole_exam(vault, connection, row, names=BY_ID)),
                audit_head=str(head),
            )
        )
        return changed_exam(vault, connection, exam_id, ExamState.SIGNED)


def amend_exam(vault: Vault, actor: Actor, exam_id: str, why: str) -> KeptExam:
    """Open a signed exam for a correction and return it; its signature stays beside it.

    Raises InvalidField without a reason, WrongState where it is not signed.
    """
    if not 1 <= len(why.strip()) <= MAX_WHY_CHARACTERS:
        raise InvalidField("why", f"has 1 to {MAX_WHY_CHARACTERS} characters")
    with vault.changing(actor, Action.AMEND_EXAM, exam_id) as connection:
        row = exam_row(connection, exam_id)
        key = vault.keys.of(row["person_id"])
        connection.execute(
            insert(tables.amendment).values(
                exam_id=exam_id,
                user_id=actor.user_id,
                at_ms=vault.clock_ms(),
                why=seal(key, why.strip().encode(), f"exam/{exam_id}/amendment"),
            )
        )
        return changed_exam(vault, connection, exam_id, ExamState.AMENDED)


def digest_of(exam: KeptExam) -> str:
    """Return the SHA-256 of all that a signature stands under; read with people BY_ID."""
    content = asdict(exam)
    for risen in ("state", "version", "changed_ms", "signatures", "earlier_exam_ids"):
        del content[risen]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=_word)
    return hashlib.sha256(text.encode()).hexdigest()


def _word(value: Any) -> str:
    return str(value.value)


def person_of(connection: Connection, exam_id: str) -> str:
    """Return the person of an exam. Raises NotKept or Erased."""
    return str(exam_row(connection, exam_id)["person_id"])

"""Reads the audit, a page at a time, and proves it whole while the service runs."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.kept import AuditPage, AuditProof, AuditRow, AuditWanted
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.verify import verify_audit

MAX_AUDIT_PAGE = 1000
MAX_HEADS = 20


def audit_page(vault: Vault, actor: Actor, wanted: AuditWanted) -> AuditPage:
    """Return a page of the rows that are wanted; that they were read is a row of its own.

    Raises InvalidField.
    """
    if not 0 <= wanted.page_size <= MAX_AUDIT_PAGE:
        raise InvalidField("page_size", f"must be 1 to {MAX_AUDIT_PAGE}, or 0")
    size = wanted.page_size or AuditWanted.page_size
    number = tables.audit.c.sequence
    query = select(tables.audit).where(*_where(wanted))
    query = query.order_by(number.desc() if wanted.newest_first else number).limit(size + 1)
    with vault.reading() as connection:
        found = tuple(AuditRow(**row) for row in connection.execute(query).mappings())
    vault.note(actor, Action.READ_AUDIT, wanted.exam_id)
    return AuditPage(found[:size], vault.head(), vault.audit.public_key, len(found) > size)


def audit_proof(vault: Vault, actor: Actor, printed_heads: list[str]) -> AuditProof:
    """Return what proving every row found, with heads that were printed. Raises InvalidField."""
    if len(printed_heads) > MAX_HEADS:
        raise InvalidField("heads", f"must be {MAX_HEADS} at most")
    head = vault.head()
    faults: list[str] = []
    num_rows = verify_audit(vault, printed_heads, faults)
    vault.note(actor, Action.VERIFY_AUDIT, detail="faults" if faults else "whole")
    return AuditProof(num_rows, head, vault.audit.public_key, tuple(faults))


def _where(wanted: AuditWanted) -> list[ColumnElement[bool]]:
    audit = tables.audit.c
    where: list[ColumnElement[bool]] = [audit.sequence >= wanted.from_sequence]
    for asked, condition in (
        (wanted.before_sequence, audit.sequence < wanted.before_sequence),
        (wanted.from_ms, audit.at_ms >= wanted.from_ms),
        (wanted.before_ms, audit.at_ms < wanted.before_ms),
        (wanted.exam_id, audit.subject == wanted.exam_id),
        (wanted.actor, audit.actor == wanted.actor),
        (wanted.action, audit.action == wanted.action),
        (wanted.outcome, audit.outcome == wanted.outcome),
    ):
        where += [condition] if asked else []
    return where

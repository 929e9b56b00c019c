"""Reads the audit, a page at a time."""

from __future__ import annotations

from sqlalchemy import select

from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.kept import AuditPage, AuditRow
from edge_runtime.records.vault import Actor, Vault


def audit_page(
    vault: Vault, actor: Actor, from_sequence: int, page_size: int, exam_id: str = ""
) -> AuditPage:
    """Return rows from a sequence number on, those about one exam where it is named."""
    audit = tables.audit.c
    wanted = select(tables.audit).where(audit.sequence >= from_sequence)
    if exam_id:
        wanted = wanted.where(audit.subject == exam_id)
    with vault.reading() as connection:
        found = connection.execute(wanted.order_by(audit.sequence).limit(page_size)).mappings()
        rows = tuple(AuditRow(**row) for row in found)
    vault.note(actor, Action.READ_AUDIT, exam_id)
    return AuditPage(rows, vault.head(), vault.audit.public_key)

"""The audit: rows that are only ever added, each bound to the one before, with a signed head.

A row's hash is the HMAC-SHA256 of the row before's hash and its own canonical JSON. Who can write
to the database but has not the master key can change no row, remove none and add none without
`audit_check` finding it; who has the master key too, and cuts off the tail or writes everything
anew, is found with a head that was printed before, for it names a row that is there no more.
Rows hold opaque ids and words of closed lists, nothing of a patient.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from sqlalchemy import Connection, insert, select

from edge_runtime.records import tables
from edge_runtime.records.errors import RecordsDamaged
from edge_runtime.records.kept import AuditRow
from edge_runtime.records.sealing import keyed_digest

BEFORE_THE_FIRST = "0" * 64
DONE, REFUSED = "done", "refused"


@dataclass(frozen=True)
class Head:
    """The last row of the audit at some time, signed."""

    sequence: int
    hash: str
    signature: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}:{self.signature}"


@dataclass(frozen=True)
class Entry:
    """What a row says."""

    at_ms: int
    actor: str
    action: str
    subject: str = ""
    outcome: str = DONE
    detail: str = ""


@dataclass(frozen=True)
class Audit:
    """Writes rows and proves them. `key` binds the rows, `seed` signs the heads."""

    records_id: str
    key: bytes = field(repr=False)
    seed: bytes = field(repr=False)

    @property
    def public_key(self) -> str:
        """Ed25519, 64 hexadecimal digits: proves heads without the master key."""
        return self._signer.public_key().public_bytes_raw().hex()

    def append(self, connection: Connection, entry: Entry) -> Head:
        """Add a row inside a writing transaction and return the head that it becomes."""
        last = last_row(connection)
        sequence = 1 if last is None else last.sequence + 1
        before = BEFORE_THE_FIRST if last is None else last.hash
        row = AuditRow(sequence=sequence, hash="", **vars(entry))
        digest = self.hash_of(before, row)
        connection.execute(
            insert(tables.audit).values(sequence=sequence, hash=digest, **vars(entry))
        )
        return self.signed(sequence, digest)

    def hash_of(self, before: str, row: AuditRow) -> str:
        """Return the hash that a row must have after the one with the hash `before`."""
        content = {name: getattr(row, name) for name in row.__dataclass_fields__ if name != "hash"}
        return keyed_digest(self.key, before, json.dumps(content, sort_keys=True))

    def signed(self, sequence: int, digest: str) -> Head:
        """Return a row as a signed head."""
        signature = self._signer.sign(self._signed_text(sequence, digest)).hex()
        return Head(sequence, digest, signature)

    def proved(self, head: str) -> Head:
        """Return a head that was printed. Raises RecordsDamaged when it was not signed here."""
        try:
            number, digest, signature = head.strip().split(":")
            read = Head(int(number), digest, signature)
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            public.verify(bytes.fromhex(signature), self._signed_text(read.sequence, digest))
        except (ValueError, InvalidSignature):
            raise RecordsDamaged("the audit head was not signed by these records") from None
        return read

    @property
    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def _signed_text(self, sequence: int, digest: str) -> bytes:
        return f"foreseye.audit/1 {self.records_id} {sequence} {digest}".encode()


def last_row(connection: Connection) -> AuditRow | None:
    """Return the last row, None where there is none."""
    newest = select(tables.audit).order_by(tables.audit.c.sequence.desc()).limit(1)
    found = connection.execute(newest).mappings().first()
    return None if found is None else AuditRow(**found)


def rows(connection: Connection, from_sequence: int = 1) -> Generator[AuditRow, None, None]:
    """Yield the rows in order, without holding them all."""
    wanted = select(tables.audit).where(tables.audit.c.sequence >= from_sequence)
    paged = wanted.order_by(tables.audit.c.sequence).execution_options(yield_per=1000)
    with connection.execute(paged) as result:
        for found in result.mappings():
            yield AuditRow(**found)


def audit_check(audit: Audit, connection: Connection, heads: list[Head]) -> int:
    """Return how many rows there are, all of them proved, and every head among them.

    Raises RecordsDamaged with the number of the first row that is not as it was written.
    """
    wanted: dict[int, set[str]] = {}
    for head in heads:
        wanted.setdefault(head.sequence, set()).add(head.hash)
    before, expected = BEFORE_THE_FIRST, 1
    with closing(rows(connection)) as kept:
        for row in kept:
            where = f"row {row.sequence} of the audit"
            if row.sequence != expected:
                raise RecordsDamaged(f"row {expected} of the audit is missing")
            if audit.hash_of(before, row) != row.hash:
                raise RecordsDamaged(f"{where} is not as it was written")
            if wanted.pop(row.sequence, {row.hash}) != {row.hash}:
                raise RecordsDamaged(f"{where} is not the one that was signed")
            before, expected = row.hash, expected + 1
    if wanted:
        raise RecordsDamaged(
            f"the audit ends with row {expected - 1}, but row {max(wanted)} was signed: its tail "
            "was cut off, or an older state was put in its place"
        )
    return expected - 1

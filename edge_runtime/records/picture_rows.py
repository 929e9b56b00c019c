"""Rows of pictures, and what kind each is of: a map of evidence says of which condition sealed.

Which conditions are forecast tells whether somebody has diabetes already. So a map's kind stands in
its row as an HMAC under the person's key: without that key nobody knows which it is.
"""

from __future__ import annotations

from typing import Any

from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.records.kept import KeptPicture
from edge_runtime.records.sealing import derived, keyed_digest

EVIDENCE = "evidence_"
"""A map of a forecast's evidence is of this kind and its condition."""

DIGITS = 32


def kept_kind(key: bytes, kind: str) -> str:
    """Return how a kind stands in a row, under the person's key."""
    return _under(derived(key, "picture kind"), kind) if kind.startswith(EVIDENCE) else kind


def told_kind(key: bytes, kept: str) -> str:
    """Return the kind of a row; one of a condition that this version does not know stays as is."""
    if not kept.startswith(EVIDENCE):
        return kept
    of_kinds = derived(key, "picture kind")
    kinds = (EVIDENCE + condition.value for condition in ForecastCondition)
    return next((kind for kind in kinds if _under(of_kinds, kind) == kept), kept)


def kept_picture(key: bytes, row: Any, names: dict[str, str]) -> KeptPicture:
    """Return a row of the table of pictures; `names` are the staff's, by id."""
    of_row = [name for name in KeptPicture.__dataclass_fields__ if name != "user_id"]
    values = {name: row[name] for name in of_row}
    values["kind"] = told_kind(key, row["kind"])
    if not row["by_person"]:
        return KeptPicture(**values)
    values["source"] = names.get(row["source"], row["source"])
    return KeptPicture(**values, user_id=row["source"])


def _under(of_kinds: bytes, kind: str) -> str:
    return EVIDENCE + keyed_digest(of_kinds, kind)[:DIGITS]

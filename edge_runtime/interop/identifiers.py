"""Identifiers that derive from content: the same exam gives the same ones in every format."""

from __future__ import annotations

import uuid
from typing import Final

NAMESPACE: Final = uuid.UUID("5c0f3c0e-6e0a-5d8c-9d53-6a5e1b3f7c21")
"""Of foreseye's own names; any fixed UUID does."""


def uuid_of(*words: str) -> uuid.UUID:
    """Return the UUID that stands for these words."""
    return uuid.uuid5(NAMESPACE, "\0".join(words))


def uid_of(*words: str) -> str:
    """Return the DICOM UID that stands for these words: 2.25 and a UUID (PS3.5 annex B.2)."""
    return f"2.25.{uuid_of(*words).int}"


LOCAL_SCHEME: Final = f"urn:oid:{uid_of('codes')}"
"""Names foreseye's own codes where a system must be a URI."""

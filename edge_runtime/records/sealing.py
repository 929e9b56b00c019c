"""Authenticated encryption of what is kept: AES-256-GCM, a fresh nonce each, bound to its place.

A sealed text is `nonce (12 bytes) + ciphertext + tag (16 bytes)`. The place (which row, which
column, whose) is authenticated with it, so that one person's row cannot be moved to another's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge_runtime.records.errors import RecordsDamaged

KEY_BYTES = 32
NONCE_BYTES = 12


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """Return the sealed text of `plain`, which opens under the same key and place only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Return what was sealed. Raises RecordsDamaged when a bit of it, or its place, is another."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError):
        raise RecordsDamaged(f"{place} is not as it was sealed") from None


def seal_json(key: bytes, content: Any, place: str) -> bytes:
    """Return the sealed JSON of a plain object."""
    return seal(key, json.dumps(content, ensure_ascii=False).encode(), place)


def unseal_json(key: bytes, sealed: bytes, place: str) -> Any:
    """Return the plain object that was sealed. Raises RecordsDamaged."""
    return json.loads(unseal(key, sealed, place))


def derived(secret: bytes, use: str) -> bytes:
    """Return a key of 32 bytes for one use, from which the secret cannot be told (HKDF-SHA256)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"foreseye.records {use}".encode()).derive(
        secret
    )


def keyed_digest(key: bytes, *parts: bytes | str) -> str:
    """Return the HMAC-SHA256 of parts, 64 hexadecimal digits; parts cannot run into each other."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        mac.update(len(content).to_bytes(8, "big") + content)
    return mac.hexdigest()

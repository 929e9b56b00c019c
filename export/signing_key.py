"""The Ed25519 key that signs bundles. It lives outside of the project, never in git."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from export.errors import SigningKeyError


def make_key(path: Path) -> str:
    """Write a new private key (PEM, readable by its owner only) and return its public key, hex.

    Raises SigningKeyError when the file exists: a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SigningKeyError(f"cannot write {path}: {error}") from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return public_key(key)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the private key of a PEM file. Raises SigningKeyError."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SigningKeyError(f"no key can be read from {path}: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"{path} holds no Ed25519 key")
    return key


def public_key(key: Ed25519PrivateKey) -> str:
    """Return the public key as 64 hexadecimal digits, as FORESEYE_TRUSTED_KEYS takes it."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

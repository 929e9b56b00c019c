"""PINs and passwords: which are good enough, and how they are kept (Argon2id) and compared."""

from __future__ import annotations

import threading
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edge_runtime.errors import InvalidField

MIN_PIN_DIGITS, MAX_PIN_DIGITS = 6, 12
MIN_PASSWORD_CHARACTERS, MAX_PASSWORD_CHARACTERS = 10, 256
MIN_DIFFERENT_CHARACTERS = 4
RULE = (
    f"must be a PIN of {MIN_PIN_DIGITS} to {MAX_PIN_DIGITS} digits that are not all alike or in a "
    f"row, or a password of {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters"
)

_HASHER = PasswordHasher()
"""RFC 9106's second recommended option: 3 passes over 64 MiB."""

_ONE_AT_A_TIME = threading.Lock()
"""Each comparison takes 64 MiB: a crowd at the door must not take the box's memory."""

_NOBODYS = _HASHER.hash("nobody has this secret")


def check_is_good(secret: str, field: str) -> None:
    """Return when a new secret is good enough. Raises InvalidField, never with the secret."""
    if secret.isdecimal() and len(secret) <= MAX_PIN_DIGITS:
        steps = {int(after) - int(before) for before, after in pairwise(secret)}
        if len(secret) >= MIN_PIN_DIGITS and steps not in ({0}, {1}, {-1}):
            return
    elif MIN_PASSWORD_CHARACTERS <= len(secret) <= MAX_PASSWORD_CHARACTERS and (
        len(set(secret)) >= MIN_DIFFERENT_CHARACTERS
    ):
        return
    raise InvalidField(field, RULE)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(secret)


def is_right(secret: str, kept: str | None) -> bool:
    """Return whether a secret is the kept one; for None, a user who is not known, it takes as long.

    Nothing of the time tells a name that exists from one that does not.
    """
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(kept or _NOBODYS, secret) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

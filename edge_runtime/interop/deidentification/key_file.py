"""The key file of a de-identification: what leads back to the people, kept apart from the pictures.

With its secret the same person gets the same pseudonym and the same shift of dates whenever more
of their photographs come; without it nobody can tell either. It also holds the names of the files,
old and new. It is readable by its owner alone.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from edge_runtime.durable import written_whole
from edge_runtime.errors import InvalidField

SCHEMA: Final = "foreseye.deidentification_keys/1"
SECRET_BYTES: Final = 32
NAME_DIGITS: Final = 20
LEAST_DAYS, MOST_DAYS = 30, 3650
"""Of the shift of a person's dates, always into the past."""
OWNER_ALONE: Final = 0o600


@dataclass
class KeyFile:
    """The secret and what it was used on."""

    path: Path
    secret: bytes
    names: dict[str, str] = field(default_factory=dict)
    """New name to the path of the file that it was made from."""

    def name_of(self, content: bytes) -> str:
        """Return the new name of a file, from its bytes."""
        return self._digest(b"file", content)[:NAME_DIGITS]

    def pseudonym_of(self, person: str) -> str:
        """Return what a person is called from now on."""
        return self._digest(b"person", person.encode())[:NAME_DIGITS]

    def shift_of(self, person: str) -> timedelta:
        """Return by how much a person's dates are moved back; the same for all of them."""
        number = int(self._digest(b"shift", person.encode())[:12], 16)
        return timedelta(days=LEAST_DAYS + number % (MOST_DAYS - LEAST_DAYS + 1))

    def uid_words(self, content: bytes) -> str:
        """Return a word that only the holder of the secret can make, for a UID."""
        return self._digest(b"uid", content)

    def save(self) -> None:
        """Write the file, whole or not at all, for its owner alone. Raises OutputError."""
        content = {"schema": SCHEMA, "secret": self.secret.hex(), "names": self.names}
        with written_whole(self.path) as partial:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ALONE)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1, ensure_ascii=False)

    def _digest(self, kind: bytes, content: bytes) -> str:
        return hmac.new(self.secret, kind + b"\0" + content, "sha256").hexdigest()


def key_file(path: Path, out: Path) -> KeyFile:
    """Return the key file at a path, a new one where there is none.

    Raises InvalidField for a file that is none, and for one inside the output folder: whoever is
    given the pictures must not be given the key.
    """
    if path.resolve().is_relative_to(out.resolve()):
        raise InvalidField("keys", "the key file must not lie in the output folder")
    if not path.exists():
        return KeyFile(path, secrets.token_bytes(SECRET_BYTES))
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["schema"] != SCHEMA:
            raise ValueError(f"schema {held['schema']}")
        secret = bytes.fromhex(held["secret"])
        names = {str(new): str(old) for new, old in held["names"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidField("keys", f"{path} is no key file: {error}") from None
    return KeyFile(path, secret, names)

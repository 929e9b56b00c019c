"""The master key: from a file, a passphrase or the environment, never kept beside the records.

It only opens the key store's own secret. Who has the key store and the master key can read
everything that is not erased; who has one of them can read nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw

from edge_runtime.durable import written_whole
from edge_runtime.errors import SettingsError
from edge_runtime.records.sealing import KEY_BYTES, keyed_digest
from edge_runtime.settings import Settings

SALT_BYTES = 16
PASSPHRASE_TIME, PASSPHRASE_KIB, PASSPHRASE_LANES = 3, 65_536, 4
"""Argon2id for machines with little memory, RFC 9106 section 4, second recommended option."""

MIN_PASSPHRASE_CHARACTERS = 12
OWNER_ALONE = 0o600


@dataclass(frozen=True)
class MasterKey:
    """32 random bytes, or a passphrase."""

    source: str
    """file, environment or passphrase; the key store remembers which."""
    content: bytes = field(repr=False)

    def key(self, salt: bytes) -> bytes:
        """Return the key that opens a key store with this salt."""
        if self.source != "passphrase":
            return bytes.fromhex(keyed_digest(self.content, salt))
        return hash_secret_raw(
            self.content,
            salt,
            PASSPHRASE_TIME,
            PASSPHRASE_KIB,
            PASSPHRASE_LANES,
            KEY_BYTES,
            Type.ID,
        )


def master_key_of(settings: Settings) -> MasterKey:
    """Return the master key that the settings name. Raises SettingsError for none, or for two."""
    given = {
        "file": settings.master_key_file,
        "environment": settings.master_key,
        "passphrase": settings.master_passphrase,
    }
    sources = [source for source, text in given.items() if text]
    if len(sources) != 1:
        raise SettingsError(
            "the records need one master key: FORESEYE_MASTER_KEY_FILE, FORESEYE_MASTER_KEY or "
            f"FORESEYE_MASTER_PASSPHRASE; {len(sources)} of them are set"
        )
    source = sources[0]
    if source == "file":
        return MasterKey(source, _from_hex(_read(Path(given[source])), "the master key's file"))
    if source == "environment":
        return MasterKey(source, _from_hex(given[source], "FORESEYE_MASTER_KEY"))
    if len(given[source]) < MIN_PASSPHRASE_CHARACTERS:
        raise SettingsError(
            f"a master passphrase has at least {MIN_PASSPHRASE_CHARACTERS} characters"
        )
    return MasterKey(source, given[source].encode())


def make_master_key_file(path: Path) -> None:
    """Write a new random master key, for its owner alone. Raises SettingsError where one is."""
    if path.exists():
        raise SettingsError(f"{path} exists; a master key is never overwritten")
    with written_whole(path) as partial:
        partial.touch(OWNER_ALONE)
        partial.write_text(secrets.token_hex(KEY_BYTES) + "\n", encoding="ascii")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the master key's file {path} cannot be read: {error}") from None


def _from_hex(text: str, named: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{named} must hold {2 * KEY_BYTES} hexadecimal digits")
    return key

"""The key store: one wrapped key a person, in a folder of its own, backed up apart.

    store.json              which records, where the master key comes from, the sealed secret
    persons/ab/ab12...      the person's key, sealed under a key made of the secret
    erased/ab12...          the person was erased: the key is gone, and comes back from no backup
    audit.head              the last row of the audit that was told to anybody

Erasing writes the tombstone first, then destroys the key: whatever stops it in between, the
tombstone counts. A key is written over before its file goes; what a disk keeps of overwritten
blocks (flash, snapshots) is for the disk's own encryption.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edge_runtime.durable import write_whole
from edge_runtime.records.errors import (
    Erased,
    MasterKeyWrong,
    RecordsDamaged,
    RecordsMissing,
)
from edge_runtime.records.master_key import SALT_BYTES, MasterKey
from edge_runtime.records.sealing import KEY_BYTES, derived, seal, unseal

SCHEMA: Final = "foreseye.records_keys/1"
STORE_FILE, PERSONS, ERASED = "store.json", "persons", "erased"


@dataclass(frozen=True)
class KeyStore:
    """An opened key store."""

    folder: Path
    records_id: str
    secret: bytes = field(repr=False)

    def use(self, name: str) -> bytes:
        """Return the records' own key for one use: identifiers, contents, audit, signature."""
        return derived(self.secret, name)

    def make(self, person_id: str) -> bytes:
        """Return a new person's key; it is on the disk. Raises OutputError."""
        key = secrets.token_bytes(KEY_BYTES)
        write_whole(self._path(person_id), seal(self.use("wrap"), key, self._place(person_id)))
        return key

    def of(self, person_id: str) -> bytes:
        """Return a person's key. Raises Erased, or RecordsDamaged when it is gone otherwise."""
        if self.is_erased(person_id):
            raise Erased("the person's key was destroyed")
        try:
            sealed = self._path(person_id).read_bytes()
        except OSError as error:
            raise RecordsDamaged(
                f"the key of person {person_id} cannot be read ({error.strerror}): restore the "
                "key store from its own backup"
            ) from None
        return unseal(self.use("wrap"), sealed, self._place(person_id))

    def is_erased(self, person_id: str) -> bool:
        """Return whether the person was erased."""
        return (self.folder / ERASED / person_id).exists()

    def erased(self) -> list[str]:
        """Return all who were erased."""
        return sorted(path.name for path in (self.folder / ERASED).glob("[0-9a-f]*"))

    def persons(self) -> Iterator[str]:
        """Yield all who have a key."""
        for path in (self.folder / PERSONS).glob("*/[0-9a-f]*"):
            yield path.name

    def erase(self, person_id: str) -> None:
        """Destroy a person's key for good. Raises OutputError."""
        if not self.is_erased(person_id):
            write_whole(self.folder / ERASED / person_id, "erased\n")
        path = self._path(person_id)
        if path.exists():
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def _path(self, person_id: str) -> Path:
        return self.folder / PERSONS / person_id[:2] / person_id

    def _place(self, person_id: str) -> str:
        return f"{self.records_id}/key/{person_id}"


def make_key_store(folder: Path, records_id: str, master: MasterKey) -> KeyStore:
    """Make a key store and return it opened. Raises OutputError."""
    secret, salt = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(SALT_BYTES)
    content = {
        "schema": SCHEMA,
        "records_id": records_id,
        "source": master.source,
        "salt": salt.hex(),
        "sealed_secret": seal(master.key(salt), secret, _secret_place(records_id)).hex(),
    }
    for part in (PERSONS, ERASED):
        (folder / part).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    write_whole(folder / STORE_FILE, json.dumps(content, indent=1) + "\n")
    return KeyStore(folder, records_id, secret)


def open_key_store(folder: Path, master: MasterKey) -> KeyStore:
    """Return the key store at a folder.

    Raises RecordsMissing, RecordsDamaged for a file that is none, and MasterKeyWrong.
    """
    path = folder / STORE_FILE
    if not path.is_file():
        raise RecordsMissing(f"no key store at {folder}")
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["schema"] != SCHEMA:
            raise ValueError(f"schema {held['schema']}")
        records_id, source = str(held["records_id"]), str(held["source"])
        salt, sealed = bytes.fromhex(held["salt"]), bytes.fromhex(held["sealed_secret"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordsDamaged(f"{path} is no key store: {error}") from None
    if source != master.source:
        raise MasterKeyWrong(f"the key store opens with a {source}, not with a {master.source}")
    try:
        secret = unseal(master.key(salt), sealed, _secret_place(records_id))
    except RecordsDamaged:
        raise MasterKeyWrong(f"the master key does not open {path}") from None
    return KeyStore(folder, records_id, secret)


def _secret_place(records_id: str) -> str:
    return f"{records_id}/secret"

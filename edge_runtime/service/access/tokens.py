"""Tells who a bearer token belongs to, quickly, and anew when the file of tokens changes.

argon2 makes the first call with a token cost tens of milliseconds. After that it is known by a
keyed hash under a key that only this process has: a lookup in place of a comparison, so that
neither its time nor a core dump tells a token.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from edge_runtime.errors import NotIdentified, QuotaExceeded, SettingsError
from edge_runtime.service.access.allowance import Allowance
from edge_runtime.service.access.roles import Role
from edge_runtime.service.access.token_file import HASHER, SHAPE, TokenRecord, read_tokens

log = logging.getLogger("foreseye.service")

MAX_KNOWN = 4_096
"""Tokens that are known by their keyed hash."""

WRONG_PER_MINUTE = 10
"""Wrong tokens from one host; then it waits, and tokens that are known already still hold."""

SCHEME = "bearer "


@dataclass(frozen=True)
class Holder:
    """The machine that a token belongs to."""

    id: str
    name: str
    roles: frozenset[Role]


class Tokens:
    """The tokens of one file. Use it from one event loop."""

    def __init__(self, file: Path) -> None:
        """Read the file. Raises SettingsError when it cannot be used."""
        self._file = file
        self._key = secrets.token_bytes(32)
        self._records = {record.id: record for record in read_tokens(file).tokens}
        self._seen = _state_of(file)
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._wrong = Allowance(WRONG_PER_MINUTE)
        # One at a time: 19 MiB and a processor each, whoever asks.
        self._verifying = asyncio.Lock()
        self._nobody = HASHER.hash(secrets.token_hex(32))

    async def holder_of(self, authorization: str, host: str) -> Holder:
        """Return who the header `Bearer fsy_...` belongs to.

        Raises NotIdentified, or QuotaExceeded when a host guesses too often.
        """
        self._read_again_if_changed()
        token = authorization[len(SCHEME) :].strip()
        shaped = SHAPE.fullmatch(token)
        if not authorization.lower().startswith(SCHEME) or shaped is None:
            raise NotIdentified("no bearer token of ours" if authorization else "no token")
        digest = hashlib.blake2b(token.encode("ascii"), key=self._key, digest_size=32).digest()
        if digest not in self._known:
            await self._learn(token, shaped[1], digest, host)
        self._known.move_to_end(digest)
        return self._holder(self._known[digest])

    def _holder(self, number: str) -> Holder:
        record = self._records[number]
        if not record.holds(datetime.now(timezone.utc)):
            raise NotIdentified(f"token {number} ({record.name}) was revoked or has ended")
        return Holder(record.id, record.name, frozenset(record.roles))

    async def _learn(self, token: str, number: str, digest: bytes, host: str) -> None:
        async with self._verifying:
            wait_s = self._wrong.wait_s(host)
            if wait_s > 0.0:
                raise QuotaExceeded(f"{host} sent too many wrong tokens", int(wait_s * 1000) + 1)
            record = self._records.get(number)
            # As long for an id that is not there as for one that is.
            kept = record or _nobody(self._nobody)
            right = await asyncio.to_thread(kept.is_of, token)
            # The file may have changed meanwhile.
            if not right or self._records.get(number) != record:
                self._wrong.take(host, 1)
                raise NotIdentified(f"a token that is not token {number}")
            self._known[digest] = number
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)

    def _read_again_if_changed(self) -> None:
        state = _state_of(self._file)
        if state == self._seen:
            return
        self._seen = state
        self._known.clear()
        self._records = {}
        try:
            self._records = {record.id: record for record in read_tokens(self._file).tokens}
        except SettingsError as error:
            # What was revoked is not known any more, so nobody gets through.
            log.error("no token holds until its file can be read: %s", error)
        else:
            log.info("%d tokens read again", len(self._records))


def _nobody(hashed: str) -> TokenRecord:
    now = datetime.now(timezone.utc)
    return TokenRecord(id="00000000", name="nobody", roles=(Role.READ,), hash=hashed, made=now)


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

"""The file of tokens: what they are for and their hashes, never the tokens themselves.

A token is `fsy_<id>_<secret>`. It is shown once, when it is made; the file keeps argon2id of it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import Field, ValidationError

from edge_runtime.contracts.strict import Strict
from edge_runtime.durable import written_whole
from edge_runtime.errors import InvalidField, SettingsError
from edge_runtime.service.access.roles import Role

SHAPE = re.compile(r"fsy_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
SECRET_BYTES = 32

# OWASP's least for argon2id. The secret is 256 random bits, so this guards a stolen file against
# nothing that can be guessed; it is here in case somebody writes hashes of weaker secrets.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class TokenRecord(Strict):
    """One token as the file keeps it."""

    id: str = Field(pattern=r"^[0-9a-f]{8}$")
    name: str = Field(pattern=rf"^{NAME.pattern}$")
    """Of the machine that has it; nothing of a person."""
    roles: tuple[Role, ...] = Field(min_length=1)
    hash: str
    made: datetime
    ends: datetime | None = None
    revoked: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Return whether the token was neither revoked nor has ended."""
        return self.revoked is None and (self.ends is None or now < self.ends)

    def is_of(self, token: str) -> bool:
        """Return whether a token is this one; takes tens of milliseconds on purpose."""
        try:
            return HASHER.verify(self.hash, token)
        except (VerificationError, InvalidHashError):
            return False


class TokenList(Strict):
    """The whole file."""

    schema_: Literal["foreseye.tokens/1"] = Field(default="foreseye.tokens/1", alias="schema")
    tokens: tuple[TokenRecord, ...] = ()


def read_tokens(file: Path) -> TokenList:
    """Return what a file of tokens holds. Raises SettingsError when it cannot be read."""
    try:
        return TokenList.model_validate_json(file.read_bytes())
    except OSError as error:
        raise SettingsError(f"the tokens in {file} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        # Without the input: it holds hashes.
        wrong = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise SettingsError(
            f"{file} is no file of tokens: {wrong['loc']}: {wrong['msg']}"
        ) from None


def create_token(
    file: Path, name: str, roles: tuple[Role, ...], days: int | None
) -> tuple[str, TokenRecord]:
    """Return a new token and its record, which is in the file now; None days: it never ends.

    Raises InvalidField, SettingsError or OutputError.
    """
    if not NAME.fullmatch(name):
        raise InvalidField("name", "is 1 to 64 letters, digits, spaces, dots, dashes, underscores")
    if days is not None and days < 1:
        raise InvalidField("days", "must be at least 1")
    if not roles:
        raise InvalidField("role", "needs at least one")
    made = datetime.now(timezone.utc)
    number = secrets.token_hex(4)
    token = f"fsy_{number}_{secrets.token_urlsafe(SECRET_BYTES)}"
    record = TokenRecord(
        id=number,
        name=name,
        roles=tuple(sorted(set(roles))),
        hash=HASHER.hash(token),
        made=made,
        ends=None if days is None else made + timedelta(days=days),
    )
    _change(file, lambda kept: (*kept, record), may_begin=True)
    return token, record


def revoke_token(file: Path, number: str) -> TokenRecord:
    """Return the record of a token that holds no more. Raises InvalidField for one not there."""
    revoked: list[TokenRecord] = []

    def change(kept: tuple[TokenRecord, ...]) -> tuple[TokenRecord, ...]:
        found = next((record for record in kept if record.id == number), None)
        if found is None:
            raise InvalidField("id", "is not that of a token in the file")
        now = found.revoked or datetime.now(timezone.utc)
        revoked.append(found.model_copy(update={"revoked": now}))
        return tuple(revoked[0] if record is found else record for record in kept)

    _change(file, change)
    return revoked[0]


def _change(
    file: Path,
    change: Callable[[tuple[TokenRecord, ...]], tuple[TokenRecord, ...]],
    *,
    may_begin: bool = False,
) -> None:
    with _alone(file):
        begins = may_begin and not file.exists()
        kept = () if begins else read_tokens(file).tokens
        content = TokenList(tokens=change(kept)).model_dump_json(by_alias=True, indent=1)
        with written_whole(file) as partial:
            partial.touch(mode=0o600)
            partial.write_text(content + "\n", encoding="ascii")


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Keep other commands out of the file, so that no revocation is written over."""
    lock = file.with_name(f".{file.name}.lock")
    try:
        descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsError(f"{lock} cannot be made: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

"""The people who may sign in: made by the administrator, locked out after wrong secrets."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from typing import Any

from sqlalchemy import Connection, insert, select, update

from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.accounts import Account, checked_account, user_of
from edge_runtime.records.errors import LockedOut, NotKept, NotSignedIn, WrongState
from edge_runtime.records.kept import User
from edge_runtime.records.secrets_of_people import check_is_good, hash_of, is_right
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.words import Role

NAME = re.compile(r"[a-z0-9._-]{1,64}")
MAX_SHOWN_NAME_CHARACTERS = 128

FAILURES_ALLOWED = 5
LOCKED_MS = 15 * 60 * 1000
"""After five wrong secrets in a row nobody may try for a quarter of an hour: 480 tries a day."""


def sign_in(vault: Vault, name: str, secret: str) -> tuple[User, bool]:
    """Return the user of a name and secret, and whether he must change it first.

    Raises NotSignedIn, or LockedOut after FAILURES_ALLOWED wrong secrets in a row.
    """
    with vault.reading() as connection:
        row = _row(connection, tables.user.c.name == name)
    now_ms = vault.clock_ms()
    if row is not None and _is_locked(row, now_ms):
        vault.note(_actor(row), Action.SIGN_IN, row["user_id"], "locked", done=False)
        raise LockedOut("locked after wrong secrets")
    # Who has an account may have no secret: nothing is right then.
    right = is_right(secret, None if row is None else row["secret_hash"] or None)
    if row is None or not right or not row["may_sign_in"]:
        if row is not None:
            _count_failure(vault, row, now_ms)
        raise NotSignedIn("a wrong name or secret")
    if row["failures"]:
        with vault.changing(_actor(row), Action.SIGN_IN, row["user_id"]) as connection:
            _update(connection, row["user_id"], failures=0, locked_until_ms=0)
    else:
        vault.note(_actor(row), Action.SIGN_IN, row["user_id"])
    return _user(row, now_ms), bool(row["must_change_secret"])


def change_secret(vault: Vault, actor: Actor, secret: str, new_secret: str) -> None:
    """Set the own secret. Raises NotSignedIn for a wrong present one, and InvalidField."""
    with vault.reading() as connection:
        row = _row(connection, tables.user.c.user_id == actor.user_id)
    if row is None or _is_locked(row, vault.clock_ms()):
        raise LockedOut("locked after wrong secrets")
    if not is_right(secret, row["secret_hash"] or None):
        _count_failure(vault, row, vault.clock_ms())
        raise NotSignedIn("a wrong present secret")
    if secret == new_secret:
        raise InvalidField("new_secret", "must be another one")
    check_is_good(new_secret, "new_secret")
    kept = hash_of(new_secret)
    with vault.changing(actor, Action.CHANGE_SECRET, actor.user_id) as connection:
        _update(connection, actor.user_id, secret_hash=kept, must_change_secret=False)


def sign_in_account(vault: Vault, account: Account) -> User:
    """Return the user whom an account belongs to. Raises AccountUnknown."""
    user_id = user_of(vault, account)
    with vault.reading() as connection:
        row = _row(connection, tables.user.c.user_id == user_id)
    assert row is not None
    return _user(row, vault.clock_ms())


def users(vault: Vault) -> tuple[User, ...]:
    """Return all users, by name."""
    with vault.reading() as connection:
        rows = connection.execute(select(tables.user).order_by(tables.user.c.name)).mappings()
        return tuple(_user(row, vault.clock_ms()) for row in rows)


def keep_user(
    vault: Vault, actor: Actor, user: User, new_secret: str = "", must_change: bool = True
) -> User:
    """Make a user (empty `user_id`) or change one, and return it; a new secret unlocks.

    Who has an account needs no secret.

    Raises InvalidField, NotKept, and WrongState where nobody would be left to administer.
    """
    values = _checked(user)
    if new_secret or not (user.user_id or user.email or user.subject):
        check_is_good(new_secret, "new_secret")
        values |= {"secret_hash": hash_of(new_secret), "must_change_secret": must_change}
        values |= {"failures": 0, "locked_until_ms": 0}
    elif not user.user_id:
        values |= {"secret_hash": "", "must_change_secret": False}
    user_id = user.user_id or secrets.token_hex(16)
    roles = values["roles"]
    with vault.changing(actor, Action.KEEP_USER, user_id, roles) as connection:
        _check_name_is_free(connection, user.name, user_id)
        values |= checked_account(connection, user)
        if not user.user_id:
            connection.execute(insert(tables.user).values(user_id=user_id, **values))
        elif not _update(connection, user_id, **values):
            raise NotKept("no such user")
        _check_somebody_administers(connection)
        row = _row(connection, tables.user.c.user_id == user_id)
    assert row is not None
    return _user(row, vault.clock_ms())


def shown_names(connection: Connection) -> dict[str, str]:
    """Return the name to show of every user id, with the name to sign in by where two share it."""
    found = [_user(row, 0) for row in connection.execute(select(tables.user)).mappings()]
    many = Counter(user.shown_name for user in found)
    return {u.user_id: u.shown_name if many[u.shown_name] == 1 else u.told_apart for u in found}


def _checked(user: User) -> dict[str, Any]:
    if not NAME.fullmatch(user.name):
        raise InvalidField("user.name", "must be 1 to 64 small letters, digits, dots or dashes")
    if not 1 <= len(user.shown_name.strip()) <= MAX_SHOWN_NAME_CHARACTERS:
        raise InvalidField("user.shown_name", f"has 1 to {MAX_SHOWN_NAME_CHARACTERS} characters")
    if not user.roles or Role.PHONE in user.roles:
        raise InvalidField("user.roles", "needs at least one, and none of them is the phone's")
    return {
        "name": user.name,
        "shown_name": user.shown_name.strip(),
        "roles": ",".join(sorted({role.value for role in user.roles})),
        "may_sign_in": user.may_sign_in,
    }


def _check_name_is_free(connection: Connection, name: str, user_id: str) -> None:
    other = _row(connection, tables.user.c.name == name)
    if other is not None and other["user_id"] != user_id:
        raise InvalidField("user.name", "is taken")


def _check_somebody_administers(connection: Connection) -> None:
    active = select(tables.user.c.roles).where(tables.user.c.may_sign_in)
    held = [roles.split(",") for roles in connection.execute(active).scalars()]
    if not any(Role.ADMINISTRATOR.value in roles for roles in held):
        raise WrongState("Nobody would be left to administer: make another administrator first.")


def _count_failure(vault: Vault, row: Any, now_ms: int) -> None:
    failures = row["failures"] + 1
    locked = failures >= FAILURES_ALLOWED
    with vault.changing(
        _actor(row), "sign_in_failed", row["user_id"], "locked" if locked else str(failures)
    ) as connection:
        _update(
            connection,
            row["user_id"],
            failures=0 if locked else failures,
            locked_until_ms=now_ms + LOCKED_MS if locked else 0,
        )


def _is_locked(row: Any, now_ms: int) -> bool:
    # A clock that was set back far must not lock anybody out for longer than it was meant.
    return bool(0 < row["locked_until_ms"] - now_ms <= LOCKED_MS)


def _row(connection: Connection, where: Any) -> Any:
    return connection.execute(select(tables.user).where(where)).mappings().first()


def _update(connection: Connection, user_id: str, **values: Any) -> int:
    changed = update(tables.user).where(tables.user.c.user_id == user_id).values(**values)
    return connection.execute(changed).rowcount


def _actor(row: Any) -> Actor:
    return Actor(row["user_id"], shown_name=row["shown_name"])


def _user(row: Any, now_ms: int) -> User:
    return User(
        user_id=row["user_id"],
        name=row["name"],
        shown_name=row["shown_name"],
        roles=tuple(Role(role) for role in row["roles"].split(",")),
        may_sign_in=bool(row["may_sign_in"]),
        locked=_is_locked(row, now_ms),
        **{name: row[name] for name in ("email", "issuer", "subject")},
    )

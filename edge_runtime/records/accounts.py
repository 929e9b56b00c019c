"""People who come in by an account of the clinic's (OpenID Connect) instead of a PIN or password.

An account is told by who issued it and its number there, which never goes to somebody else. Where
the administrator knows only its e-mail address, the first sign-in by an account that proves this
address binds its number to the person; from then on the number counts alone, since addresses are
given to others after somebody has left. Whom nobody made here does not come in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.errors import AccountUnknown
from edge_runtime.records.kept import User
from edge_runtime.records.vault import Actor, Vault

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
MAX_CHARACTERS = 255
BY_ACCOUNT, REFUSED = "account", "account_refused"


@dataclass(frozen=True)
class Account:
    """An account that was proved."""

    issuer: str
    subject: str
    """Its number there."""
    email: str
    """Proved by the issuer; empty for one that is not."""


def user_of(vault: Vault, account: Account) -> str:
    """Return the user id of an account's person, noted in the audit. Raises AccountUnknown."""
    user = tables.user.c
    with vault.reading() as connection:
        bound = (user.issuer == account.issuer, user.subject == account.subject)
        row = _only(connection, *bound)
        known = row is not None
        if not known and account.email:
            row = _only(connection, user.email == account.email.casefold(), user.subject == "")
    if row is None:
        raise AccountUnknown("an account that is nobody's here")
    actor = Actor(row["user_id"], shown_name=row["shown_name"])
    if not row["may_sign_in"]:
        vault.note(actor, Action.SIGN_IN, row["user_id"], REFUSED, done=False)
        raise AccountUnknown("the account of somebody who may not sign in")
    with vault.changing(actor, Action.SIGN_IN, row["user_id"], BY_ACCOUNT) as connection:
        if not known:
            _bind(connection, row["user_id"], account)
    return str(row["user_id"])


def checked_account(connection: Connection, user: User) -> dict[str, Any]:
    """Return a user's account as it is kept. Raises InvalidField for one that is none or taken.

    Another e-mail address lets go of the number that was bound by the one before.
    """
    email, subject = user.email.strip().casefold(), user.subject.strip()
    if email and not EMAIL.fullmatch(email):
        raise InvalidField("user.email", "is no e-mail address")
    if len(subject) > MAX_CHARACTERS or len(user.issuer) > MAX_CHARACTERS:
        raise InvalidField("user.subject", f"has at most {MAX_CHARACTERS} characters")
    if bool(subject) != bool(user.issuer):
        raise InvalidField("user.subject", "is given with its issuer")
    before = _only(connection, tables.user.c.user_id == user.user_id)
    if before is not None and before["email"] != email and before["subject"] == subject:
        subject = ""
    kept = {"email": email, "subject": subject, "issuer": user.issuer if subject else ""}
    _check_is_free(connection, user.user_id, kept)
    return kept


def _check_is_free(connection: Connection, user_id: str, kept: dict[str, str]) -> None:
    user = tables.user.c
    others = select(user.user_id).where(user.user_id != user_id)
    if kept["email"] and connection.execute(others.where(user.email == kept["email"])).first():
        raise InvalidField("user.email", "is taken")
    same = (user.issuer == kept["issuer"], user.subject == kept["subject"])
    if kept["subject"] and connection.execute(others.where(*same)).first():
        raise InvalidField("user.subject", "is taken")


def _bind(connection: Connection, user_id: str, account: Account) -> None:
    # Only where nobody bound another one meanwhile.
    free = (tables.user.c.user_id == user_id, tables.user.c.subject == "")
    values = {"issuer": account.issuer, "subject": account.subject}
    if not connection.execute(update(tables.user).where(*free).values(**values)).rowcount:
        raise AccountUnknown("another account was bound meanwhile")


def _only(connection: Connection, *where: Any) -> Any:
    return connection.execute(select(tables.user).where(*where)).mappings().first()

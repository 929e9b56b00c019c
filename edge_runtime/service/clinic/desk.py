"""The desk in front of the records: whose session it is, what the table allows, what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from google.protobuf.message import Message

from edge_runtime.errors import NotAllowed, NotOffered
from edge_runtime.fundus.intake import ReadPhotograph, read_photograph
from edge_runtime.records.access import OWN_SESSION, Action, may
from edge_runtime.records.accounts import Account
from edge_runtime.records.errors import NotSignedIn
from edge_runtime.records.masks import decoded_mask
from edge_runtime.records.sessions import Sessions
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.service.clinic.accounts import issuer_of
from edge_runtime.service.refusals import Blotter, blotter
from edge_runtime.settings import Settings
from edge_runtime.wire.worklist import SESSION_KEY

MUST_CHANGE = "Please set a PIN or password of your own first."


class Desk:
    """Opened records and the sessions of those who use them."""

    def __init__(
        self, vault: Vault, settings: Settings, read: ReadPhotograph = read_photograph
    ) -> None:
        """Ask for sessions as the settings say; `read` decodes what comes from outside."""
        self.vault = vault
        self.sessions = Sessions(settings.session_idle_s, settings.session_s)
        self.limits = settings.limits
        self._issuer = issuer_of(settings)
        self.decoded_mask = partial(decoded_mask, limits=settings.limits, read=read)

    def account_of(self, id_token: str) -> Account:
        """Return the account that a token proves. Raises NotOffered, or as Issuer.account_of."""
        if self._issuer is None:
            raise NotOffered("accounts: no oidc_issuer is set")
        return self._issuer.account_of(id_token)

    def admit(self, token: str, action: Action, exam_id: str = "") -> Actor:
        """Return who asks, when the table allows it; the refusal of one who is known is audited.

        Raises NotSignedIn, or NotAllowed.
        """
        actor = self.sessions.actor(token)
        if self.sessions.must_change(token) and action not in OWN_SESSION:
            error = NotAllowed("the secret was set by an administrator")
            error.public_message = MUST_CHANGE
            raise error
        if action in OWN_SESSION:
            return actor
        if not may(actor.roles, action) or (actor.exam_id and actor.exam_id != exam_id):
            roles = " ".join(role.value for role in actor.roles)
            self.vault.note(actor, action, exam_id, roles, done=False)
            raise NotAllowed(f"{action.value} by {roles}")
        return actor

    def admit_to_hospital_list(self, context: Any) -> None:
        """Let through who may open exams, and audit that the hospital's list was asked for.

        Raises NotSignedIn, NotAllowed.
        """
        actor = self.admit(token_of(context), Action.OPEN_EXAM)
        self.vault.note(actor, Action.LIST_EXAMS, detail="scheduled")


def token_of(context: Any) -> str:
    """Return the session's token of a call. Raises NotSignedIn where it has none."""
    for key, value in context.invocation_metadata() or ():
        if key == SESSION_KEY and isinstance(value, str) and value:
            return value
    raise NotSignedIn("a call without a session")


PRINTABLE_ID = re.compile(r"[0-9a-f]{32}")


def blotter_of(request: Message) -> Blotter:
    """Return the blotter for every text that a request brings, but opaque ids."""
    return blotter(text for text in _texts(request) if not PRINTABLE_ID.fullmatch(text))


def _texts(message: Message) -> Iterator[str]:
    for _, value in message.ListFields():
        if hasattr(value, "items"):
            yield from (str(each) for pair in value.items() for each in pair)
            continue
        several = hasattr(value, "__iter__") and not isinstance(value, str | bytes)
        for each in value if several else [value]:
            if isinstance(each, str):
                yield each
            elif isinstance(each, Message):
                yield from _texts(each)

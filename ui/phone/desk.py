"""Who may photograph with a phone: one-time tokens from the screen's code, and the phones let in.

In memory alone: a screen that was started again knows no phone, and each asks for a new code.
Nothing here knows HTTP, Streamlit or the service. Safe to use from several threads.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ui.language import Language
from ui.phone.exam import PhoneExam
from ui.phone.keeping import PhoneKeeping

INVITED_S = 10 * 60.0
"""How long a code on the screen may be opened."""

OPEN_S = 2 * 60 * 60.0
"""How long a phone that was let in may go on: a round with a bad network."""

MAX_PHONES = 200
"""Codes and phones at a time; more are refused, none is pushed out."""

State = Literal["waiting", "opened", "expired"]


class Refused(Exception):
    """A phone is not let in; `key` is the wording key of the reason."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass
class Phone:
    """A phone that was let in; everything of it belongs to one exam."""

    session: str = field(repr=False)
    language: Language
    ends: float
    keeping: PhoneKeeping | None = field(default=None, repr=False)
    """Where its exam is kept; None where the service keeps no records."""
    exam: PhoneExam | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def upload_key(self, photograph: str) -> str:
        """Return the service's key of a photograph: no other phone can name or guess it."""
        return hashlib.sha256(f"{self.session}/{photograph}".encode()).hexdigest()


@dataclass
class _Invitation:
    language: Language
    ends: float
    keeping: PhoneKeeping | None = field(default=None, repr=False)
    by: str = ""
    """The phone that used it, by its own random name; empty before."""
    phone: Phone | None = None


class Desk:
    """Hands out tokens and lets each be used once."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._invitations: dict[str, _Invitation] = {}
        self._phones: dict[str, Phone] = {}
        self._lock = threading.Lock()

    def invite(self, language: Language, keeping: PhoneKeeping | None = None) -> str:
        """Return a token for one phone and INVITED_S. Raises Refused when there are too many."""
        with self._lock:
            self._sweep()
            if len(self._invitations) + len(self._phones) >= MAX_PHONES:
                raise Refused("phone.too_many")
            token = secrets.token_urlsafe(24)
            ends = self._now() + INVITED_S
            self._invitations[token] = _Invitation(language, ends, keeping)
            return token

    def state(self, token: str) -> State:
        """Return what became of a token."""
        with self._lock:
            self._sweep()
            invitation = self._invitations.get(token)
            if invitation is None:
                return "expired"
            return "opened" if invitation.by else "waiting"

    def open(self, token: str, by: str) -> Phone:
        """Return the phone that a token lets in.

        `by` is the phone's own random name: when the answer was lost on its way, the same phone is
        let in again, and no other. Raises Refused for a token used, expired or unknown.
        """
        with self._lock:
            self._sweep()
            invitation = self._invitations.get(token)
            if invitation is None:
                raise Refused("phone.expired")
            if invitation.phone is not None:
                if not secrets.compare_digest(invitation.by, by):
                    raise Refused("phone.used")
                return invitation.phone
            ends = self._now() + OPEN_S
            session = secrets.token_urlsafe(32)
            phone = Phone(session, invitation.language, ends, invitation.keeping)
            invitation.by, invitation.phone = by, phone
            self._phones[phone.session] = phone
            return phone

    def phone(self, session: str) -> Phone:
        """Return a phone that was let in. Raises Refused when it was not, or too long ago."""
        with self._lock:
            self._sweep()
            phone = self._phones.get(session)
        if phone is None:
            raise Refused("phone.expired")
        return phone

    def _sweep(self) -> None:
        now = self._now()
        for token in [t for t, each in self._invitations.items() if each.ends < now]:
            del self._invitations[token]
        for session in [s for s, each in self._phones.items() if each.ends < now]:
            del self._phones[session]


DESK = Desk()
"""The one desk of this process: the screen writes its codes, the HTTP service reads them."""

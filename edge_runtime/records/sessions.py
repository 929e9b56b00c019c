"""Who is signed in: in memory alone, so that a restart of the service ends every session.

Tokens are random and kept as digests. Time is the monotonic clock's: setting the box's clock keeps
nobody in and puts nobody out. Safe to share between threads.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_runtime.records.errors import NotSignedIn
from edge_runtime.records.kept import Session, User
from edge_runtime.records.vault import Actor
from edge_runtime.records.words import Role

PHONE = "phone"
INVITATION_S = 600
"""A phone's token must be used within ten minutes."""

PHONE_S = 3 * 3600
"""A phone's session: a round over a bad network, not a working day. Longer than the screen lets a
phone go on, so that its own end is the one that it is told of."""


@dataclass
class _Open:
    actor: Actor
    name: str
    must_change: bool
    until_s: float
    touched_s: float
    idle_s: float


@dataclass(frozen=True)
class _Invitation:
    exam_id: str
    until_s: float


class Sessions:
    """All sessions, and the invitations of phones."""

    def __init__(
        self, idle_s: float, longest_s: float, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._idle_s, self._longest_s, self._clock_s = idle_s, longest_s, clock_s
        self._open: dict[str, _Open] = {}
        self._invited: dict[str, _Invitation] = {}
        self._lock = threading.Lock()

    def begin(self, user: User, must_change: bool) -> str:
        """Return the token of a new session for a user."""
        actor = Actor(user.user_id, user.roles, user.shown_name)
        return self._begin(actor, user.name, must_change, self._longest_s, self._idle_s)

    def invite(self, exam_id: str) -> tuple[str, int]:
        """Return a one-time token for a phone, and how many seconds it works."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._forget_old()
            self._invited[_digest(token)] = _Invitation(exam_id, self._clock_s() + INVITATION_S)
        return token, INVITATION_S

    def begin_phone(self, phone_token: str) -> tuple[str, str]:
        """Return the token of a phone's session and its exam. Raises NotSignedIn; works once."""
        with self._lock:
            self._forget_old()
            invitation = self._invited.pop(_digest(phone_token), None)
        if invitation is None:
            raise NotSignedIn("an invitation that is used, too old or none")
        actor = Actor(PHONE, (Role.PHONE,), PHONE, invitation.exam_id)
        return self._begin(actor, "", False, PHONE_S, PHONE_S), invitation.exam_id

    def actor(self, token: str, *, touch: bool = True) -> Actor:
        """Return who a token belongs to; the session lasts on from now. Raises NotSignedIn."""
        with self._lock:
            return self._held(token, touch).actor

    def session(self, token: str) -> Session:
        """Return a session as it stands, without making it last longer. Raises NotSignedIn."""
        with self._lock:
            held, now_s = self._held(token, touch=False), self._clock_s()
        return Session(
            user_id=held.actor.user_id,
            name=held.name,
            shown_name=held.actor.shown_name,
            roles=held.actor.roles,
            idle_left_s=int(held.touched_s + held.idle_s - now_s),
            left_s=int(held.until_s - now_s),
            exam_id=held.actor.exam_id,
            must_change_secret=held.must_change,
        )

    def must_change(self, token: str) -> bool:
        """Return whether the secret must be changed before anything else. Raises NotSignedIn."""
        with self._lock:
            return self._held(token, touch=False).must_change

    def end(self, token: str) -> None:
        """End a session, if there is one."""
        with self._lock:
            self._open.pop(_digest(token), None)

    def end_all_of(self, user_id: str, but: str = "") -> None:
        """End all sessions of a user but that of one token, which need not change its secret."""
        spared = _digest(but)
        with self._lock:
            for digest, held in list(self._open.items()):
                if held.actor.user_id == user_id and digest != spared:
                    del self._open[digest]
            if spared in self._open:
                self._open[spared].must_change = False

    def _begin(
        self, actor: Actor, name: str, must_change: bool, longest_s: float, idle_s: float
    ) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._forget_old()
            now_s = self._clock_s()
            opened = _Open(actor, name, must_change, now_s + longest_s, now_s, idle_s)
            self._open[_digest(token)] = opened
        return token

    def _held(self, token: str, touch: bool) -> _Open:
        self._forget_old()
        held = self._open.get(_digest(token))
        if held is None:
            raise NotSignedIn("no session, or one that has ended")
        if touch:
            held.touched_s = self._clock_s()
        return held

    def _forget_old(self) -> None:
        now_s = self._clock_s()
        for digest, held in list(self._open.items()):
            if now_s >= min(held.until_s, held.touched_s + held.idle_s):
                del self._open[digest]
        for digest, invitation in list(self._invited.items()):
            if now_s >= invitation.until_s:
                del self._invited[digest]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

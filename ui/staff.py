"""Who of the staff sits at this screen: the session with the records, and what it lets one do.

The token stays on the server that draws the pages: never in the browser, in an address or a log. A
screen that nobody touches locks itself; whoever signed in opens it again with the secret and finds
everything as it was, anybody else finds nothing of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from edge_runtime.wire.client import ForeseyeError, NotSignedIn, records_client
from ui.language import KEY as LANGUAGE
from ui.language import SWITCH

KEY = "staff"
"""Of the session's state."""

TRIED = "account-tried"
"""Of the session's state: the account with which the page was opened was tried; it is once."""

TELL_EVERY_S = 15.0
"""How often the records are told that somebody still touches the screen."""

ROOMS = {
    "kiosk": records_client.Action.OPEN_EXAM,
    "reading": records_client.Action.DECIDE,
    "people": records_client.Action.KEEP_USER,
    "audit": records_client.Action.READ_AUDIT,
    "machine": None,
}
"""What is behind the door, and what one must be allowed to do to enter; None: signed in is enough.
The service checks every call again."""


@dataclass
class Staff:
    """One person of the staff at this screen."""

    clinic: records_client.Clinic = field(repr=False)
    session: records_client.Session
    clock_s: Callable[[], float] = time.monotonic
    room: str = ""
    locked: bool = False

    def __post_init__(self) -> None:
        self.idle_s = float(self.session.idle_left_s)
        self.touched_s = self._told_s = self.clock_s()

    def may(self, action: records_client.Action | None) -> bool:
        """Return whether the person's roles allow it."""
        return action is None or records_client.may(self.session.roles, action)

    def rooms(self) -> list[str]:
        """Return the rooms that the person may enter, the first is where the day begins."""
        return [room for room, action in ROOMS.items() if self.may(action)]

    def touch(self) -> None:
        """Note that somebody is there; locks where the session has ended meanwhile."""
        now_s = self.clock_s()
        if now_s - self.touched_s >= self.idle_s:
            self.lock()
            return
        self.touched_s = now_s
        if now_s - self._told_s >= TELL_EVERY_S:
            self._told_s = now_s
            self._look(somebody_is_there=True)

    def watch(self) -> bool:
        """Return True once the screen is locked: nobody touched it, or the session has ended."""
        if not self.locked and self.clock_s() - self.touched_s >= self.idle_s:
            self.lock()
        elif not self.locked:
            self._look(somebody_is_there=False)
        return self.locked

    def lock(self) -> None:
        """Lock the screen and end the session; what is on the screen waits behind the lock."""
        self.locked = True
        self.leave()

    def leave(self) -> None:
        """End the session with the records; a service that is away ends it by itself."""
        try:
            self.clinic.sign_out()
        except ForeseyeError:
            # It has ended already, or ends when nobody calls any more.
            return

    def unlock(self, clinic: records_client.Clinic) -> bool:
        """Go on with a new session of the same person; False, and still locked, for another's.

        A name to sign in by may have gone to somebody else meanwhile.
        """
        if clinic.session.user_id != self.session.user_id:
            clinic.sign_out()
            return False
        self.clinic, self.session, self.locked = clinic, clinic.session, False
        self.__post_init__()
        return True

    def _look(self, somebody_is_there: bool) -> None:
        try:
            self.session = self.clinic.read_session(somebody_is_there)
        except NotSignedIn:
            self.locked = True
        except ForeseyeError:
            # A service that is away keeps nobody from finishing what is on the screen.
            return


def here() -> Staff | None:
    """Return who is signed in at this screen and has not locked it."""
    staff: Staff | None = st.session_state.get(KEY)
    return None if staff is None or staff.locked else staff


def forget_everything() -> None:
    """Leave nothing of anybody in this screen's state but the language."""
    for key in list(st.session_state):
        if key not in (LANGUAGE, SWITCH, TRIED):
            del st.session_state[key]

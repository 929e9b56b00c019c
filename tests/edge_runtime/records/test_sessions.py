"""Who is signed in, for how long; and which secrets are good enough."""

from __future__ import annotations

import pytest

from edge_runtime.errors import InvalidField
from edge_runtime.records.errors import NotSignedIn
from edge_runtime.records.kept import User
from edge_runtime.records.secrets_of_people import check_is_good
from edge_runtime.records.sessions import INVITATION_S, PHONE_S, Sessions
from edge_runtime.records.words import Role

DOCTOR = User("u1", "zhang", "Dr Zhang", (Role.DOCTOR,))
IDLE_S, LONGEST_S = 600.0, 3600.0


class Watch:
    """A monotonic clock that a test winds."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def sessions(watch: Watch) -> Sessions:
    return Sessions(IDLE_S, LONGEST_S, watch)


def test_a_session_locks_when_nobody_asks_for_a_while(sessions: Sessions, watch: Watch) -> None:
    token = sessions.begin(DOCTOR, False)
    watch.s += IDLE_S - 1
    assert sessions.actor(token).shown_name == "Dr Zhang"
    watch.s += IDLE_S - 1
    assert sessions.session(token).idle_left_s == 1

    watch.s += 1

    with pytest.raises(NotSignedIn):
        sessions.actor(token)


def test_to_ask_whose_it_is_makes_a_session_last_no_longer(
    sessions: Sessions, watch: Watch
) -> None:
    token = sessions.begin(DOCTOR, False)
    watch.s += IDLE_S - 1
    sessions.session(token)
    watch.s += 1

    with pytest.raises(NotSignedIn):
        sessions.session(token)


def test_a_session_ends_after_a_working_day_however_busy(sessions: Sessions, watch: Watch) -> None:
    token = sessions.begin(DOCTOR, False)
    for _ in range(7):
        watch.s += 500.0
        sessions.actor(token)

    watch.s += 100.0

    with pytest.raises(NotSignedIn):
        sessions.actor(token)


def test_a_new_secret_ends_the_other_sessions_of_the_same_user(sessions: Sessions) -> None:
    mine, other = sessions.begin(DOCTOR, True), sessions.begin(DOCTOR, True)

    sessions.end_all_of("u1", but=mine)

    assert not sessions.must_change(mine)
    with pytest.raises(NotSignedIn):
        sessions.actor(other)


def test_an_invitation_works_once_and_for_a_while(sessions: Sessions, watch: Watch) -> None:
    used, _ = sessions.invite("exam")
    late, left_s = sessions.invite("exam")
    token, exam_id = sessions.begin_phone(used)
    assert (exam_id, sessions.actor(token).roles, left_s) == ("exam", (Role.PHONE,), INVITATION_S)

    with pytest.raises(NotSignedIn):
        sessions.begin_phone(used)
    watch.s += INVITATION_S
    with pytest.raises(NotSignedIn):
        sessions.begin_phone(late)
    watch.s += PHONE_S
    with pytest.raises(NotSignedIn):
        sessions.actor(token)


@pytest.mark.parametrize("secret", ["271828", "correct horse", "20261130", "ab1!ab1!ab1!"])
def test_a_good_secret(secret: str) -> None:
    check_is_good(secret, "new_secret")


@pytest.mark.parametrize(
    "secret",
    ["", "12345", "123456", "654321", "111111", "short", "aaaaaaaaaaaa", "x" * 257, "٣٤٥٦٧٨"],
)
def test_a_secret_that_anybody_guesses_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(InvalidField) as raised:
        check_is_good(secret, "new_secret")

    assert not secret or secret not in str(raised.value)

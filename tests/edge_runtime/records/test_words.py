"""The exam's states, and who may do what: every role tries every action."""

from __future__ import annotations

import pytest

from edge_runtime.records.access import MAY, OWN_SESSION, Action, may
from edge_runtime.records.words import NEXT, ExamState, Role


def test_every_state_says_what_follows() -> None:
    assert set(NEXT) == set(ExamState)


def test_nothing_follows_an_erasure_and_every_other_state_can_be_erased() -> None:
    assert NEXT[ExamState.ERASED] == frozenset()
    assert all(ExamState.ERASED in NEXT[s] for s in ExamState if s is not ExamState.ERASED)


def test_only_a_screened_exam_can_be_signed_and_only_a_signed_one_amended() -> None:
    before = {s for s in ExamState if ExamState.SIGNED in NEXT[s]}

    assert before == {ExamState.PRELIMINARY, ExamState.AMENDED}
    assert {s for s in ExamState if ExamState.AMENDED in NEXT[s]} == {ExamState.SIGNED}


def test_every_action_is_somebodys_and_every_role_has_its_row() -> None:
    assert set(MAY) == set(Role)
    assert set().union(*MAY.values()) | OWN_SESSION == set(Action)


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        (Action.SIGN_EXAM, {Role.DOCTOR}),
        (Action.ARBITRATE, {Role.DOCTOR}),
        (Action.ERASE_PERSON, {Role.ADMINISTRATOR}),
        (Action.READ_AUDIT, {Role.AUDITOR}),
        (Action.VERIFY_AUDIT, {Role.AUDITOR}),
        (Action.KEEP_USER, {Role.ADMINISTRATOR}),
        (Action.LIST_EXAMS, {Role.TECHNICIAN, Role.GRADER, Role.DOCTOR}),
        (Action.DECIDE, {Role.GRADER, Role.DOCTOR}),
    ],
)
def test_what_matters_most_is_reserved(action: Action, roles: set[Role]) -> None:
    assert {role for role in Role if may([role], action)} == roles


def test_without_a_role_nothing_may_be_done() -> None:
    assert not any(may([], action) for action in Action)

"""Who may do what: one table of roles and actions. What it does not list is refused."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from edge_runtime.records.words import Role


class Action(str, Enum):
    """What can be asked of the records, by the name that the audit uses."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    CHANGE_SECRET = "change_secret"
    LIST_USERS = "list_users"
    KEEP_USER = "keep_user"
    OPEN_EXAM = "open_exam"
    DESCRIBE_PERSON = "describe_person"
    ADD_PHOTOGRAPH = "add_photograph"
    SCREEN_EXAM = "screen_exam"
    LIST_EXAMS = "list_exams"
    READ_EXAM = "read_exam"
    READ_PICTURE = "read_picture"
    SEE_OTHER_READERS = "see_other_readers"
    """Whatever a person other than the one who asks has said or painted."""
    DECIDE = "decide"
    OVERRIDE_QUALITY = "override_quality"
    ARBITRATE = "arbitrate"
    CORRECT_MASK = "correct_mask"
    SIGN_EXAM = "sign_exam"
    AMEND_EXAM = "amend_exam"
    ERASE_PERSON = "erase_person"
    RECORD_CONSENT = "record_consent"
    EXPORT_PERSON = "export_person"
    INVITE_PHONE = "invite_phone"
    READ_AUDIT = "read_audit"
    VERIFY_AUDIT = "verify_audit"


OWN_SESSION = frozenset({Action.SIGN_IN, Action.SIGN_OUT, Action.CHANGE_SECRET})
"""What everybody does with the own session: no role is asked for, only that there is one."""

_AT_THE_CAMERA = frozenset(
    {
        Action.OPEN_EXAM,
        Action.DESCRIBE_PERSON,
        Action.ADD_PHOTOGRAPH,
        Action.SCREEN_EXAM,
        Action.LIST_EXAMS,
        Action.READ_EXAM,
        Action.READ_PICTURE,
        Action.OVERRIDE_QUALITY,
        Action.RECORD_CONSENT,
        Action.INVITE_PHONE,
    }
)
_READING = frozenset(
    {
        Action.LIST_EXAMS,
        Action.READ_EXAM,
        Action.READ_PICTURE,
        Action.DECIDE,
        Action.CORRECT_MASK,
    }
)

MAY: dict[Role, frozenset[Action]] = {
    Role.TECHNICIAN: _AT_THE_CAMERA,
    Role.GRADER: _READING,
    Role.DOCTOR: _AT_THE_CAMERA
    | _READING
    | {Action.SEE_OTHER_READERS, Action.ARBITRATE, Action.SIGN_EXAM, Action.AMEND_EXAM},
    Role.ADMINISTRATOR: frozenset(
        {Action.LIST_USERS, Action.KEEP_USER, Action.ERASE_PERSON, Action.EXPORT_PERSON}
    ),
    Role.AUDITOR: frozenset({Action.READ_AUDIT, Action.VERIFY_AUDIT, Action.LIST_USERS}),
    Role.PHONE: frozenset(
        {
            Action.DESCRIBE_PERSON,
            Action.ADD_PHOTOGRAPH,
            Action.SCREEN_EXAM,
            Action.READ_EXAM,
            Action.READ_PICTURE,
        }
    ),
}
"""The table. A person with several roles may do what any of them may."""


def may(roles: Iterable[Role], action: Action) -> bool:
    """Return whether one of the roles may do it."""
    return any(action in MAY[role] for role in roles)


def sees_work_of(roles: Iterable[Role], user_id: str, worker_id: str) -> bool:
    """Return whether a user may see what `worker_id` said or painted; "" is the model.

    Two readers judge blind: each sees the model's work and the own, and nobody else's.
    """
    return worker_id in ("", user_id) or may(roles, Action.SEE_OTHER_READERS)

"""Where a person at the kiosk may go on against the machine's advice, and what is then recorded.

The gate advises and never blocks for good: whoever goes on says who and why, and that stands on
the result and on paper. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from edge_runtime.wire.client import Eye


class Against(Enum):
    """What the machine advised and somebody decided otherwise."""

    UNREADABLE = "unreadable"
    """To take the photograph again."""
    OTHER_EYE = "other_eye"
    """That the picture shows the other eye."""


WHY = (
    "asked",
    "no_time",
    "cannot_hold_still",
    "known_disease",
    "picture_is_wrong",
    "something_else",
)
"""Reasons to choose from, as wording keys `override.why.*`."""


@dataclass(frozen=True)
class Question:
    """Something that the machine advises against and nobody has decided yet."""

    against: Against
    eye: Eye


@dataclass(frozen=True)
class Override:
    """One decision against the machine's advice."""

    question: Question
    who: str
    why: str
    """One of WHY."""
    at: datetime

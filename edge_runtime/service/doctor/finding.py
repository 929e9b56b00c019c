"""What one check of a box found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(str, Enum):
    """How bad it is."""

    WELL = "well"
    WARNING = "warning"
    """It serves, and somebody should look at it."""
    WRONG = "wrong"
    """It does not serve, or not as it should."""


@dataclass(frozen=True)
class Finding:
    """One check's answer."""

    check: str
    state: State
    says: str
    """What is so, in a sentence."""
    advice: str = ""
    """What to do, where something is to be done."""


def well(check: str, says: str) -> Finding:
    """Return that a check found nothing."""
    return Finding(check, State.WELL, says)


def warning(check: str, says: str, advice: str) -> Finding:
    """Return that somebody should look at it."""
    return Finding(check, State.WARNING, says, advice)


def wrong(check: str, says: str, advice: str) -> Finding:
    """Return that it does not serve like this."""
    return Finding(check, State.WRONG, says, advice)

"""Who waits for an answer: the more urgent come first wherever work waits."""

from __future__ import annotations

from enum import IntEnum


class Urgency(IntEnum):
    """The numbers are those of the proto's enum, and Triton's priority levels: 1 the first."""

    KIOSK = 1
    """A person sits at the camera."""
    PHONE = 2
    """A person waits, but the network is slower than we are."""
    BATCH = 3
    """Nobody waits."""

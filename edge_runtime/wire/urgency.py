"""Who waits for an answer: the more urgent come first wherever work waits."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Urgency(IntEnum):
    """The numbers are those of the proto's enum, and Triton's priority levels: 1 the first."""

    KIOSK = 1
    """A person sits at the camera."""
    PHONE = 2
    """A person waits, but the network is slower than we are."""
    BATCH = 3
    """Nobody waits."""


YIELDS_S: Final = {Urgency.KIOSK: 0.0, Urgency.PHONE: 15.0, Urgency.BATCH: 120.0}
"""How much later the more urgent may come and still go first. Whoever has waited for so long keeps
its turn: kiosks that never rest hold nobody up for ever."""

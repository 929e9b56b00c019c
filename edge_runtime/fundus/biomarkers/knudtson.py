"""Knudtson's summary of vessel calibres: CRAE, CRVE and their ratio.

Source: Knudtson et al. 2003, Curr Eye Res 27(3):143-149.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from edge_runtime.domain import Reading

ARTERIOLE_CONSTANT, VENULE_CONSTANT = 0.88, 0.95
"""Branching constants: trunk = constant x sqrt(branch^2 + branch^2)."""

VESSELS_NEEDED = 6
"""The summary is of the six widest arterioles, or of the six widest venules."""


def central_equivalent(calibres_um: Sequence[float], constant: float, vessel: str) -> Reading:
    """Return the six widest calibres combined into one, in micrometres.

    Widest is paired with narrowest; an odd one out waits for the next round; rounds go on until
    one calibre is left. Fewer than six calibres give no value; `vessel` is their name in the
    reason.
    """
    if len(calibres_um) < VESSELS_NEEDED:
        plural = "" if len(calibres_um) == 1 else "s"
        reason = f"{len(calibres_um)} {vessel}{plural} in zone B, {VESSELS_NEEDED} are needed"
        return Reading(None, "um", reason)
    left = sorted(calibres_um)[-VESSELS_NEEDED:]
    while len(left) > 1:
        half = len(left) // 2
        pairs = zip(left[:half], reversed(left[-half:]), strict=True)
        waiting = left[half:-half]
        left = sorted([*waiting, *(constant * sqrt(a * a + b * b) for a, b in pairs)])
    return Reading(left[0], "um")


def arteriole_to_venule_ratio(crae: Reading, crve: Reading) -> Reading:
    """Return AVR = CRAE / CRVE; where a calibre is missing so is the ratio, with the reasons."""
    if crae.value is None or crve.value is None:
        # Each reason once: both calibres are often missing for the same one.
        reasons = dict.fromkeys((crae.missing_because, crve.missing_because))
        return Reading(None, missing_because="; ".join(reason for reason in reasons if reason))
    return Reading(crae.value / crve.value)

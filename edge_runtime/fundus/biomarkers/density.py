"""How much of the field the vessels cover."""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import BoolArray, Reading
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc


def density(mask_HW: BoolArray, field_HW: BoolArray, disc: Disc | NoDisc, vessel: str) -> Reading:
    """Return the share of the field outside the disc that a mask covers, in [0, 1].

    A field of another angle gives another value: only photographs of one kind of camera compare.
    """
    if not mask_HW.any():
        return Reading(None, missing_because=f"no {vessel}s found")
    if isinstance(disc, NoDisc):
        return Reading(None, missing_because=disc.reason)
    outside_HW = field_HW & ~disc.mask_HW
    return Reading(np.count_nonzero(mask_HW & outside_HW) / np.count_nonzero(outside_HW))

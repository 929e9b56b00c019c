"""Scatter of readings within eyes, and the smallest change that is more than it.

The smallest detectable change is 1.96 x sqrt(2) x the within-subject standard deviation: the
difference of two readings has sqrt(2) times the scatter of one.

Source: Bland & Altman 1996, BMJ 312:1654 (within-subject deviation); de Vet et al. 2006, Health
Qual Life Outcomes 4:54 (smallest detectable change).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

Z_95 = 1.96


@dataclass(frozen=True)
class Scatter:
    """What the readings of some eyes, each read at least twice, tell."""

    within_sd: float
    mean: float
    eyes: int
    readings: int

    @property
    def smallest_detectable_change(self) -> float:
        """Of two readings of an unchanged eye, 95 % differ by less."""
        return Z_95 * sqrt(2.0) * self.within_sd


def scatter_of(readings_by_eye: Sequence[Sequence[float]]) -> Scatter | None:
    """Return the scatter within eyes, pooled over them; None where no eye was read twice.

    The variances of the eyes are weighted by their degrees of freedom, as in a one-way analysis
    of variance. Eyes that were read once are left out.
    """
    repeated = [np.asarray(readings) for readings in readings_by_eye if len(readings) > 1]
    if not repeated:
        return None
    squares = sum(float(((readings - readings.mean()) ** 2).sum()) for readings in repeated)
    freedom = sum(len(readings) - 1 for readings in repeated)
    together = np.concatenate(repeated)
    return Scatter(
        sqrt(squares / freedom), float(together.mean()), len(repeated), int(together.size)
    )

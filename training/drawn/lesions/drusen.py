"""Drusen: hard ones first, soft ones as they spread, together as large as the eye's state says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.drawn.anatomy import Anatomy, Points, rng_of
from training.drawn.eye_state import UM_PER_DD, EyeTraits
from training.drawn.lesions.chance import Numbers
from training.drawn.lesions.lesion import Cause, Lesion, LesionKind

REACH = 2.0
"""Drusen are counted, and drawn, within this many DD of the fovea."""
HARD_RADIUS_UM = 31.5
"""Hard drusen are narrower than 63 um: Age-Related Eye Disease Study, report 6 (2001)."""
MEDIAN_UM, SPREAD, BOUNDS_UM = (17.0, 62.0), 0.42, (12.0, 150.0)
"""Half widths of an eye's first and last drusen (assumed)."""
GROWING = 0.25
"""Share of an eye's drusen, by area, that grow at one time."""
LEAST_RADIUS_UM = 6.0
SPREAD_DD = (0.45, 0.85)
TRIES, WIDENINGS = 40, 30


class Drusen:
    """The drusen of one eye in the order in which they come."""

    def __init__(self, anatomy: Anatomy, traits: EyeTraits, most_area_dd2: float) -> None:
        rng = rng_of(traits.seed, "lesions", traits.eye.value, "drusen")
        radius = _radii(1.3 * most_area_dd2, rng)
        self._xy = anatomy.fovea + _packed(radius, rng)
        self._radius = radius
        self._shape = rng.random((len(radius), 2))
        self._seed = rng.integers(2**63, size=len(radius))
        area = np.pi * radius**2
        self._begin, self._area = np.cumsum(area) - area, area

    def at(self, area_dd2: float) -> Iterator[Lesion]:
        """Yield drusen of this total area."""
        if area_dd2 <= 0 or len(self._radius) == 0:
            return
        radius = np.sqrt(self._area_at(area_dd2) / np.pi)
        radius[radius < LEAST_RADIUS_UM / UM_PER_DD] = 0
        if not radius.any():
            radius[0] = 1.0
        radius *= np.sqrt(area_dd2 / (np.pi * (radius**2).sum()))
        for i in np.flatnonzero(radius):
            soft = radius[i] * UM_PER_DD >= HARD_RADIUS_UM
            yield Lesion(
                LesionKind.SOFT_DRUSEN if soft else LesionKind.HARD_DRUSEN,
                Cause.MACULAR_DEGENERATION,
                (float(self._xy[i, 0]), float(self._xy[i, 1])),
                float(radius[i]),
                1 + 0.3 * float(self._shape[i, 0]),
                np.pi * float(self._shape[i, 1]),
                int(self._seed[i]),
                0.0,
                0.55 + 0.45 * float(self._shape[i, 1]),
            )

    def _area_at(self, area_dd2: float) -> Numbers:
        """Return each druse's area when all together have about this one."""
        window = GROWING * area_dd2 + 1e-6
        fronts = np.linspace(0, float(self._begin[-1]) + 2 * window, 64)
        grown = np.clip((fronts[:, None] - self._begin) / window, 0, 1) @ self._area
        front = np.interp(area_dd2, grown, fronts)
        return np.asarray(self._area * np.clip((front - self._begin) / window, 0, 1))


def _radii(area_dd2: float, rng: np.random.Generator) -> Numbers:
    """Return radii (N,) in DD of drusen that together have at least this area."""
    radii, total = [], 0.0
    while total < area_dd2:
        share = min(total / 0.5, 1.0)
        median = MEDIAN_UM[0] + (MEDIAN_UM[1] - MEDIAN_UM[0]) * share
        um = np.clip(median * np.exp(SPREAD * rng.standard_normal()), *BOUNDS_UM)
        radii.append(float(um) / UM_PER_DD)
        total += np.pi * radii[-1] ** 2
    return np.array(radii)


def _packed(radius: Numbers, rng: np.random.Generator) -> Points:
    """Return places (N, 2) about the fovea at which drusen of these radii do not overlap.

    Where one finds no room in `TRIES` throws, it lies wider out; where it finds none after
    `WIDENINGS` of them the macula is full, and it runs into its neighbours as little as it can.
    """
    xy = np.empty((len(radius), 2))
    spread = rng.uniform(*SPREAD_DD)
    for i, own in enumerate(radius):
        xy[i] = _place(xy[:i], radius[:i] + own, REACH - own, spread, rng)
    return xy


def _place(
    taken: Points, room: Numbers, reach: float, spread: float, rng: np.random.Generator
) -> Points:
    """Return a place (2,) as far as `room` (N,) from those taken (N, 2), or nearly."""
    wide = spread
    for _ in range(WIDENINGS):
        throws = rng.normal(0, wide, (TRIES, 2))
        away = np.linalg.norm(throws[:, None] - taken[None], axis=2) - room
        gap = away.min(axis=1, initial=np.inf)
        gap[np.linalg.norm(throws, axis=1) >= reach] = -np.inf
        if (gap > 0).any():
            return np.asarray(throws[int((gap > 0).argmax())])
        wide = min(1.2 * wide, REACH)
    return np.asarray(throws[int(gap.argmax())])

"""Neovascular macular degeneration: a grey membrane, blood about it, exudate, at last a scar."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import UM_PER_DD, EyeTraits
from training.drawn.lesions.lesion import LEAST_STRENGTH, Cause, Lesion, LesionKind

MEMBRANE_RADIUS, MEMBRANE_YEARS = (0.28, 0.55), 3.0
BLOOD_YEARS, EXUDATE_YEARS = 0.8, 2.5
SCAR_FROM_YEARS, SCAR_RADIUS = 1.0, (0.5, 0.95)
"""Untreated, most membranes scar within two years: Wong 2008, Ophthalmology 115:116; the sizes and
times here are assumed."""
EXUDATES = 26


class Membrane:
    """The choroidal neovascularisation of one eye, by years since its onset."""

    def __init__(self, anatomy: Anatomy, traits: EyeTraits) -> None:
        rng = rng_of(traits.seed, "lesions", traits.eye.value, "membrane")
        away, angle = rng.uniform(0, 0.35), rng.uniform(0, 2 * np.pi)
        way = np.array([np.cos(angle), np.sin(angle)])
        self._xy = anatomy.fovea + away * way
        self._size = rng.uniform(*MEMBRANE_RADIUS)
        self._scar = rng.uniform(*SCAR_RADIUS)
        self._shape = rng.uniform((1.0, 0.0), (1.4, np.pi))
        self._seeds = [int(s) for s in rng.integers(2**63, size=4 + EXUDATES)]
        self._blood_angle = rng.uniform(0, 2 * np.pi, 2)
        self._blood_size = rng.uniform((0.28, 0.14), (0.50, 0.26))
        side = self._blood_angle[0] + np.pi + rng.normal(0, 0.9, EXUDATES)
        ring = self._size + rng.normal(0.32, 0.10, EXUDATES)
        self._exudates = self._xy + ring[:, None] * np.stack([np.cos(side), np.sin(side)], 1)
        self._specks = np.clip(24 * np.exp(rng.normal(0, 0.5, EXUDATES)), 9, 70) / UM_PER_DD

    def at(self, years_since: float) -> Iterator[Lesion]:
        """Yield what is there `years_since` the onset."""
        scarred = float(np.clip((years_since - SCAR_FROM_YEARS) / 1.5, 0, 1))
        grown = min(0.45 + years_since / 1.2, 1.0)
        if years_since < MEMBRANE_YEARS:
            yield self._of(
                LesionKind.NEOVASCULAR_MEMBRANE, 0, grown * self._size, years_since, 1 - scarred
            )
        if years_since < EXUDATE_YEARS:
            yield from self._exudate(years_since)
        if years_since < BLOOD_YEARS:
            yield from self._blood(years_since, grown)
        if scarred > 0:
            radius = self._scar * (0.55 + 0.45 * min(scarred + 0.05 * years_since, 1.2))
            yield self._of(LesionKind.DISCIFORM_SCAR, 3, radius, years_since - 1, scarred)

    def _blood(self, years_since: float, grown: float) -> Iterator[Lesion]:
        for i, (angle, size) in enumerate(zip(self._blood_angle, self._blood_size, strict=True)):
            way = np.array([np.cos(angle), np.sin(angle)])
            xy = self._xy + grown * self._size * way
            left = 1 - 0.6 * years_since / BLOOD_YEARS
            yield self._of(
                LesionKind.SUBRETINAL_BLOOD, 1 + i, float(size) * left, years_since, left, xy
            )

    def _exudate(self, years_since: float) -> Iterator[Lesion]:
        count = int(EXUDATES * min(0.3 + years_since, 1.0))
        for i in range(count):
            yield self._of(
                LesionKind.HARD_EXUDATE,
                4 + i,
                float(self._specks[i]),
                years_since,
                0.9,
                self._exudates[i],
            )

    def _of(
        self,
        kind: LesionKind,
        number: int,
        radius: float,
        age_years: float,
        strength: float,
        xy: np.ndarray | None = None,
    ) -> Lesion:
        place = self._xy if xy is None else xy
        return Lesion(
            kind,
            Cause.MACULAR_DEGENERATION,
            (float(place[0]), float(place[1])),
            float(radius),
            float(self._shape[0]),
            float(self._shape[1]),
            self._seeds[number],
            age_years,
            float(np.clip(strength, LEAST_STRENGTH, 1)),
        )

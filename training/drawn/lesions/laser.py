"""Scars of panretinal laser: a loose grid of burns outside the macula, pale, later pigmented."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.drawn.anatomy import Anatomy, Points
from training.drawn.eye_state import EyeTraits
from training.drawn.lesions.chance import keys_of, uniforms
from training.drawn.lesions.lesion import Cause, Lesion, LesionKind
from training.drawn.lesions.places import BEYOND_RADIUS, X_REACH, Y_REACH

SPACING = (0.46, 0.64)
"""Burns of 500 um with about one burn's width between (ETDRS report 3, 1987, Int Ophthalmol Clin
27:254); the range is how densely one doctor or another treats (assumed)."""
BURN_RADIUS = (0.10, 0.17)
CREEP_PER_YEAR, CREEP_MOST = 0.05, 1.6
"""Scars widen for years (assumed)."""
MISSING = 0.18
FROM_FOVEA, FROM_DISC = 2.0, 0.9
"""Panretinal laser keeps two DD from the fovea and half a DD from the disc (ETDRS report 3)."""


class LaserScars:
    """The scars of one eye, whenever it may be treated."""

    def __init__(self, anatomy: Anatomy, traits: EyeTraits) -> None:
        key = keys_of(traits, "laser_eye", 1)
        spacing = SPACING[0] + (SPACING[1] - SPACING[0]) * float(uniforms(key, 1)[0, 0])
        grid = _hexagons(spacing)
        self._key = keys_of(traits, LesionKind.LASER_SCAR.value, len(grid))
        u = uniforms(self._key, 6)
        xy = grid + spacing * 0.55 * (u[:, :2] - 0.5)
        fovea, middle = np.array(anatomy.fovea), np.array(anatomy.field_centre)
        kept = (np.linalg.norm(xy - fovea, axis=1) > FROM_FOVEA) & (u[:, 2] > MISSING)
        kept &= np.linalg.norm(xy, axis=1) > FROM_DISC
        kept &= np.linalg.norm(xy - middle, axis=1) < BEYOND_RADIUS
        self._xy, self._u, self._key = xy[kept], u[kept], self._key[kept]

    def at(self, years_since: float) -> Iterator[Lesion]:
        """Yield the scars `years_since` the treatment."""
        creep = min(1 + CREEP_PER_YEAR * years_since, CREEP_MOST)
        span = BURN_RADIUS[1] - BURN_RADIUS[0]
        for xy, u, key in zip(self._xy, self._u, self._key, strict=True):
            yield Lesion(
                LesionKind.LASER_SCAR,
                Cause.LASER,
                (float(xy[0]), float(xy[1])),
                float(creep * (BURN_RADIUS[0] + span * u[3])),
                1 + 0.35 * float(u[4]),
                np.pi * float(u[5]),
                int(key),
                years_since,
                0.5 + 0.5 * float(u[2]),
            )


def _hexagons(spacing: float) -> Points:
    x = np.arange(*X_REACH, spacing)
    y = np.arange(*Y_REACH, spacing * np.sqrt(0.75))
    xx, yy = np.meshgrid(x, y)
    xx = xx + np.where(np.arange(len(y)) % 2, spacing / 2, 0.0)[:, None]
    return np.stack([xx, yy], -1).reshape(-1, 2)

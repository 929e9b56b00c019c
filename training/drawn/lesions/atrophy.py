"""Geographic atrophy: patches about the fovea that widen and flow together, never shrink."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeTraits
from training.drawn.lesions.chance import Numbers
from training.drawn.lesions.lesion import Cause, Lesion, LesionKind
from training.drawn.lesions.outline import outline_at, outlines

CELL, REACH = 0.02, 2.3
FROM_FOVEA = (0.25, 0.75)
"""Atrophy begins beside the fovea and spares its centre for years: Sunness 1999, Ophthalmology
106:1768."""
LAG = (0.15, 0.6)
"""How much later, in DD of growth of the first patch, the other patches begin (assumed)."""


class Atrophy:
    """The atrophy of one eye; its area at a given scale is tabulated once."""

    def __init__(self, anatomy: Anatomy, traits: EyeTraits) -> None:
        rng = rng_of(traits.seed, "lesions", traits.eye.value, "atrophy")
        count = int(rng.integers(1, 5))
        away, angle = rng.uniform(*FROM_FOVEA, count), rng.uniform(0, 2 * np.pi, count)
        self._xy = anatomy.fovea + away[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
        self._lag = np.array([0.0, *rng.uniform(*LAG, count - 1)])
        self._pace = np.array([1.0, *rng.uniform(0.4, 0.9, count - 1)])
        self._seed = rng.integers(2**63, size=count)
        self._scale = np.sort(self._scales(np.array(anatomy.fovea)), axis=None)

    def at(self, area_dd2: float) -> Iterator[Lesion]:
        """Yield patches that cover this area together."""
        if area_dd2 <= 0:
            return
        cells = np.arange(1, len(self._scale) + 1) * CELL**2
        scale = float(np.interp(area_dd2, cells, self._scale))
        for xy, radius, seed in zip(self._xy, self._radii(scale), self._seed, strict=True):
            if radius > 0:
                yield Lesion(
                    LesionKind.ATROPHY,
                    Cause.MACULAR_DEGENERATION,
                    (float(xy[0]), float(xy[1])),
                    float(radius),
                    1.0,
                    0.0,
                    int(seed),
                    0.0,
                    1.0,
                )

    def _radii(self, scale: float) -> Numbers:
        return np.asarray(np.maximum(self._pace * (scale - self._lag), 0))

    def _scales(self, fovea: Numbers) -> Numbers:
        """Return (H, W), for cells about the fovea, the scale at which atrophy gets there."""
        axis = np.arange(-REACH, REACH, CELL) + CELL / 2
        x, y = np.meshgrid(fovea[0] + axis, fovea[1] + axis)
        table = outlines(self._seed.astype(np.uint64), LesionKind.ATROPHY)
        reached = []
        for i, xy in enumerate(self._xy):
            u, v = (x - xy[0]).astype(np.float32), (y - xy[1]).astype(np.float32)
            edge = outline_at(table, np.full(u.size, i), u.ravel(), v.ravel())
            away = np.hypot(u, v).ravel() / edge
            reached.append(away / self._pace[i] + self._lag[i])
        return np.asarray(np.min(reached, axis=0))

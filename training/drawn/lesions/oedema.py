"""Exudates at the macula: leakage puts them within one disc diameter of the fovea."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.drawn.anatomy import Anatomy
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.lesions.chance import children, keys_of, uniforms
from training.drawn.lesions.exudates import specks
from training.drawn.lesions.lesion import Cause, Lesion
from training.drawn.lesions.renewal import Past, lived
from training.drawn.lesions.table import (
    MACULA_RADIUS,
    OEDEMA_CLUSTERS,
    OEDEMA_FROM,
)

LIFE_YEARS = (1.5, 0.5)
FROM_FOVEA = (0.22, 0.72)
"""Distances of the clusters from the fovea; specks stray from there, mostly inside one DD."""
RADIUS_UM = (15.0, 0.80, 6.0, 110.0)


class OedemaExudates:
    """The exudates of one eye's macular oedema (assumed: number by severity, life, places)."""

    def __init__(self, anatomy: Anatomy, traits: EyeTraits) -> None:
        self._fovea = anatomy.fovea
        least, most = OEDEMA_CLUSTERS
        threshold = OEDEMA_FROM + (1 - OEDEMA_FROM) * np.arange(1 - least, most - least + 1) / (
            most - least + 1
        )
        key = keys_of(traits, "oedema", most)
        self._slots = lived(key, np.maximum(threshold, OEDEMA_FROM), LIFE_YEARS, 0.0)

    def at(self, years: float, state: EyeState, past: Past) -> Iterator[Lesion]:
        """Yield the specks at `years`; an eye without retinopathy has no diabetic oedema."""
        if state.dr_severity < 1:
            return
        living = self._slots.living(years, state.oedema_severity, past)
        u = uniforms(children(living.key, 1), 2)
        away = FROM_FOVEA[0] + (FROM_FOVEA[1] - FROM_FOVEA[0]) * u[:, 0]
        angle = 2 * np.pi * u[:, 1]
        way = np.stack([np.cos(angle), np.sin(angle)], 1)
        found = specks(living, self._fovea + away[:, None] * way, RADIUS_UM, Cause.OEDEMA)
        for speck in found:
            off = np.hypot(speck.xy[0] - self._fovea[0], speck.xy[1] - self._fovea[1])
            if 0.12 < off < MACULA_RADIUS:
                yield speck

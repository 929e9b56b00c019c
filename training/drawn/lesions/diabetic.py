"""The lesions of diabetic retinopathy in one eye, from its severity at a moment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.drawn.anatomy import Anatomy, Points
from training.drawn.eye_state import UM_PER_DD, EyeTraits
from training.drawn.lesions.chance import Keys, Numbers, children, normals, uniforms
from training.drawn.lesions.exudates import specks
from training.drawn.lesions.lesion import LEAST_STRENGTH, Cause, Lesion, LesionKind
from training.drawn.lesions.places import Places, fibre_direction
from training.drawn.lesions.renewal import Living, Past, slots_of
from training.drawn.lesions.strokes import strokes_of
from training.drawn.lesions.table import DIABETIC_RULES, MACULA_RADIUS, Rule

PLACE, SIZE, SHAPE = 1, 2, 3
"""Children of a lesion's key, one for each thing that is drawn from it."""
DISC_SHARE = 0.35
"""Share of the eyes whose first new vessels are on the disc (assumed)."""
PALER = 0.45
"""Some lesions are thinner than others, by up to this share."""
FIBRES = (LesionKind.FLAME, LesionKind.FIBROSIS, LesionKind.COTTON_WOOL)
BENEATH = (LesionKind.MICROANEURYSM, LesionKind.BLOT)
"""Kinds that a vessel would hide, so they lie beside it."""


class RuledLesions:
    """The lesions of one rule in one eye."""

    def __init__(self, rule: Rule, anatomy: Anatomy, traits: EyeTraits, places: Places) -> None:
        self.rule, self.anatomy = rule, anatomy
        self._vessels = places.vessels
        self._slots = slots_of(rule, traits)
        self._sure = places.region(rule.where)
        self._region = places.region(rule.where, visible=rule.kind is LesionKind.HARD_EXUDATE)

    def at(self, years: float, severity: float, past: Past) -> Iterator[Lesion]:
        """Yield the lesions that live at `years`."""
        living = self._slots.living(years, severity, past)
        xy = self._places(living)
        if self.rule.kind is LesionKind.HARD_EXUDATE:
            found = specks(living, xy, self.rule.radius_um, Cause.RETINOPATHY)
            yield from (speck for speck in found if not self._in_macula(speck.xy))
        else:
            yield from lesions_of(self.rule, living, xy, self.anatomy)

    def _places(self, living: Living) -> Points:
        u = uniforms(children(living.key, PLACE), 3)
        sure = (living.slot < self.rule.sure)[:, None]
        xy = np.where(sure, self._sure.draw(u), self._region.draw(u))
        if self.rule.kind in BENEATH:
            xy = self._vessels.clear(xy)
        if self.rule.kind is LesionKind.NEW_VESSEL:
            xy[(living.slot == 0) & (u[:, 2] < DISC_SHARE)] = self.anatomy.hub
        return xy

    def _in_macula(self, xy: tuple[float, float]) -> bool:
        fovea = self.anatomy.fovea
        return bool(np.hypot(xy[0] - fovea[0], xy[1] - fovea[1]) < MACULA_RADIUS + 0.05)


def lesions_of(rule: Rule, living: Living, xy: Points, anatomy: Anatomy) -> list[Lesion]:
    """Return living lesions (N) at places (N, 2), with the sizes and shapes of their rule."""
    shape = uniforms(children(living.key, SHAPE), 3)
    radius = radii(rule.radius_um, children(living.key, SIZE))
    aspect = rule.aspect[0] + (rule.aspect[1] - rule.aspect[0]) * shape[:, 0]
    angle = np.pi * shape[:, 1]
    if rule.kind in FIBRES:
        angle = fibre_direction(xy, anatomy)
    elif rule.kind is LesionKind.PRERETINAL:
        angle = np.zeros(len(angle))
    strength = np.maximum(living.strength() * (1 - PALER * shape[:, 2]), LEAST_STRENGTH)
    return [
        Lesion(
            rule.kind,
            Cause.RETINOPATHY,
            (float(xy[i, 0]), float(xy[i, 1])),
            float(radius[i]),
            float(aspect[i]),
            float(angle[i]),
            int(living.key[i]),
            float(living.age_years[i]),
            float(strength[i]),
            strokes_of(rule.kind, xy[i], float(radius[i]), float(angle[i]), int(living.key[i])),
        )
        for i in range(len(xy))
    ]


def radii(radius_um: tuple[float, float, float, float], keys: Keys) -> Numbers:
    """Return radii (N,) in DD about a median, with its log SD, between two bounds, all in um."""
    median, spread, least, most = radius_um
    radius = median * np.exp(spread * normals(keys, 1)[:, 0])
    return np.asarray(np.clip(radius, least, most) / UM_PER_DD)


def ruled_lesions(anatomy: Anatomy, traits: EyeTraits, places: Places) -> list[RuledLesions]:
    """Return the lesions of every rule of the table."""
    return [RuledLesions(rule, anatomy, traits, places) for rule in DIABETIC_RULES]

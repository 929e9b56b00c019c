"""The three signs of severe retinopathy: haemorrhages in all quadrants, beading, IRMA.

An eye reaches grade 3 by at least one of them, and gets the others later or never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import UM_PER_DD, EyeState, EyeTraits
from training.drawn.lesions.chance import children, keys_of, uniforms
from training.drawn.lesions.diabetic import PLACE, lesions_of
from training.drawn.lesions.lesion import Cause, Dots, Lesion, LesionKind
from training.drawn.lesions.places import Places
from training.drawn.lesions.renewal import LONG_AGO_YEARS, Past, lived
from training.drawn.lesions.strokes import beads, strokes_of
from training.drawn.lesions.table import (
    DIABETIC_RULES,
    LATER_SIGN,
    QUADRANT_HAEMORRHAGES,
    SEVERE_SIGNS,
    Where,
)
from training.drawn.vessels.tree import VesselTree

BLOT_RULE = replace(
    next(rule for rule in DIABETIC_RULES if rule.kind is LesionKind.BLOT),
    radius_um=(50.0, 0.45, 28.0, 160.0),
)


class SevereLesions:
    """What an eye shows from severity 3 on beyond the rules that all grades share."""

    def __init__(
        self, anatomy: Anatomy, traits: EyeTraits, places: Places, venules: VesselTree
    ) -> None:
        self.anatomy, self._vessels = anatomy, places.vessels
        rng = rng_of(traits.seed, "lesions", traits.eye.value, "severe")
        sign = SEVERE_SIGNS[LesionKind.VENOUS_BEADING]
        strings = beads(venules, anatomy, sign.radius_um / UM_PER_DD * 2, rng)
        beaded = len(strings) >= sign.lesions
        able = [x for x in SEVERE_SIGNS if x is not LesionKind.VENOUS_BEADING or beaded]
        self.threshold = _thresholds(able, rng)
        self._beads = strings[: sign.lesions]
        self._bead_seeds = rng.integers(2**63, size=sign.lesions)
        self._irma = _irma(traits, places)
        count = 4 * QUADRANT_HAEMORRHAGES
        key = keys_of(traits, "quadrant_haemorrhages", count)
        threshold = np.full(count, self.threshold[LesionKind.BLOT])
        self._blots = lived(key, threshold, BLOT_RULE.life_years, BLOT_RULE.stays)
        self._regions = [places.region(Where.POSTERIOR, quadrant=which) for which in range(4)]

    def at(self, years: float, state: EyeState, past: Past) -> Iterator[Lesion]:
        """Yield what lives at `years`."""
        fixed = {LesionKind.IRMA: self._irma, LesionKind.VENOUS_BEADING: self._beading(state)}
        for kind, lesions in fixed.items():
            threshold = self.threshold.get(kind, np.inf)
            if state.dr_severity >= threshold:
                opened = float(past.opened(np.array([threshold]), years)[0])
                age = min(years - opened, LONG_AGO_YEARS)
                yield from (replace(lesion, age_years=age) for lesion in lesions)
        yield from self._quadrant_blots(years, state.dr_severity, past)

    def _quadrant_blots(self, years: float, severity: float, past: Past) -> list[Lesion]:
        living = self._blots.living(years, severity, past)
        u = uniforms(children(living.key, PLACE), 3)
        quadrants = living.slot % 4
        xy = np.zeros((len(u), 2))
        for which, region in enumerate(self._regions):
            xy[quadrants == which] = region.draw(u[quadrants == which])
        return lesions_of(BLOT_RULE, living, self._vessels.clear(xy), self.anatomy)

    def _beading(self, state: EyeState) -> list[Lesion]:
        found = []
        for beads_of_one, seed in zip(self._beads, self._bead_seeds, strict=False):
            dots = beads_of_one.dots(state.tortuosity)
            reach = float(np.linalg.norm(np.ptp(dots[:, :2], axis=0))) / 2
            place = beads_of_one.place
            found.append(_line(LesionKind.VENOUS_BEADING, place, reach, int(seed), dots))
        return found


def _irma(traits: EyeTraits, places: Places) -> list[Lesion]:
    sign = SEVERE_SIGNS[LesionKind.IRMA]
    key = keys_of(traits, LesionKind.IRMA.value, sign.lesions)
    u = uniforms(key, 5)
    xy = places.region(Where.POSTERIOR).draw(u[:, :3])
    radius = sign.radius_um / UM_PER_DD * (0.7 + 0.6 * u[:, 3])
    found = []
    for at, reach, seed in zip(xy, radius, key, strict=True):
        dots = strokes_of(LesionKind.IRMA, at, float(reach), 0.0, int(seed))
        place = float(at[0]), float(at[1])
        found.append(_line(LesionKind.IRMA, place, float(reach), int(seed), dots))
    return found


def _line(
    kind: LesionKind, xy: tuple[float, float], radius: float, seed: int, dots: Dots | None
) -> Lesion:
    return Lesion(kind, Cause.RETINOPATHY, xy, radius, 1.0, 0.0, seed, 0.0, 1.0, dots)


def _thresholds(able: Sequence[LesionKind], rng: np.random.Generator) -> dict[LesionKind, float]:
    """Return the severity from which each sign shows; at least one shows from 3."""
    share = np.array([SEVERE_SIGNS[kind].share for kind in able])
    first = able[int(rng.choice(len(able), p=share / share.sum()))]
    also = rng.random(len(able)) < 0.3 * share
    later = 3 + rng.uniform(*LATER_SIGN, len(able))
    return {
        kind: 3.0 if kind is first or also[i] else float(later[i]) for i, kind in enumerate(able)
    }

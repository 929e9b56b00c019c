"""Every lesion of one eye's life, found again at any moment of it.

The catalogue is made once an eye and holds slots, maps and places, not pictures; `at` lists what
lives at a moment. The state decides how much of each disease there is, the eye's seed where and
which: the same history gives the same lesions whatever moments are asked for, in whatever order.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import UM_PER_DD, EyeHistory, EyeState, EyeTraits
from training.drawn.lesions.atrophy import Atrophy
from training.drawn.lesions.drusen import Drusen
from training.drawn.lesions.laser import LaserScars
from training.drawn.lesions.lesion import Cause, Lesion, LesionKind
from training.drawn.lesions.membrane import Membrane
from training.drawn.lesions.renewal import Past, course_of
from training.drawn.lesions.retinopathy import Retinopathy
from training.drawn.vessels.tree import VesselTree

DISC_BLOOD_YEARS = 0.5
"""A haemorrhage at the disc's margin is another one after this long (most last 10 weeks, a few
35: Kitazawa 1986, Ophthalmology 93:853)."""
DISC_BLOOD_UM = (150.0, 320.0)
"""Half its length (assumed)."""


def catalogue_of(
    history: EyeHistory, anatomy: Anatomy, arterioles: VesselTree, venules: VesselTree
) -> LesionCatalogue:
    """Return the lesions of one eye's life; the trees are those that it grew with."""
    return LesionCatalogue(history, anatomy, arterioles, venules)


class LesionCatalogue:
    """The lesions of one eye; the parts for a disease are made when the eye first has it."""

    def __init__(
        self,
        history: EyeHistory,
        anatomy: Anatomy,
        arterioles: VesselTree,
        venules: VesselTree,
    ) -> None:
        self._history, self._anatomy = history, anatomy
        self._trees = arterioles, venules
        self._course = course_of(history)

    def at(self, years: float) -> list[Lesion]:
        """Return the lesions `years` after the person's first visit (negative: before it)."""
        state = self._history.at(years)
        found: list[Lesion] = []
        if state.drusen_area_dd2 > 0:
            found += self._drusen.at(state.drusen_area_dd2)
        if state.geographic_atrophy_dd2 > 0:
            found += self._atrophy.at(state.geographic_atrophy_dd2)
        if state.dr_severity >= 1:
            found += self._retinopathy.at(years, state)
        if state.laser_years is not None and years >= state.laser_years:
            found += self._laser.at(years - state.laser_years)
        onset = state.neovascular_amd_years
        if onset is not None and years >= onset:
            found += self._membrane.at(years - onset)
        if state.disc_haemorrhage:
            found.append(_disc_blood(self._history.traits, self._anatomy, state, years))
        return found

    @cached_property
    def _retinopathy(self) -> Retinopathy:
        years, states = self._course
        severity = Past(years, np.array([state.dr_severity for state in states]))
        leakage = Past(years, np.array([state.oedema_severity for state in states]))
        return Retinopathy(self._anatomy, self._history.traits, self._trees, severity, leakage)

    @cached_property
    def _laser(self) -> LaserScars:
        return LaserScars(self._anatomy, self._history.traits)

    @cached_property
    def _drusen(self) -> Drusen:
        most = max(state.drusen_area_dd2 for state in self._course[1])
        return Drusen(self._anatomy, self._history.traits, most)

    @cached_property
    def _atrophy(self) -> Atrophy:
        return Atrophy(self._anatomy, self._history.traits)

    @cached_property
    def _membrane(self) -> Membrane:
        return Membrane(self._anatomy, self._history.traits)


def _disc_blood(traits: EyeTraits, anatomy: Anatomy, state: EyeState, years: float) -> Lesion:
    """Return the splinter of blood across the disc's margin, near the notch of the rim."""
    number = int(np.floor(years / DISC_BLOOD_YEARS))
    rng = rng_of(traits.seed, "lesions", traits.eye.value, "disc_haemorrhage", number)
    clock = 2 * np.pi * (state.notch_clock_hour + rng.normal(0, 0.6)) / 12
    radius = rng.uniform(*DISC_BLOOD_UM) / UM_PER_DD
    way = np.array([np.sin(clock), -np.cos(clock)])
    xy = way * (np.array(anatomy.disc_semi_axes) + 0.25 * radius)
    return Lesion(
        LesionKind.DISC_HAEMORRHAGE,
        Cause.GLAUCOMA,
        (float(xy[0]), float(xy[1])),
        float(radius),
        float(rng.uniform(3.0, 5.0)),
        float(np.arctan2(xy[1], xy[0])),
        int(rng.integers(2**63)),
        years - number * DISC_BLOOD_YEARS,
        1.0,
    )

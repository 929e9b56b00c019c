"""Diabetic retinopathy of one eye, all its kinds of lesions together."""

from __future__ import annotations

from collections.abc import Iterator

from training.drawn.anatomy import Anatomy
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.lesions.diabetic import ruled_lesions
from training.drawn.lesions.lesion import Lesion
from training.drawn.lesions.oedema import OedemaExudates
from training.drawn.lesions.places import Places
from training.drawn.lesions.renewal import Past
from training.drawn.lesions.severe import SevereLesions
from training.drawn.vessels.tree import VesselTree


class Retinopathy:
    """The diabetic lesions of one eye."""

    def __init__(
        self,
        anatomy: Anatomy,
        traits: EyeTraits,
        trees: tuple[VesselTree, VesselTree],
        severity: Past,
        leakage: Past,
    ) -> None:
        places = Places(anatomy, traits, trees)
        self._severity, self._leakage = severity, leakage
        self._ruled = ruled_lesions(anatomy, traits, places)
        self._severe = SevereLesions(anatomy, traits, places, trees[1])
        self._oedema = OedemaExudates(anatomy, traits)

    def at(self, years: float, state: EyeState) -> Iterator[Lesion]:
        """Yield the lesions of an eye in this state at `years`."""
        for ruled in self._ruled:
            yield from ruled.at(years, state.dr_severity, self._severity)
        yield from self._severe.at(years, state, self._severity)
        yield from self._oedema.at(years, state, self._leakage)

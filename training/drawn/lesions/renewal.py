"""Lives of lesions: a slot holds one lesion after another.

A slot opens when the eye's severity passes its threshold and closes when it falls below. While it
is open, a lesion whose life has passed is followed by another one elsewhere: the number of lesions
follows the severity while each single one comes and goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.drawn.eye_state import EyeHistory, EyeState, EyeTraits
from training.drawn.lesions.chance import Keys, Numbers, children, keys_of, normals, uniforms
from training.drawn.lesions.lesion import LEAST_STRENGTH
from training.drawn.lesions.table import LEAST_LIFE_YEARS, Rule

FOREVER_YEARS = 1000.0
LONG_AGO_YEARS = 30.0
"""Age of what an eye has had for longer than its course goes back."""
COURSE_YEARS, COURSE_STEP = (-5.0, 15.0), 0.5
"""The span of a drawn person's history (population), and how closely it is read."""
LEVELS = np.linspace(1, 5, 801)


@dataclass(frozen=True)
class Past:
    """A severity at steps through an eye's life: it tells when a slot opened."""

    years: Numbers
    severity: Numbers

    def opened(self, threshold: Numbers, years: float) -> Numbers:
        """Return when each threshold (K,) was last passed before `years`; -inf if long ago."""
        below = (self.severity < threshold[:, None]) & (self.years < years)
        last = below.shape[1] - 1 - below[:, ::-1].argmax(1)
        after = np.minimum(last + 1, len(self.years) - 1)
        rise = self.severity[after] - self.severity[last]
        share = (threshold - self.severity[last]) / np.where(rise > 0, rise, np.inf)
        crossed = self.years[last] + COURSE_STEP * np.clip(share, 0, 1)
        return np.where(below.any(1), np.minimum(crossed, years), -np.inf)


def course_of(history: EyeHistory) -> tuple[Numbers, list[EyeState]]:
    """Return moments through one eye's life, half a year apart, and its states then."""
    years = np.arange(COURSE_YEARS[0], COURSE_YEARS[1] + COURSE_STEP / 2, COURSE_STEP)
    return years, [history.at(float(t)) for t in years]


@dataclass(frozen=True)
class Living:
    """The lesions of some slots that live now, each field (N,)."""

    slot: np.ndarray[tuple[int], np.dtype[np.int64]]
    key: Keys
    age_years: Numbers
    life_share: Numbers
    """Share of its life that a lesion has behind it, 0 to 1."""

    def strength(self) -> Numbers:
        """Return shares of full colour: a lesion comes quickly and fades over a third of life."""
        coming = 0.5 + self.life_share / 0.08
        return np.asarray(
            np.clip(np.minimum(coming, (1.12 - self.life_share) / 0.3), LEAST_STRENGTH, 1)
        )


@dataclass(frozen=True)
class Slots:
    """Slots of one kind, each field (K,)."""

    key: Keys
    threshold: Numbers
    life_years: Numbers
    phase_years: Numbers

    def living(self, years: float, severity: float, past: Past) -> Living:
        """Return the lesions in the slots that are open at this severity."""
        slot = np.flatnonzero(self.threshold <= severity)
        life, phase = self.life_years[slot], self.phase_years[slot]
        generation = np.floor((years + phase) / life)
        begin = generation * life - phase
        born = np.maximum(begin, past.opened(self.threshold[slot], years))
        share = np.minimum((years - begin) / life, 1.0)
        key = children(self.key[slot], generation.astype(np.int64))
        return Living(slot, key, np.minimum(years - born, LONG_AGO_YEARS), share)


def slots_of(rule: Rule, traits: EyeTraits) -> Slots:
    """Return one kind's slots in one eye."""
    key = keys_of(traits, rule.kind.value, rule.most)
    factor = np.exp(rule.spread * normals(key[:1], 1)[0, 0])
    expected = np.interp(LEVELS, np.arange(1, 6), np.array(rule.counts) * factor)
    wanted = np.arange(rule.most) + 0.5
    wanted = wanted[wanted < max(expected[-1], rule.sure)]
    threshold = LEVELS[np.searchsorted(expected, wanted).clip(max=len(LEVELS) - 1)]
    threshold = np.maximum(threshold, rule.from_severity)
    threshold[: rule.sure] = rule.from_severity
    return lived(key[: len(threshold)], threshold, rule.life_years, rule.stays)


def lived(key: Keys, threshold: Numbers, life_years: tuple[float, float], stays: float) -> Slots:
    """Return slots with lives about a median (with its log SD), of which a share stays."""
    u = uniforms(key, 3)
    life = life_years[0] * np.exp(life_years[1] * normals(children(key, 7), 1)[:, 0])
    life = np.where(u[:, 0] < stays, FOREVER_YEARS, np.maximum(life, LEAST_LIFE_YEARS))
    return Slots(key, threshold, life, u[:, 1] * life)

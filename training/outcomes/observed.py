"""What forecasts are worth by events alone, as somebody sees it who has outcomes and no oracle.

Death first is an answer and not a gap: who died first never had the event, and stays among those
without it (Wolbers et al. 2014, Biostatistics 15:526). Who was lost from view is weighed out by
the inverse probability of being still in view (Uno et al. 2011, Stat Med 30:1105).

Legend: N people, H horizons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Event
from edge_runtime.domain import BoolArray
from training.evaluation.statistics import area_of_counts
from training.forecast.scores import Floats, running_mean


@dataclass(frozen=True)
class Observed:
    """For how long each person was seen at risk, and how it ended (`contracts.cohort.Event`)."""

    years_N: Floats
    event_N: npt.NDArray[np.int8]

    def had(self, horizon_years: float) -> BoolArray:
        """Return who had the event by a horizon."""
        return np.asarray((self.event_N == int(Event.EVENT)) & (self.years_N <= horizon_years))

    def died(self, horizon_years: float) -> BoolArray:
        """Return who died first by a horizon."""
        return np.asarray(
            (self.event_N == int(Event.DEATH_FIRST)) & (self.years_N <= horizon_years)
        )

    def free(self, horizon_years: float) -> BoolArray:
        """Return who was seen beyond a horizon without either."""
        return self.years_N > horizon_years

    def in_view(self, years: npt.ArrayLike) -> Floats:
        """Return the chance to be still in view just before given moments (Kaplan-Meier).

        Who ends at the same moment as others are lost was in view until then.
        """
        before = np.searchsorted(self._lost[0], np.asarray(years, np.float64), side="left")
        return np.asarray(np.concatenate([[1.0], self._lost[1]])[before], np.float64)

    @cached_property
    def _lost(self) -> tuple[Floats, Floats]:
        times, place_N = np.unique(self.years_N, return_inverse=True)
        lost = np.bincount(place_N, self.event_N == int(Event.CENSORED), len(times))
        ended = np.bincount(place_N, minlength=len(times)) - lost
        at_risk = len(self.years_N) - np.concatenate([[0], np.cumsum(lost + ended)[:-1]])
        return times, np.cumprod(1.0 - lost / np.maximum(at_risk - ended, 1))

    def weight(self, horizon_years: float) -> Floats:
        """Return how many people each stands for at a horizon, (N,); 0 of whom was lost before."""
        known = self.had(horizon_years) | self.died(horizon_years)
        chance = np.where(known, self.in_view(self.years_N), self.in_view(horizon_years + 1e-9))
        counts = known | self.free(horizon_years)
        return np.where(counts, 1.0 / np.maximum(chance, 1e-6), 0.0)


def uno_c(chance_N: Floats, seen: Observed, horizon_years: float) -> float:
    """Return the chance that of two people who had the event sooner was given the higher chance.

    Among events by the horizon; ties count half; NaN without any pair.
    """
    had_N = seen.had(horizon_years)
    view_N = seen.in_view(seen.years_N)
    died_N = seen.event_N == int(Event.DEATH_FIRST)
    right, pairs = 0.0, 0.0
    for case in np.flatnonzero(had_N):
        at, view = seen.years_N[case], view_N[case]
        later_N = (seen.years_N > at) | ((seen.years_N == at) & (seen.event_N == 0))
        weight_N = np.where(later_N, 1.0 / view**2, 0.0)
        never_N = died_N & ~later_N
        weight_N = np.where(never_N, 1.0 / (view * np.maximum(view_N, 1e-6)), weight_N)
        over_N = (chance_N[case] > chance_N) + 0.5 * (chance_N[case] == chance_N)
        right += float(weight_N @ over_N)
        pairs += float(weight_N.sum())
    return right / pairs if pairs else float("nan")


def area_at(chance_N: Floats, seen: Observed, horizon_years: float) -> float:
    """Return the area under the ROC curve of the event by a horizon against none by then.

    Source: Blanche et al. 2013, Stat Med 32:5381, definition of competing events as controls.
    """
    weight_N = seen.weight(horizon_years)
    values, place_N = np.unique(chance_N, return_inverse=True)
    had_N = seen.had(horizon_years)
    cases_V = np.bincount(place_N, weight_N * had_N, len(values))
    others_V = np.bincount(place_N, weight_N * ~had_N, len(values))
    return area_of_counts(cases_V, others_V)


def brier(chance_N: Floats, seen: Observed, horizon_years: float) -> float:
    """Return the mean squared error of the chance of the event by a horizon.

    Source: Gerds & Schumacher 2006, Biom J 48:1029.
    """
    off_N = seen.had(horizon_years) - chance_N
    return float(np.mean(seen.weight(horizon_years) * off_N**2))


def integrated_brier(chance_NH: Floats, seen: Observed, horizons_years: Sequence[float]) -> float:
    """Return the Brier score's mean over time, from the first horizon to the last (trapezoids)."""
    at_H = [brier(chance_NH[:, h], seen, years) for h, years in enumerate(horizons_years)]
    span = horizons_years[-1] - horizons_years[0]
    return float(np.trapezoid(at_H, horizons_years) / span)


def calibration_errors(
    chance_N: Floats, seen: Observed, horizon_years: float
) -> tuple[float, float, float]:
    """Return the mean (ICI), median (E50) and 90th percentile (E90) of |observed - forecast|.

    Observed: a running mean along the forecast over a fifth of the people, each weighed by being in
    view. Source: Austin & Steyerberg 2019, Stat Med 38:4051.
    """
    order = np.argsort(chance_N, kind="stable")
    had_N = seen.weight(horizon_years) * seen.had(horizon_years)
    off_N = np.abs(running_mean((had_N - chance_N)[order]))
    return float(off_N.mean()), float(np.median(off_N)), float(np.quantile(off_N, 0.9))


def net_benefit(chance_N: Floats, seen: Observed, horizon_years: float, at: float) -> float:
    """Return the net benefit of acting on a chance of `at` or more.

    Source: Vickers & Elkin 2006, Med Decis Making 26:565; under censoring and competing events
    Vickers et al. 2008, BMC Med Inform Decis Mak 8:53.
    """
    weight_N = seen.weight(horizon_years) * (chance_N >= at)
    had_N = seen.had(horizon_years)
    true, false = float(np.mean(weight_N * had_N)), float(np.mean(weight_N * ~had_N))
    return true - false * at / (1.0 - at)

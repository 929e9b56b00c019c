"""Figures of forecasts by events: by condition and by what is known, what knows less beside each.

Legend: N people, H horizons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.bundle import Beside, Metric, Split
from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.evaluation import MissingFigure
from edge_runtime.domain import BoolArray, Evidence
from training.bootstrap import interval_of
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.forecast.judging import AGE_SEX, EYES, KNOWN, MAIN_HORIZON_YEARS, Seen
from training.forecast.people import People
from training.forecast.scores import Floats, aalen_johansen
from training.outcomes.observed import (
    Observed,
    area_at,
    calibration_errors,
    integrated_brier,
    net_benefit,
    uno_c,
)

MAIN = HORIZONS_YEARS.index(MAIN_HORIZON_YEARS)
LEAST_EVENTS, LEAST_IN_VIEW = 20, 30
"""A condition with fewer events by five years is not judged; a horizon with fewer people in view
does not count in what goes over time."""
WRITTEN = "as_written"
VIEWS = (WRITTEN, f"{WRITTEN}{EYES}")

Statistic = Callable[[Floats, Observed], float]
"""Of the chances at every horizon (N, H) and what came."""


def _at_main(figure: Callable[[Floats, Observed, float], float]) -> Statistic:
    return lambda chance_NH, seen: figure(chance_NH[:, MAIN], seen, float(MAIN_HORIZON_YEARS))


def _of_calibration(place: int) -> Statistic:
    return _at_main(lambda chance_N, seen, at: calibration_errors(chance_N, seen, at)[place])


def _over_time(chance_NH: Floats, seen: Observed) -> float:
    told = [h for h, years in enumerate(HORIZONS_YEARS) if seen.free(years).sum() >= LEAST_IN_VIEW]
    if len(told) < 2:
        return float("nan")
    return integrated_brier(chance_NH[:, told], seen, [HORIZONS_YEARS[h] for h in told])


def _observed_over_expected(chance_N: Floats, seen: Observed, at: float) -> float:
    return aalen_johansen(seen.years_N, seen.event_N, at) / float(chance_N.mean())


def _benefit(chance_N: Floats, seen: Observed, at: float) -> float:
    return net_benefit(chance_N, seen, at, aalen_johansen(seen.years_N, seen.event_N, at))


STATISTICS: dict[str, Statistic] = {
    "uno_c": _at_main(uno_c),
    "area_at_horizon": _at_main(area_at),
    "integrated_brier": _over_time,
    "observed_over_expected": _at_main(_observed_over_expected),
    "ici": _of_calibration(0),
    "e50_of_events": _of_calibration(1),
    "e90_of_events": _of_calibration(2),
    "net_benefit": _at_main(_benefit),
}


@dataclass(frozen=True)
class Judged:
    """Whose forecasts are judged, and how figures of them are labelled."""

    people: People
    views: Mapping[str, Seen]
    photographs: int
    set: str
    role: Role
    split: Split
    evidence: Evidence

    def observed(self, who: BoolArray, place: int) -> Observed:
        """Return what came to some of the people, of one condition."""
        years_N = np.asarray(self.people.years_NK[who, place], np.float64)
        return Observed(years_N, self.people.event_NK[who, place])

    def chance(self, view: str, who: BoolArray, place: int) -> Floats:
        """Return their chances at every horizon, (N, H)."""
        return np.asarray(self.views[view].chance[who, place], np.float64)


def figures(judged: Judged) -> tuple[list[Metric], list[MissingFigure]]:
    """Return every figure of every condition with events enough, and why there are no others."""
    found: list[Metric] = []
    missing: list[MissingFigure] = []
    for place, condition in enumerate(CONDITIONS):
        who = judged.people.at_risk_NK[:, place]
        events = int(judged.observed(who, place).had(MAIN_HORIZON_YEARS).sum())
        if events < LEAST_EVENTS:
            why = f"{condition}: {events} events within five years among {who.sum()} people at risk"
            missing += [
                MissingFigure(model="forecast", name=name, reason=why) for name in STATISTICS
            ]
            continue
        where = {"condition": condition, "age_years": "all"}
        for name in STATISTICS:
            of_figure = _of_part(judged, place, who, name, where)
            found += of_figure
            if not of_figure:
                why = f"{condition}: too few of {who.sum()} people in view over time"
                missing.append(MissingFigure(model="forecast", name=name, reason=why))
    return found, missing


def _of_part(
    judged: Judged, place: int, who: BoolArray, name: str, where: dict[str, str]
) -> list[Metric]:
    """Return one figure for what is known, what knows less beside each; none of which is none."""
    seen = judged.observed(who, place)
    values = {
        view: STATISTICS[name](judged.chance(view, who, place), seen)
        for view in ("age_sex", *VIEWS)
        if view in judged.views
    }
    if np.isnan(list(values.values())).any():
        return []
    return [
        Metric(
            name=name,
            value=values[view],
            interval_95=_interval(STATISTICS[name], judged.chance(view, who, place), seen),
            set=judged.set,
            role=judged.role,
            split=judged.split,
            subgroup={**where, "horizon_years": str(MAIN_HORIZON_YEARS), "known": KNOWN[view]},
            people=int(who.sum()),
            photographs=judged.photographs if view.endswith(EYES) else 0,
            baseline=values["age_sex"],
            baseline_name=AGE_SEX,
            beside=[
                Beside(name=KNOWN[less], value=values[less], kind="baseline")
                for less in VIEWS
                if view == less + EYES
            ]
            or None,
            evidence=judged.evidence,
        )
        for view in VIEWS
        if view in values
    ]


def _interval(
    statistic: Statistic, chance_NH: Floats, seen: Observed
) -> tuple[float, float] | None:
    def of(chance_NH: Floats, years_N: Floats, event_N: np.ndarray) -> float:
        return statistic(chance_NH, Observed(years_N, event_N))

    low, high = interval_of(of, (chance_NH, seen.years_N, seen.event_N))
    return None if np.isnan(low) else (low, high)

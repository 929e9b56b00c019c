"""Plots of forecasts by events: what came beside what was said, and what acting on it gains."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from edge_runtime.contracts.evaluation import Plot, Series
from training.drawn.population.parameters import CONDITIONS
from training.forecast.judging import EYES, MAIN_HORIZON_YEARS
from training.forecast.scores import Floats, aalen_johansen
from training.outcomes.figures import LEAST_EVENTS, MAIN, VIEWS, Judged
from training.outcomes.observed import Observed, net_benefit

SHOWN = {VIEWS[1]: "with photographs", VIEWS[0]: "with covariates", "age_sex": "age and sex"}
"""What is known, the most first, by what it is called in a legend."""
GROUPS, MOST_THRESHOLDS = 10, 25
LEAST_EVENTS_OF_A_GROUP = 3


def plots(judged: Judged) -> Iterator[Plot]:
    """Yield two plots of every condition with events enough, at five years."""
    for place, condition in enumerate(CONDITIONS):
        who = judged.people.at_risk_NK[:, place]
        seen = judged.observed(who, place)
        if seen.had(MAIN_HORIZON_YEARS).sum() < LEAST_EVENTS:
            continue
        chances = {
            name: judged.chance(view, who, place)[:, MAIN]
            for view, name in SHOWN.items()
            if view in judged.views
        }
        best = next(iter(chances.values()))
        title = condition.replace("_", " ")
        yield _plot(
            judged, len(best), "incidence", f"{title}: calibration",
            ("Chance said", "Incidence that came (Aalen-Johansen)"),
            [_calibration(name, chance_N, seen) for name, chance_N in chances.items()],
            f"{_groups(seen)} groups of one size, by the chance said; {MAIN_HORIZON_YEARS} years.",
        )  # fmt: skip
        yield _plot(
            judged, len(best), "decision_curve", f"{title}: decision curve",
            ("Chance from which one acts", "Net benefit"), _decisions(chances, best, seen),
            f"At {MAIN_HORIZON_YEARS} years.",
        )  # fmt: skip


def _plot(
    judged: Judged,
    people: int,
    kind: str,
    title: str,
    labels: tuple[str, str],
    series: list[Series],
    note: str,
) -> Plot:
    return Plot.model_validate(
        {
            "kind": kind, "model": "forecast", "title": title, "set": judged.set,
            "people": people,
            "photographs": judged.photographs if any(v.endswith(EYES) for v in judged.views) else 0,
            "x_label": labels[0], "y_label": labels[1], "series": series, "note": note,
        }
    )  # fmt: skip


def _groups(seen: Observed) -> int:
    events = int(seen.had(MAIN_HORIZON_YEARS).sum())
    return int(np.clip(events // LEAST_EVENTS_OF_A_GROUP, 4, GROUPS))


def _calibration(name: str, chance_N: Floats, seen: Observed) -> Series:
    said, came = [], []
    for group in np.array_split(np.argsort(chance_N, kind="stable"), _groups(seen)):
        said.append(float(chance_N[group].mean()))
        years_N, event_N = seen.years_N[group], seen.event_N[group]
        came.append(aalen_johansen(years_N, event_N, MAIN_HORIZON_YEARS))
    return Series(name=name, x=np.round(said, 5).tolist(), y=np.round(came, 5).tolist())


def _decisions(chances: dict[str, Floats], best_N: Floats, seen: Observed) -> list[Series]:
    at = np.linspace(0.0, float(np.quantile(best_N, 0.98)), MOST_THRESHOLDS)[1:]

    def line(name: str, chance_N: Floats) -> Series:
        gained = [net_benefit(chance_N, seen, MAIN_HORIZON_YEARS, float(t)) for t in at]
        return Series(name=name, x=np.round(at, 5).tolist(), y=np.round(gained, 5).tolist())

    lines = [line(name, chance_N) for name, chance_N in chances.items()]
    return [*lines, line("act on all", np.ones_like(best_N))]

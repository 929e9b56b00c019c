"""Who is told from whom, and how well: areas under the curve with intervals over persons.

Legend: N photographs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from training.drawn.realism.record import Match
from training.drawn.worth.drawn_folder import DRAWN
from training.evaluation.statistics import Numbers, area_under_curve

DRAWS = 1000
SEED = 7


@dataclass(frozen=True)
class Scored:
    """A judge's scores of photographs, and whose each is."""

    score_N: Numbers
    persons: tuple[str, ...]


def pairs(names: Iterable[str], only_drawn: bool) -> list[tuple[str, str]]:
    """Return who is told from which set left out: drawn eyes first, then each set from each."""
    every = list(names)
    real = [name for name in every if name != DRAWN]
    told = [DRAWN] if only_drawn else [DRAWN, *real]
    return [(ours, theirs) for ours in told for theirs in real if ours != theirs]


def match_of(told: str, ours: Scored, left_out: str, theirs: Scored) -> Match:
    """Return the match of scores of held-out photographs of `told` against those of a set."""
    return Match(
        told=told,
        left_out=left_out,
        auc=_area(ours.score_N, theirs.score_N),
        interval_95=auc_interval(ours, theirs),
        told_people=len(set(ours.persons)),
        told_photographs=len(ours.persons),
        left_out_people=len(set(theirs.persons)),
        left_out_photographs=len(theirs.persons),
    )


def auc_interval(ours: Scored, theirs: Scored) -> tuple[float, float]:
    """Return the 95 % percentile interval of the AUC, the persons of both sides resampled."""
    rng = np.random.default_rng(SEED)
    areas = [_area(_resampled(ours, rng), _resampled(theirs, rng)) for _ in range(DRAWS)]
    low, high = np.percentile(areas, (2.5, 97.5))
    return float(low), float(high)


def _resampled(scored: Scored, rng: np.random.Generator) -> Numbers:
    names, member_N = np.unique(np.asarray(scored.persons), return_inverse=True)
    times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
    return np.repeat(scored.score_N, times[member_N])


def _area(ours_N: Numbers, theirs_N: Numbers) -> float:
    scores_N = np.concatenate([ours_N, theirs_N])
    return area_under_curve(scores_N, np.arange(len(scores_N)) < len(ours_N))

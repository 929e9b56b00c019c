"""The quick judge: which plain statistic separates drawn from real, and how well all do together.

Every real set counts alike, however many photographs it has. The judge is a logistic regression
with a ridge, one real set left out in turn; beside it each real set is told from the others by the
same judge.

Legend: N photographs, M statistics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.drawn.realism.matching import Scored, match_of
from training.drawn.realism.record import Match, SignDifference
from training.drawn.worth.drawn_folder import DRAWN
from training.evaluation.statistics import Numbers, Truths, area_under_curve
from training.quality.logistic import fit_logistic

RIDGE = 0.02
FARTHEST = 5.0
"""Standardised values are cut here: one odd photograph must not move a coefficient."""


@dataclass(frozen=True)
class SignTable:
    """The statistics of the photographs of one camp."""

    values_NM: Numbers
    persons: tuple[str, ...]
    learn_N: Truths
    """Photographs that may be learned from; the others are held out."""


def differences(tables: Mapping[str, SignTable], names: tuple[str, ...]) -> list[SignDifference]:
    """Return one difference a statistic, the one that separates most first."""
    drawn_NM = tables[DRAWN].values_NM
    found = []
    for m, name in enumerate(names):
        real = {k: t.values_NM[:, m] for k, t in tables.items() if k != DRAWN}
        found.append(_difference(name, drawn_NM[:, m], real))
    return sorted(found, key=lambda difference: -abs(difference.auc - 0.5))


def _difference(sign: str, drawn_N: Numbers, real: dict[str, Numbers]) -> SignDifference:
    mean = float(np.mean([values.mean() for values in real.values()]))
    variance = float(np.mean([((values - mean) ** 2).mean() for values in real.values()]))
    medians = {name: float(np.median(values)) for name, values in real.items()}
    drawn = float(np.median(drawn_N))
    return SignDifference(
        sign=sign,
        drawn=drawn,
        real=medians,
        standardised=(float(drawn_N.mean()) - mean) / max(float(np.sqrt(variance)), 1e-9),
        auc=float(np.mean([_above(drawn_N, values) for values in real.values()])),
        outside=not min(medians.values()) <= drawn <= max(medians.values()),
    )


def _above(one_N: Numbers, other_N: Numbers) -> float:
    scores_N = np.concatenate([one_N, other_N])
    return area_under_curve(scores_N, np.arange(len(scores_N)) < len(one_N))


def plain_match(tables: Mapping[str, SignTable], told: str, left_out: str) -> Match:
    """Return how well `told` is told from `left_out`, nobody of either judged being learned from.

    The judge learns people of `told` against all other real sets but `left_out`, and is judged on
    held-out people of `told` against `left_out`.
    """
    ours, strange = tables[told], tables[left_out]
    others = [tables[k].values_NM for k in tables if k not in (told, left_out, DRAWN)]
    rows = [ours.values_NM[ours.learn_N], *others]
    shares = [0.5, *([0.5 / len(others)] * len(others))]
    truth_N = np.concatenate([np.full(len(part), float(k == 0)) for k, part in enumerate(rows)])
    weight_N = np.concatenate(
        [np.full(len(part), share / len(part)) for part, share in zip(rows, shares, strict=True)]
    )
    learned_NM = np.concatenate(rows)
    mean_M = weight_N @ learned_NM
    deviation_M = np.sqrt(weight_N @ (learned_NM - mean_M) ** 2) + 1e-9

    def standard(values_NM: Numbers) -> Numbers:
        return np.asarray(np.clip((values_NM - mean_M) / deviation_M, -FARTHEST, FARTHEST))

    coefficients_M, bias = fit_logistic(standard(learned_NM), truth_N, weight_N, RIDGE)

    def scored(table: SignTable, chosen_N: Truths) -> Scored:
        persons = tuple(p for p, chosen in zip(table.persons, chosen_N, strict=True) if chosen)
        return Scored(standard(table.values_NM[chosen_N]) @ coefficients_M + bias, persons)

    everybody_N = np.ones(len(strange.persons), dtype=np.bool_)
    return match_of(told, scored(ours, ~ours.learn_N), left_out, scored(strange, everybody_N))

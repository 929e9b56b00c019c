"""Five gates, each judged on the fold that it never saw, pooled: the figures of rows marked CV."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge_runtime.contracts.cohort import Role
from training.bootstrap import interval_95
from training.quality.examples import AT_RETAKE, PHOTOGRAPH, Example
from training.quality.fit import fit_quality, with_fold
from training.quality.report import area_with_interval, named, score
from training.recipe import FOLDS


def cross_validated(examples: Sequence[Example]) -> dict[str, object]:
    """Return DRIMDB's pooled figures over the folds, as plain JSON.

    Scores of different gates are pooled as log odds from each gate's own threshold, so that a
    score means the same in every fold. Beside them: every photograph accepted.
    """
    judged: list[Example] = []
    margins: list[float] = []
    right: list[float] = []
    copies: list[Example] = []
    for fold in range(FOLDS):
        of_fold = with_fold(examples, fold)
        weights = fit_quality(of_fold)
        tested = [e for e in of_fold if e.role is Role.TEST and e.group.startswith("DRIMDB/")]
        photographs = [e for e in tested if e.kind == PHOTOGRAPH]
        judged += photographs
        margins += [
            _log_odds(score(weights, e)) - _log_odds(weights.threshold) for e in photographs
        ]
        retaken = [e for e in tested if e.kind == AT_RETAKE]
        copies += retaken
        right += [float(named(weights, e) == e.defect) for e in retaken]
    margins_N = np.array(margins)
    return {
        "folds": FOLDS,
        "auc": area_with_interval(margins_N, judged),
        "good_accepted": _share_of(judged, margins_N >= 0.0, gradable=True),
        "rest_refused": _share_of(judged, margins_N < 0.0, gradable=False),
        "defect_named_at_retake": {
            "photographs": len(right),
            "share": float(np.mean(right)) if right else None,
            "interval_95": list(interval_95(right, [e.person for e in copies])) if right else None,
        },
    }


def _log_odds(probability: float) -> float:
    within = min(max(probability, 1e-12), 1.0 - 1e-12)
    return float(np.log(within / (1.0 - within)))


def _share_of(examples: Sequence[Example], held_N: np.ndarray, gradable: bool) -> dict[str, object]:
    """Share of one verdict's photographs for which something held; accepting all gives 1 or 0."""
    chosen = [index for index, example in enumerate(examples) if example.gradable == gradable]
    held = [float(held_N[index]) for index in chosen]
    return {
        "photographs": len(held),
        "held": int(sum(held)),
        "share": sum(held) / len(held),
        "interval_95": list(interval_95(held, [examples[index].person for index in chosen])),
        "baseline_all_accepted": float(gradable),
    }

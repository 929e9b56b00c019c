"""Five gates, each judged on the fold that it never saw, pooled: the figures of rows marked CV."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Role
from training.bootstrap import interval_95
from training.cohort.drimdb import SET as DRIMDB
from training.quality.examples import PHOTOGRAPH, Example, with_fold
from training.quality.fit import fit_quality
from training.quality.report import area_with_interval, log_odds, score
from training.recipe import FOLDS

BoolArray = npt.NDArray[np.bool_]


def cross_validated(examples: Sequence[Example]) -> dict[str, object]:
    """Return DRIMDB's pooled figures over the folds, as plain JSON.

    Scores of different gates are pooled as log odds from each gate's own threshold, so that a
    score means the same in every fold. Beside them: every photograph accepted.
    """
    judged: list[Example] = []
    margins: list[float] = []
    for fold in range(FOLDS):
        of_fold = [with_fold(example, fold) for example in examples]
        weights = fit_quality(of_fold)
        tested = [
            example
            for example in of_fold
            if example.role is Role.TEST
            and example.kind == PHOTOGRAPH
            and example.group.startswith(f"{DRIMDB}/")
        ]
        judged += tested
        margins += [log_odds(score(weights, e)) - log_odds(weights.threshold) for e in tested]
    margins_N = np.array(margins)
    return {
        "folds": FOLDS,
        "auc": area_with_interval(margins_N, judged),
        "good_accepted": _share_of(judged, margins_N >= 0.0, gradable=True),
        "rest_refused": _share_of(judged, margins_N < 0.0, gradable=False),
    }


def _share_of(examples: Sequence[Example], held_N: BoolArray, gradable: bool) -> dict[str, object]:
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

"""Fits the quality gate: weights on role train, threshold on role tune, a report on every role.

Numpy only, all chance seeded: the same photographs give the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality import FARTHEST_SD
from edge_runtime.fundus.quality_weights import DEFECTS, MEASUREMENTS, QualityWeights, Ramp, Term
from training.quality.examples import Example, measured_examples
from training.quality.logistic import fit_logistic
from training.quality.report import quality_report, score
from training.quality.spoil import KINDS

# N examples, M measurements
FloatArray = npt.NDArray[np.float64]

RIDGE = 0.0002
"""Weakest that still judges people left out in cross-validation as well as those fitted on."""

LEAN = 0.25
"""Where in the span of equally good thresholds the threshold is put: nearer to its lower end, for
a readable photograph that is refused costs more than an unreadable one that passes."""

EMPHASIS = {"DRIMDB/Good": 2.0, "DRIMDB/Bad": 2.0, **dict.fromkeys(KINDS, 0.2)}
"""DRIMDB is the only set with both verdicts, so it weighs more; spoilt copies are easy and made up,
so they weigh less. Every other group counts once."""

FIXED_RAMPS = {
    "dark": [
        Ramp(measurement="brightness", start=5.6, full=4.6),  # median grey level 44 to 20
        Ramp(measurement="dark_share", start=0.3, full=0.7),
    ],
    "bright": [Ramp(measurement="burnt_share", start=0.02, full=0.3)],
    "glare": [Ramp(measurement="glare_share", start=0.02, full=0.25)],
    "small_field": [Ramp(measurement="field_radius_px", start=150.0, full=75.0)],
    "not_a_fundus": [Ramp(measurement="odd_colour", start=0.05, full=0.4)],  # full when grey
    "clipped_field": [Ramp(measurement="clipped_share", start=0.5, full=0.7)],
}
"""Bounds of exposure, framing and colour that are photographic and not for data to tell."""

FITTED_RAMPS = {
    "blur": [("sharpness", 2.0, "defocused")],
    "haze": [("faint_reach", 2.0, "DRIMDB/Bad")],
    "not_a_fundus": [("coarse_contrast", 99.5, "DRIMDB/Outlier")],
}
"""Measurement; the percentile of gradable photographs at which the ramp starts; the group at whose
median it is full."""


def fit_quality(photographs_csv: Path) -> tuple[QualityWeights, dict[str, object]]:
    """Return the weights and the report of the photographs that a table lists.

    The table is the photographs.csv of a data folder, with its photographs beside it. Raises
    ManifestError or CohortError where it is not as it should be.
    """
    examples = list(measured_examples(photographs_csv.parent))
    weights = fitted_weights([example for example in examples if example.role is Role.TRAIN])
    photographs = [example for example in examples if example.group not in KINDS]
    tuned_on = [example for example in photographs if example.role is Role.TUNE]
    weights = weights.model_copy(update={"threshold": best_threshold(weights, tuned_on)})
    return weights, quality_report(weights, photographs)


def fitted_weights(examples: Sequence[Example]) -> QualityWeights:
    """Return the weights that examples give, with a threshold of one half."""
    seen = [example for example in examples if example.measured is not None]
    rows_NM = np.stack([example.measured.row() for example in seen if example.measured])
    gradable_N = np.array([example.gradable for example in seen])
    mean_M = rows_NM[gradable_N].mean(axis=0)
    scale_M = rows_NM.std(axis=0) + 1e-6
    away_NM = np.clip((rows_NM - mean_M) / scale_M, -FARTHEST_SD, FARTHEST_SD)
    coefficients_M, bias = fit_logistic(
        away_NM, gradable_N.astype(np.float64), _example_weights(seen), RIDGE
    )
    numbers = zip(MEASUREMENTS, mean_M, scale_M, coefficients_M, strict=True)
    terms = {
        name: Term(mean=float(mean), scale=float(scale), coefficient=float(coefficient))
        for name, mean, scale, coefficient in numbers
    }
    fitted = _fitted_ramps(seen, rows_NM)
    ramps = {defect: FIXED_RAMPS.get(defect, []) + fitted.get(defect, []) for defect in DEFECTS}
    return QualityWeights(terms=terms, bias=bias, threshold=0.5, ramps=ramps)


def _example_weights(examples: Sequence[Example]) -> FloatArray:
    """Weights that give either verdict one half, and a group the square root of its size."""
    groups = np.array([example.group for example in examples])
    gradable_N = np.array([example.gradable for example in examples])
    weight_N = np.zeros(len(examples))
    for group in np.unique(groups):
        members = groups == group
        weight_N[members] = EMPHASIS.get(str(group), 1.0) / np.sqrt(members.sum())
    for verdict in (gradable_N, ~gradable_N):
        weight_N[verdict] *= 0.5 / weight_N[verdict].sum()
    return weight_N


def _fitted_ramps(examples: Sequence[Example], rows_NM: FloatArray) -> dict[str, list[Ramp]]:
    groups = np.array([example.group for example in examples])
    gradable_N = np.array([example.gradable for example in examples])
    ramps: dict[str, list[Ramp]] = {}
    for defect, parts in FITTED_RAMPS.items():
        ramps[defect] = []
        for name, percentile, group in parts:
            column_N = rows_NM[:, MEASUREMENTS.index(name)]
            start = float(np.percentile(column_N[gradable_N], percentile))
            full = float(np.median(column_N[groups == group]))
            ramps[defect].append(Ramp(measurement=name, start=start, full=full))
    return ramps


def best_threshold(weights: QualityWeights, examples: Sequence[Example]) -> float:
    """Return the threshold at which the groups, each counted once, are judged best on average.

    Between two scores any threshold judges alike; it is put into the widest span of best ones.
    """
    scores_N = np.array([score(weights, example) for example in examples])
    groups = np.array([example.group for example in examples])
    gradable_N = np.array([example.gradable for example in examples])
    edges = np.unique(np.concatenate([[0.0], scores_N, [1.0]]))
    middles = (edges[:-1] + edges[1:]) / 2.0
    right_TN = (scores_N[None, :] >= middles[:, None]) == gradable_N[None, :]
    judged_T = np.mean([right_TN[:, groups == group].mean(axis=1) for group in set(groups)], axis=0)
    best = np.flatnonzero(judged_T >= judged_T.max() - 1e-12)
    widest = best[np.diff(edges)[best].argmax()]
    return float(edges[widest] + LEAN * (edges[widest + 1] - edges[widest]))

"""Fits the quality gate: weights on role train, threshold on role tune, a report on role test.

Numpy only, all chance seeded: the same photographs give the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality import FARTHEST_SD
from edge_runtime.fundus.quality_weights import MEASUREMENTS, QualityWeights, Ramp, Term
from training.quality.example import CAMERA, COPY, LEARNED_FROM, PHONE, PHOTOGRAPH, SCENE, Example
from training.quality.logistic import fit_logistic
from training.quality.report import log_odds, score
from training.quality.signs import FRAMING, fitted_signs

# N examples, M measurements
FloatArray = npt.NDArray[np.float64]

RIDGE = 0.001
"""Weakest that still judges people left out in cross-validation as well as those fitted on."""

TUNED_ON = (PHOTOGRAPH, CAMERA, PHONE, COPY)

FARTHEST_ODDS = 8.0
"""Log odds beyond which scores are all alike."""

LEAST_THRESHOLD = 1.0 / 3.0
"""A photograph passes only where a grader could read it at odds of one to two or better. Tuning
people show few bad photographs, so what is best on them alone may ask for much less."""

EMPHASIS = {
    "DRIMDB/Good": 2.0,
    "DRIMDB/Bad": 6.0,
    "DRIMDB/Outlier": 6.0,
    CAMERA: 0.5,
    COPY: 0.2,
    SCENE: 0.2,
    PHONE: 0.5,
}
"""DRIMDB is the only set with both verdicts, so it weighs more, and its few refused ones most;
copies are easy and made up, so they weigh less. Every other group counts once."""

GATE_MEASUREMENTS = tuple(name for name in MEASUREMENTS if name not in FRAMING)

RAMPS = {
    "small_field": [
        Ramp(measurement="field_radius_px", start=150.0, full=75.0),
        Ramp(measurement="field_over_frame", start=0.55, full=0.42),
    ],
    "clipped_field": [
        Ramp(measurement="clipped_share", start=0.5, full=0.7),
        Ramp(measurement="lopsided", start=0.18, full=0.32),
        Ramp(measurement="shaded_share", start=0.12, full=0.28),
    ],
    "not_a_fundus": [
        Ramp(measurement="saturation", start=0.3, full=0.18),
        Ramp(measurement="green_to_red", start=-2.8, full=-3.4),
    ],
}
"""What geometry and colour mean, whatever the camera: full where two fifths of a field's diameter
fill the frame, or nearly two fifths of its area are lost on one side; and where a picture is grey
or red alone, for what is read was learned from colours (hazy and glaring eyes stay above 0.35)."""


def fit_quality(examples: Sequence[Example]) -> QualityWeights:
    """Return the weights of examples: fitted on role train, their threshold chosen on tune."""
    learned = [e for e in examples if e.role is Role.TRAIN and e.kind in LEARNED_FROM]
    weights = fitted_weights(learned)
    tuned_on = [e for e in examples if e.role is Role.TUNE and e.kind in TUNED_ON]
    threshold = max(LEAST_THRESHOLD, best_threshold(weights, tuned_on))
    return weights.model_copy(update={"threshold": threshold})


def fitted_weights(examples: Sequence[Example]) -> QualityWeights:
    """Return the weights that examples give, with a threshold of one half."""
    seen = [e for e in examples if e.measured is not None and _tells_of_the_retina(e)]
    columns = [MEASUREMENTS.index(name) for name in GATE_MEASUREMENTS]
    rows_NM = np.stack([e.measured.row()[columns] for e in seen if e.measured is not None])
    gradable_N = np.array([example.gradable for example in seen])
    mean_M = rows_NM[gradable_N].mean(axis=0)
    scale_M = rows_NM.std(axis=0) + 1e-6
    away_NM = np.clip((rows_NM - mean_M) / scale_M, -FARTHEST_SD, FARTHEST_SD)
    coefficients_M, bias = fit_logistic(
        away_NM, gradable_N.astype(np.float64), _example_weights(seen), RIDGE
    )
    numbers = zip(GATE_MEASUREMENTS, mean_M, scale_M, coefficients_M, strict=True)
    terms = {
        name: Term(mean=float(mean), scale=float(scale), coefficient=float(coefficient))
        for name, mean, scale, coefficient in numbers
    }
    signs = fitted_signs(examples)
    return QualityWeights(terms=terms, bias=bias, threshold=0.5, ramps=RAMPS, signs=signs)


def _tells_of_the_retina(example: Example) -> bool:
    """True but for copies whose framing is bad: that is left to ramps."""
    return example.kind != COPY or example.defect not in ("small_field", "clipped_field")


def _example_weights(examples: Sequence[Example]) -> FloatArray:
    """Weights that give either verdict one half, and a group the square root of its size."""
    groups = np.array([_group(example) for example in examples])
    gradable_N = np.array([example.gradable for example in examples])
    weight_N = np.zeros(len(examples))
    for group in np.unique(groups):
        members = groups == group
        weight_N[members] = EMPHASIS.get(str(group).partition(" ")[0], 1.0) / np.sqrt(members.sum())
    for verdict in (gradable_N, ~gradable_N):
        weight_N[verdict] *= 0.5 / weight_N[verdict].sum()
    return np.asarray(weight_N)


def _group(example: Example) -> str:
    if example.kind == PHOTOGRAPH:
        return example.group
    of = example.group if example.kind == CAMERA else example.defect
    return f"{example.kind} {of}"


def best_threshold(weights: QualityWeights, examples: Sequence[Example]) -> float:
    """Return the threshold at which both verdicts, each the mean over its groups, are judged best.

    Between two scores any threshold judges alike; it is put into the middle of the widest span of
    best ones, which is measured in log odds.
    """
    odds_N = np.array([log_odds(score(weights, example)) for example in examples])
    groups = np.array([f"{example.gradable} {_group(example)}" for example in examples])
    gradable_N = np.array([example.gradable for example in examples])
    edges = np.unique(np.concatenate([[-FARTHEST_ODDS], odds_N, [FARTHEST_ODDS]]))
    middles = (edges[:-1] + edges[1:]) / 2.0
    right_TN = (odds_N[None, :] >= middles[:, None]) == gradable_N[None, :]
    judged_T = np.zeros(len(middles))
    for verdict in (gradable_N, ~gradable_N):
        of_verdict = np.unique(groups[verdict])
        for group in of_verdict:
            judged_T += right_TN[:, groups == group].mean(axis=1) / len(of_verdict)
    best = np.flatnonzero(judged_T >= judged_T.max() - 1e-12)
    widest = best[np.diff(edges)[best].argmax()]
    return float(1.0 / (1.0 + np.exp(-middles[widest])))

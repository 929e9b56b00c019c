"""Fits the quality gate: weights on role train, threshold on role tune, a report on role test.

Numpy only, all chance seeded: the same photographs give the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality import FARTHEST_SD
from edge_runtime.fundus.quality_weights import MEASUREMENTS, QualityWeights, Ramp, Term
from training.cohort.roles import BY_ROLE_ALWAYS
from training.quality.examples import COPY, PHONE, PHOTOGRAPH, SCENE, Example
from training.quality.logistic import fit_logistic
from training.quality.report import score
from training.recipe import FOLDS
from training.quality.signs import NOT_SEEN_BELOW, SEEN_FROM, fitted_signs

# N examples, M measurements
FloatArray = npt.NDArray[np.float64]

RIDGE = 0.0002
"""Weakest that still judges people left out in cross-validation as well as those fitted on."""

LEAN = 0.25
"""Where in the span of equally good thresholds the threshold is put: nearer to its lower end, for
a readable photograph that is refused costs more than an unreadable one that passes."""

EMPHASIS = {"DRIMDB/Good": 2.0, "DRIMDB/Bad": 2.0, COPY: 0.2, SCENE: 0.2, PHONE: 0.5}
"""DRIMDB is the only set with both verdicts, so it weighs more; copies are easy and made up, so
they weigh less. Every other group counts once."""

FRAMING = {"field_radius_px", "field_over_frame", "clipped_share", "off_centre"}
"""What says nothing of the retina; a defect of its own tells what they mean."""

GATE_MEASUREMENTS = tuple(name for name in MEASUREMENTS if name not in FRAMING)

RAMPS = {"small_field": [Ramp(measurement="field_radius_px", start=150.0, full=75.0)]}
"""So few pixels hold no vessels, whatever the camera; all else is learned."""


def with_fold(examples: Sequence[Example], fold: int | None) -> list[Example]:
    """Return the examples with the roles that a held-out fold deals; None keeps their own."""
    if fold is None:
        return list(examples)
    return [replace(example, role=_dealt(example, fold)) for example in examples]


def _dealt(example: Example, fold: int) -> Role:
    """As `training.cohort.roles` deals the rows of a manifest."""
    if example.group in BY_ROLE_ALWAYS:
        return example.role
    if example.fold == fold:
        return Role.TEST
    return Role.TUNE if example.fold == (fold + 1) % FOLDS else Role.TRAIN


def fit_quality(examples: Sequence[Example]) -> QualityWeights:
    """Return the weights of examples: fitted on role train, their threshold chosen on tune."""
    weights = fitted_weights([e for e in examples if e.role is Role.TRAIN])
    tuned_on = [e for e in examples if e.role is Role.TUNE and e.kind in (PHOTOGRAPH, PHONE)]
    return weights.model_copy(update={"threshold": best_threshold(weights, tuned_on)})


def fitted_weights(examples: Sequence[Example]) -> QualityWeights:
    """Return the weights that examples give, with a threshold of one half."""
    seen = [example for example in examples if example.measured is not None and _is_clear(example)]
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


def _is_clear(example: Example) -> bool:
    """True unless it is a copy so nearly good that nobody could say; those with a bad framing
    are left to their defect."""
    if example.kind != COPY:
        return True
    if example.defect in ("small_field", "clipped_field"):
        return False
    return not NOT_SEEN_BELOW <= example.severity < SEEN_FROM


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
    return example.group if example.kind == PHOTOGRAPH else f"{example.kind} {example.defect}"


def best_threshold(weights: QualityWeights, examples: Sequence[Example]) -> float:
    """Return the threshold at which the groups, each counted once, are judged best on average.

    Between two scores any threshold judges alike; it is put into the widest span of best ones.
    """
    scores_N = np.array([score(weights, example) for example in examples])
    groups = np.array([_group(example) for example in examples])
    gradable_N = np.array([example.gradable for example in examples])
    edges = np.unique(np.concatenate([[0.0], scores_N, [1.0]]))
    middles = (edges[:-1] + edges[1:]) / 2.0
    right_TN = (scores_N[None, :] >= middles[:, None]) == gradable_N[None, :]
    judged_T = np.mean([right_TN[:, groups == group].mean(axis=1) for group in set(groups)], axis=0)
    best = np.flatnonzero(judged_T >= judged_T.max() - 1e-12)
    widest = best[np.diff(edges)[best].argmax()]
    return float(edges[widest] + LEAN * (edges[widest + 1] - edges[widest]))

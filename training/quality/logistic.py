"""A weighted logistic regression with a ridge, by Newton's method: a few lines, no dependency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# N examples, M measurements
FloatArray = npt.NDArray[np.float64]

MAX_STEPS = 50
SMALL_STEP = 1e-9


def fit_logistic(
    rows_NM: FloatArray, gradable_N: FloatArray, weight_N: FloatArray, ridge: float
) -> tuple[FloatArray, float]:
    """Return coefficients (M,) and bias that minimise weighted log loss + ridge/2 |coefficients|^2.

    `rows_NM` is standardised, `gradable_N` is 0 or 1, `weight_N` sums to 1.
    """
    design = np.column_stack([rows_NM, np.ones(len(rows_NM))])
    penalty = np.append(np.full(rows_NM.shape[1], ridge), 0.0)
    solution = np.zeros(design.shape[1])
    for _ in range(MAX_STEPS):
        probability = 1.0 / (1.0 + np.exp(-design @ solution))
        slope = design.T @ (weight_N * (probability - gradable_N)) + penalty * solution
        spread = weight_N * probability * (1.0 - probability)
        curvature = (design * spread[:, None]).T @ design + np.diag(penalty + 1e-12)
        step = np.linalg.solve(curvature, slope)
        step *= min(1.0, 2.0 / float(np.abs(step).max() + 1e-12))  # far from the end it overshoots
        solution -= step
        if float(np.abs(step).max()) < SMALL_STEP:
            break
    return solution[:-1], float(solution[-1])


def area_under_curve(scores_N: FloatArray, gradable_N: npt.NDArray[np.bool_]) -> float:
    """Return the chance that a gradable one scores above one that is not; ties count half."""
    good, bad = scores_N[gradable_N], scores_N[~gradable_N]
    if not len(good) or not len(bad):
        raise ValueError("the area under the curve needs both gradable and ungradable photographs")
    above = (good[:, None] > bad[None, :]).mean()
    return float(above + 0.5 * (good[:, None] == bad[None, :]).mean())

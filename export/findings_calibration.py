"""Calibration of the findings on tuning people, and the cuts that are chosen on them.

Grades: one temperature for all five logits (Guo et al. 2017, PMLR 70:1321), which keeps their
order. Conditions: Platt's scale and shift of the logit, with his softened targets (Platt 1999), so
that a few tuning photographs never make it sure. A few parameters, since there are few people.

Legend: N photographs, K grades.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray
from export.errors import ExportError

FloatArray64 = npt.NDArray[np.float64]

MIN_SENSITIVITY = 0.90
"""Of the photographs that show the finding, the share that a cut must find on tuning people."""

SHARPEST, FLATTEST = 20.0, 0.05
"""Bounds of 1 / temperature; a fit that ends there has learned nothing from the tuning people."""

STEPS = 60
NEWTON_STEPS, SMALL_STEP = 50, 1e-9


@dataclass(frozen=True)
class Cut:
    """A threshold on a probability, and what it did on the photographs that it was chosen on."""

    threshold: float
    sensitivity: float
    specificity: float
    present: int
    absent: int

    def rule(self, on: str) -> str:
        """Return how it was chosen, in words; `on` names the people."""
        return (
            f"the highest cut that finds at least {MIN_SENSITIVITY:.0%} of the {self.present} "
            f"photographs with the finding, on {on}; there it finds {self.sensitivity:.1%} of them "
            f"and leaves {self.specificity:.1%} of the {self.absent} others alone"
        )


def temperature_of(logits_NK: FloatArray64, grade_N: npt.NDArray[np.int64]) -> float:
    """Return the temperature with the least log loss of the grades.

    The loss is convex in 1 / temperature, so a golden-section search finds it. Raises ExportError
    when the best lies at the bounds: the network does not tell these grades apart, or too few
    photographs are graded.
    """

    def loss(sharpness: float) -> float:
        scaled_NK = logits_NK * sharpness
        top_N1 = scaled_NK.max(axis=1, keepdims=True)
        normaliser_N = np.log(np.exp(scaled_NK - top_N1).sum(axis=1)) + top_N1[:, 0]
        return float(np.mean(normaliser_N - scaled_NK[np.arange(len(grade_N)), grade_N]))

    sharpness = _least(loss, FLATTEST, SHARPEST)
    if not 1.05 * FLATTEST < sharpness < 0.95 * SHARPEST:
        raise ExportError(f"no temperature fits the {len(grade_N)} grades of the tuning people")
    return 1.0 / sharpness


def scale_and_shift(logit_N: FloatArray64, present_N: BoolArray) -> tuple[float, float]:
    """Return Platt's scale and shift of a condition's logit.

    Raises ExportError when one kind of photograph is missing, or a higher logit would mean a lower
    probability: the network tells the wrong way round.
    """
    num_present, num_absent = int(present_N.sum()), int((~present_N).sum())
    if not num_present or not num_absent:
        raise ExportError(f"{num_present} photographs with and {num_absent} without the condition")
    high, low = (num_present + 1) / (num_present + 2), 1 / (num_absent + 2)
    target_N = np.where(present_N, high, low)
    design_N2 = np.column_stack([logit_N, np.ones(len(logit_N))])
    solution = np.array([1.0, 0.0])
    for _ in range(NEWTON_STEPS):
        probability_N = 1.0 / (1.0 + np.exp(-design_N2 @ solution))
        slope = design_N2.T @ (probability_N - target_N)
        spread_N = probability_N * (1.0 - probability_N)
        step = np.linalg.solve(
            (design_N2 * spread_N[:, None]).T @ design_N2 + 1e-9 * np.eye(2), slope
        )
        step *= min(1.0, 2.0 / float(np.abs(step).max() + 1e-12))  # far from the end it overshoots
        solution = solution - step
        if float(np.abs(step).max()) < SMALL_STEP:
            break
    if solution[0] <= 0.0:
        raise ExportError("a higher logit means a lower chance on the tuning people")
    return float(solution[0]), float(solution[1])


def cut_of(probability_N: FloatArray64, present_N: BoolArray) -> Cut:
    """Return the highest cut that finds MIN_SENSITIVITY of the photographs with the finding.

    It lies halfway to the next lower probability, so that the last digits of another engine do not
    move a tuning photograph across it. Raises ExportError when one kind of photograph is missing.
    """
    with_it = np.sort(probability_N[present_N])[::-1]
    num_absent = int((~present_N).sum())
    if not len(with_it) or not num_absent:
        raise ExportError(f"{len(with_it)} photographs with and {num_absent} without the finding")
    lowest_found = float(with_it[int(np.ceil(MIN_SENSITIVITY * len(with_it))) - 1])
    below = probability_N[probability_N < lowest_found]
    threshold = (lowest_found + (float(below.max()) if len(below) else 0.0)) / 2.0
    said_N = probability_N >= threshold
    return Cut(
        threshold=threshold,
        sensitivity=float(said_N[present_N].mean()),
        specificity=float((~said_N[~present_N]).mean()),
        present=len(with_it),
        absent=num_absent,
    )


def _least(loss: Callable[[float], float], low: float, high: float) -> float:
    """Return where a convex loss is least, by golden section on the logarithm."""
    ratio = (np.sqrt(5.0) - 1.0) / 2.0
    left, right = float(np.log(low)), float(np.log(high))
    for _ in range(STEPS):
        a, b = right - ratio * (right - left), left + ratio * (right - left)
        if loss(float(np.exp(a))) <= loss(float(np.exp(b))):
            right = b
        else:
            left = a
    return float(np.exp((left + right) / 2.0))

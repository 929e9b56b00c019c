"""What the findings model said of one eye, as the record that is shown and written.

The graph's probabilities are calibrated on tuning people; nothing is calibrated again here.

Legend: K grades or conditions.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.contracts.bundle import ModelEntry
from edge_runtime.contracts.result import Condition, DrGrade, Findings
from edge_runtime.contracts.tensors import (
    CONDITION_LABELS,
    DR_GRADE_LABELS,
    REFERABLE,
    REFERABLE_FROM,
)
from edge_runtime.domain import FloatArray
from edge_runtime.errors import BundleUnsupported, InferenceFailed

SUM_TOLERANCE = 1e-3
"""The grades' probabilities sum to 1 but for the rounding of fp32."""


def conditions_of(entry: ModelEntry) -> list[str]:
    """Return which conditions the channels of `condition_NK` are, in order.

    Raises BundleUnsupported when the labels or thresholds are others than this version knows: a
    number under the wrong name is worse than none.
    """
    num_grades = len(DR_GRADE_LABELS)
    grades, conditions = entry.labels[:num_grades], entry.labels[num_grades:]
    known = set(conditions) <= set(CONDITION_LABELS) and len(set(conditions)) == len(conditions)
    if tuple(grades) != DR_GRADE_LABELS or not known:
        raise BundleUnsupported(f"findings has labels {entry.labels}")
    cuts = entry.thresholds
    if not set(cuts) <= {REFERABLE, *conditions} or not all(0 <= c <= 1 for c in cuts.values()):
        raise BundleUnsupported(f"findings has thresholds {cuts} for labels {entry.labels}")
    return conditions


def findings_of(dr_grade_K: FloatArray, condition_K: FloatArray, entry: ModelEntry) -> Findings:
    """Return the findings of one photograph, each with the entry's evidence and threshold.

    Raises InferenceFailed when the numbers are no probabilities.
    """
    conditions = conditions_of(entry)
    grades = _probabilities(dr_grade_K, len(DR_GRADE_LABELS))
    if abs(sum(grades) - 1.0) > SUM_TOLERANCE:
        raise InferenceFailed(f"the grades' probabilities sum to {sum(grades):.4f}")
    present = zip(conditions, _probabilities(condition_K, len(conditions)), strict=True)
    dr_grade = DrGrade(
        probabilities=(grades[0], grades[1], grades[2], grades[3], grades[4]),
        referable=min(sum(grades[REFERABLE_FROM:]), 1.0),
        referable_threshold=entry.thresholds.get(REFERABLE),
        evidence=entry.evidence,
    )
    found = {
        name: Condition(
            probability=probability, threshold=entry.thresholds.get(name), evidence=entry.evidence
        )
        for name, probability in present
    }
    return Findings.model_validate({"dr_grade": dr_grade, **found})


def _probabilities(values_K: FloatArray, expected: int) -> list[float]:
    # NaN fails both comparisons.
    inside = bool(((values_K >= 0.0) & (values_K <= 1.0 + SUM_TOLERANCE)).all())
    if values_K.shape != (expected,) or not inside:
        raise InferenceFailed(f"expected {expected} probabilities, the model gave {values_K}")
    return [float(value) for value in np.minimum(values_K, 1.0)]

"""What age and sex alone say of a label: the baseline for sets that state them.

A logistic regression on age (per ten years) and sex, fitted on people that the bundle may know.

Legend: N photographs, D = 3 (age, male, one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import Sex

MIN_OF_EACH = 10
"""Photographs with and without the label: with fewer, there is no baseline."""
RIDGE = 1e-3
STEPS = 30

Label = Callable[[ManifestRow], bool | None]

LABELS: dict[str, Label] = {
    "referable": lambda row: None if row.dr_grade is None else row.dr_grade >= 2,
    "maculopathy": lambda row: row.maculopathy,
}


@dataclass(frozen=True)
class AgeAndSex:
    """A fitted regression; `weights` are those of age / 10, male and one."""

    weights: tuple[float, float, float]

    def probability(self, row: ManifestRow) -> float | None:
        """Return the probability of the label, None where age or sex is not known."""
        terms = _terms(row)
        if terms is None:
            return None
        return float(1.0 / (1.0 + np.exp(-np.dot(terms, self.weights))))


def fitted_age_and_sex(rows: Iterable[ManifestRow], label: Label) -> AgeAndSex | None:
    """Return the regression on rows with age, sex and label; None where there are too few."""
    known = [
        (terms, said) for row in rows if (terms := _terms(row)) and (said := label(row)) is not None
    ]
    truth_N = np.array([said for _, said in known], dtype=np.float64)
    if min(truth_N.sum(), (1.0 - truth_N).sum()) < MIN_OF_EACH:
        return None
    terms_ND = np.array([terms for terms, _ in known])
    weights_D = np.zeros(3)
    for _ in range(STEPS):  # Newton; the ridge keeps it from running away
        said_N = 1.0 / (1.0 + np.exp(-terms_ND @ weights_D))
        slope_D = terms_ND.T @ (said_N - truth_N) + RIDGE * weights_D
        bend_DD = (terms_ND * (said_N * (1.0 - said_N))[:, None]).T @ terms_ND + RIDGE * np.eye(3)
        weights_D -= np.linalg.solve(bend_DD, slope_D)
    return AgeAndSex((float(weights_D[0]), float(weights_D[1]), float(weights_D[2])))


def _terms(row: ManifestRow) -> tuple[float, float, float] | None:
    if row.age_years is None or row.sex is None:
        return None
    return (row.age_years - 55.0) / 10.0, float(row.sex is Sex.M), 1.0

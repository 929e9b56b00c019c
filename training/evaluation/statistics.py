"""The statistics of the figures, each a few lines of numpy; tests hold them against scikit-learn.

Legend: N cases, V the 256 values of an 8-bit picture, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


def area_under_curve(score_N: Numbers, truth_N: Truths) -> float:
    """Return the chance that a positive scores above a negative, ties counted half.

    NaN when one of the classes is empty (a draw of the bootstrap may be).
    """
    values, place_N = np.unique(score_N, return_inverse=True)
    positives_V = np.bincount(place_N[truth_N], minlength=len(values))
    negatives_V = np.bincount(place_N[~truth_N], minlength=len(values))
    return area_of_counts(positives_V, negatives_V)


def area_of_counts(positives_V: Counts, negatives_V: Counts) -> float:
    """Return the area under the ROC curve of counts by rising score; NaN without both classes."""
    pairs = float(positives_V.sum()) * float(negatives_V.sum())
    if not pairs:
        return float("nan")
    below_V = np.cumsum(negatives_V) - negatives_V
    won = (positives_V * (below_V + 0.5 * negatives_V)).sum()
    return float(won / pairs)


def f1_by_cut(positives_V: Counts, negatives_V: Counts) -> Numbers:
    """Return F1 of `value >= v` for each v, shape (V,); 1 where there is nothing to find or say."""
    hit_V = positives_V[::-1].cumsum()[::-1]
    false_alarm_V = negatives_V[::-1].cumsum()[::-1]
    total_V = hit_V + false_alarm_V + positives_V.sum()
    return np.where(total_V > 0, 2.0 * hit_V / np.maximum(total_V, 1), 1.0)


def roc_points(score_N: Numbers, truth_N: Truths) -> tuple[Numbers, Numbers]:
    """Return false and true positive rates, from (0, 0) to (1, 1), one point a distinct score."""
    values, place_N = np.unique(score_N, return_inverse=True)
    positives_V = np.bincount(place_N[truth_N], minlength=len(values))
    negatives_V = np.bincount(place_N[~truth_N], minlength=len(values))
    return roc_of_counts(positives_V, negatives_V)


def roc_of_counts(positives_V: Counts, negatives_V: Counts) -> tuple[Numbers, Numbers]:
    """Return the points of the ROC curve of counts by rising score."""
    true_V = np.append(0.0, positives_V[::-1].cumsum() / positives_V.sum())
    false_V = np.append(0.0, negatives_V[::-1].cumsum() / negatives_V.sum())
    return false_V, true_V


def quadratic_kappa(said_N: Counts, truth_N: Counts, num_classes: int) -> float:
    """Return Cohen's kappa with quadratic weights; NaN where both sides are one and the same class.

    Source: Cohen 1968, Psychol Bull 70(4):213-220.
    """
    table_KK = np.zeros((num_classes, num_classes))
    np.add.at(table_KK, (truth_N, said_N), 1.0)
    steps_K = np.arange(num_classes)
    weight_KK = (steps_K[:, None] - steps_K[None, :]) ** 2
    by_chance_KK = np.outer(table_KK.sum(axis=1), table_KK.sum(axis=0)) / len(said_N)
    expected = float((weight_KK * by_chance_KK).sum())
    if not expected:
        return float("nan")
    return 1.0 - float((weight_KK * table_KK).sum()) / expected


def agreement(said_N: Numbers, truth_N: Numbers) -> float:
    """Return ICC(A,1): two ways, absolute agreement, one measurement. NaN without any spread.

    Source: McGraw & Wong 1996, Psychol Methods 1(1):30-46.
    """
    table = np.stack([said_N, truth_N], axis=1)
    n, k = table.shape
    if n < 2:
        return float("nan")
    grand = table.mean()
    of_rows = k * ((table.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    of_columns = n * ((table.mean(axis=0) - grand) ** 2).sum() / (k - 1)
    total = ((table - grand) ** 2).sum()
    of_error = (total - of_rows * (n - 1) - of_columns * (k - 1)) / ((n - 1) * (k - 1))
    spread = of_rows + (k - 1) * of_error + k * (of_columns - of_error) / n
    return float((of_rows - of_error) / spread) if spread else float("nan")


@dataclass(frozen=True)
class LimitsOfAgreement:
    """Bland and Altman's summary of differences: their mean, and mean -/+ 1.96 deviations."""

    bias: float
    low: float
    high: float


def limits_of_agreement(said_N: Numbers, truth_N: Numbers) -> LimitsOfAgreement:
    """Return bias and 95 % limits of `said - truth`; at least two cases.

    Source: Bland & Altman 1986, Lancet 327(8476):307-310.
    """
    difference_N = said_N - truth_N
    bias, reach = float(difference_N.mean()), 1.96 * float(difference_N.std(ddof=1))
    return LimitsOfAgreement(bias, bias - reach, bias + reach)


@dataclass(frozen=True)
class ReliabilityBin:
    """Cases of similar probability: the mean said, the share that came true, how many."""

    said: float
    came_true: float
    count: int


def reliability(probability_N: Numbers, truth_N: Truths, bins: int = 8) -> list[ReliabilityBin]:
    """Return bins of equal counts by rising probability; fewer where there are fewer cases."""
    order_N = np.argsort(probability_N, kind="stable")
    parts = np.array_split(order_N, min(bins, len(order_N)))
    return [
        ReliabilityBin(float(probability_N[part].mean()), float(truth_N[part].mean()), len(part))
        for part in parts
        if len(part)
    ]


def net_benefit(probability_N: Numbers, truth_N: Truths, at: float) -> float:
    """Return the net benefit of acting from probability `at` on, per case.

    Source: Vickers & Elkin 2006, Med Decis Making 26(6):565-574.
    """
    acted_N = probability_N >= at
    hit = float((acted_N & truth_N).mean())
    false_alarm = float((acted_N & ~truth_N).mean())
    return hit - false_alarm * at / (1.0 - at)

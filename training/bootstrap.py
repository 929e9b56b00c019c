"""Intervals by bootstrap over persons: photographs of one person are never independent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

DRAWS = 2000
SEED = 7
FEW_DRAWS = 200
"""Of a statistic that is slow to compute."""


def interval_95(values: Sequence[float], persons: Sequence[str]) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean over photographs, persons resampled.

    Raises ValueError when there is no value or the two do not pair up.
    """
    if not values or len(values) != len(persons):
        raise ValueError(f"{len(values)} values for {len(persons)} persons")
    names, member = np.unique(np.asarray(persons), return_inverse=True)
    sums = np.bincount(member, weights=np.asarray(values, dtype=np.float64))
    counts = np.bincount(member)
    chosen = np.random.default_rng(SEED).integers(len(names), size=(DRAWS, len(names)))
    means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def interval_of(
    statistic: Callable[..., float], columns: tuple[np.ndarray, ...]
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a statistic of columns with one row a person."""
    rng = np.random.default_rng(0)
    count = len(columns[0])
    drawn = [
        statistic(*(column[chosen] for column in columns))
        for chosen in (rng.integers(0, count, count) for _ in range(FEW_DRAWS))
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)

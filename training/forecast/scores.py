"""What a forecast is worth against the oracle, and against events as a user sees them.

Expected figures use the true probabilities, so that they need no luck of who had the event.

Legend: N people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Event

Floats = npt.NDArray[np.float64]
ALPHA = 0.1
"""What a 90 % interval leaves out."""
LEAST_WINDOW, WINDOWS = 100, 5


def expected_c(forecast_N: npt.ArrayLike, oracle_N: npt.ArrayLike) -> float:
    """Return the expected share of pairs in which who has the event was given the higher chance.

    A pair is one person with the event by the horizon and one without, weighed by the chance that
    it comes about; ties count half. NaN with fewer than two people.
    """
    forecast, oracle = np.asarray(forecast_N, np.float64), np.asarray(oracle_N, np.float64)
    if len(forecast) < 2:
        return float("nan")
    order = np.argsort(forecast, kind="stable")
    _, tie = np.unique(forecast[order], return_inverse=True)
    event, free = oracle[order], 1.0 - oracle[order]
    with_event = np.bincount(tie, event)
    without = np.bincount(tie, free)
    before = np.concatenate([[0.0], np.cumsum(without)[:-1]])
    own = np.bincount(tie, event * free)  # nobody makes a pair with himself
    right = float(np.sum(with_event * (before + 0.5 * without) - 0.5 * own))
    pairs = float(event.sum() * free.sum() - np.sum(event * free))
    return right / pairs if pairs > 0 else float("nan")


def e90(forecast_N: npt.ArrayLike, oracle_N: npt.ArrayLike) -> float:
    """Return the 90th percentile of |smoothed oracle - forecast| over the mean oracle.

    Smoothed along the forecast: a running mean over a fifth of the people (100 at least).
    """
    forecast, oracle = np.asarray(forecast_N, np.float64), np.asarray(oracle_N, np.float64)
    order = np.argsort(forecast, kind="stable")
    smoothed = running_mean((oracle - forecast)[order])
    return float(np.quantile(np.abs(smoothed), 0.9) / oracle.mean())


def running_mean(off_N: Floats) -> Floats:
    """Return the mean of each and its neighbours, a fifth of all (100 at least), (N,)."""
    window = min(len(off_N), max(LEAST_WINDOW, len(off_N) // WINDOWS))
    total = np.concatenate([[0.0], np.cumsum(off_N)])
    first = np.clip(np.arange(len(off_N)) - window // 2, 0, len(off_N) - window)
    return np.asarray((total[first + window] - total[first]) / window, np.float64)


def oracle_over_forecast(forecast_N: npt.ArrayLike, oracle_N: npt.ArrayLike) -> float:
    """Return the mean oracle over the mean forecast; 1 is right."""
    return float(np.mean(np.asarray(oracle_N)) / np.mean(np.asarray(forecast_N)))


def coverage(low_N: npt.ArrayLike, high_N: npt.ArrayLike, truth_N: npt.ArrayLike) -> float:
    """Return the share of truths inside their intervals."""
    low, high, truth = (np.asarray(a, np.float64) for a in (low_N, high_N, truth_N))
    return float(np.mean(np.logical_and(truth >= low, truth <= high)))


def interval_score(low_N: npt.ArrayLike, high_N: npt.ArrayLike, truth_N: npt.ArrayLike) -> float:
    """Return the mean interval score of 90 % intervals; lower is better.

    Source: Gneiting & Raftery 2007, J Am Stat Assoc 102:359, equation 43.
    """
    low, high, truth = (np.asarray(a, np.float64) for a in (low_N, high_N, truth_N))
    missed = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    return float(np.mean(high - low + 2.0 / ALPHA * missed))


def aalen_johansen(years_N: npt.ArrayLike, event_N: npt.ArrayLike, horizon_years: float) -> float:
    """Return the share with the event by a horizon, death competing, under censoring.

    Source: Aalen & Johansen 1978, Scand J Stat 5:141.
    """
    years, event = np.asarray(years_N, np.float64), np.asarray(event_N)
    times, place = np.unique(years, return_inverse=True)
    had = np.bincount(place, event == int(Event.EVENT), len(times))
    died = np.bincount(place, event == int(Event.DEATH_FIRST), len(times))
    left = len(years) - np.concatenate([[0], np.cumsum(np.bincount(place))[:-1]])
    survival = np.cumprod(1.0 - (had + died) / left)
    reached = np.concatenate([[1.0], survival[:-1]])
    return float(np.sum((reached * had / left)[times <= horizon_years]))

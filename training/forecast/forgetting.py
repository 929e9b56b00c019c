"""Who is known how well in training: people are shown with parts of their record forgotten.

Legend: N people, D covariates.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import FloatArray
from edge_runtime.forecast.covariates import NAMES

SIGNS_SEEN = 0.6
"""Share of people of whom the signs of the eye are shown: all of them, as photographs are."""
AGE_SEX_ONLY, AS_WRITTEN, SOMEBODY_UNKNOWN = 0.25, 0.25, 0.05
"""Shares of people of whom age and sex alone are shown; of whom all is; and of whom age, sex or
both are hidden too, as photographs alone must do. Of the rest a random part is shown."""


def remembered(known_ND: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return what is still known of each person, drawn anew.

    Columns beyond the covariates are signs of the eye, which are known together or not at all.
    """
    covariates = len(NAMES)
    left_ND = _remembered(known_ND[:, :covariates], rng)
    if known_ND.shape[1] == covariates:
        return left_ND
    seen_N1 = rng.random((len(known_ND), 1)) < SIGNS_SEEN
    return np.concatenate([left_ND, known_ND[:, covariates:] * seen_N1], axis=1, dtype=np.float32)


def _remembered(known_ND: FloatArray, rng: np.random.Generator) -> FloatArray:
    people, covariates = known_ND.shape
    kind_N = rng.random(people)
    share_N1 = rng.uniform(0.1, 1.0, (people, 1))
    keep_ND = np.asarray(rng.random((people, covariates)) < share_N1)
    keep_ND |= np.less(kind_N, AS_WRITTEN)[:, None]
    keep_ND &= np.less(kind_N, 1.0 - AGE_SEX_ONLY)[:, None]
    keep_ND[:, :2] = True
    unknown_N = np.asarray(kind_N > 1.0 - SOMEBODY_UNKNOWN)
    keep_ND[unknown_N, :2] = rng.random((int(unknown_N.sum()), 2)) < 0.4
    return np.asarray(known_ND * keep_ND, np.float32)


def without(known_ND: FloatArray, missing: float, seed: int) -> FloatArray:
    """Return what is known when each covariate but age and sex is lost with chance `missing`."""
    lost = np.random.default_rng(seed).random(known_ND.shape) < missing
    lost[:, :2] = lost[:, len(NAMES) :] = False
    return np.asarray(known_ND * ~lost, np.float32)


def age_and_sex(known_ND: FloatArray) -> FloatArray:
    """Return the same people without the other covariates; signs of the eye stay known."""
    kept = known_ND.copy()
    kept[:, 2 : len(NAMES)] = 0.0
    return kept


def without_signs(known_ND: FloatArray) -> FloatArray:
    """Return the same people without the signs of the eye."""
    kept = known_ND.copy()
    kept[:, len(NAMES) :] = 0.0
    return kept


def shown(value_ND: FloatArray, known_ND: FloatArray) -> FloatArray:
    """Return values with 0 where not known."""
    return np.asarray(value_ND * known_ND, np.float32)


def level_and_spread(
    value_ND: FloatArray, known_ND: FloatArray, least: float
) -> tuple[FloatArray, FloatArray]:
    """Return each covariate's mean and standard deviation over the people of whom it is known."""
    number: npt.NDArray[np.float64] = np.maximum(known_ND.sum(axis=0, dtype=np.float64), 1.0)
    mean = (value_ND * known_ND).sum(axis=0, dtype=np.float64) / number
    square = (((value_ND - mean) ** 2) * known_ND).sum(axis=0, dtype=np.float64) / number
    spread = np.maximum(np.sqrt(square), least)
    return mean.astype(np.float32), spread.astype(np.float32)

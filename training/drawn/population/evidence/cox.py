"""A weighted Cox fit by Newton's method, for large plain cohorts; checked against lifelines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_MOST_STEPS = 30


@dataclass(frozen=True)
class CoxFit:
    """Log hazard ratios (covariates) and their standard errors."""

    log_hazard_ratio: Floats
    standard_error: Floats


def fit_cox(years: Floats, event: npt.NDArray[np.bool_], x_NC: Floats, weight: Floats) -> CoxFit:
    """Return the Cox fit of time to event, ties by Breslow's rule.

    `weight` is how many people each row stands for; events have weight 1. Standard errors take the
    weights of event-free rows for exact: they are too small by a factor of about
    sqrt(1 + events / event-free rows) where rows were thinned. Raises ValueError
    when Newton's method does not settle (a covariate that separates, too few events).
    """
    order = np.argsort(-years, kind="stable")
    x_NC, event, weight, years = x_NC[order], event[order], weight[order], years[order]
    scale = x_NC.std(axis=0)
    if not event.any() or np.any(scale == 0):
        raise ValueError("a fit needs events and covariates that vary")
    x_NC = (x_NC - x_NC.mean(axis=0)) / scale
    last = np.searchsorted(-years, -years[event], side="right") - 1
    beta = np.zeros(x_NC.shape[1])
    for _ in range(_MOST_STEPS):
        gradient, information = _derivatives(beta, x_NC, event, weight, last)
        step = np.linalg.solve(information, gradient)
        beta = beta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-7:
            error = np.sqrt(np.diag(np.linalg.inv(information)))
            return CoxFit(beta / scale, error / scale)
    raise ValueError("Newton's method did not settle")


def _derivatives(
    beta: Floats,
    x_NC: Floats,
    event: npt.NDArray[np.bool_],
    weight: Floats,
    last: npt.NDArray[np.intp],
) -> tuple[Floats, Floats]:
    relative = weight * np.exp(np.clip(x_NC @ beta, -30.0, 30.0))
    total = np.cumsum(relative)[last]
    first = np.cumsum(relative[:, None] * x_NC, axis=0)[last] / total[:, None]
    gradient = (x_NC[event] - first).sum(axis=0)
    events_from = np.bincount(last, weights=1.0 / total, minlength=len(relative))
    share = relative * np.cumsum(events_from[::-1])[::-1]
    second = (x_NC * share[:, None]).T @ x_NC
    return gradient, np.asarray(second - first.T @ first)

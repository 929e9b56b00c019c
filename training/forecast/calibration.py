"""Calibration on tuning people: one shift a condition, of the logarithm of the event's rate.

A shift is fitted to events and shrunk by how sure they are of it (positive-part James & Stein), so
that a few events never move a model that many more have taught.

Legend: N people, D covariates, K conditions, T years.
"""

from __future__ import annotations

import numpy as np
import torch

from edge_runtime.contracts.cohort import Event
from edge_runtime.domain import FloatArray
from training.forecast.networks import HazardNetwork
from training.forecast.people import People
from training.forecast.task import inputs_of, tune_views

TOGETHER = 8192


def log_rate_shifts(network: HazardNetwork, tune: People, knows: str = "covariates") -> FloatArray:
    """Return what to add to each condition's log rate of the event, (K,)."""
    value_ND, known_ND = tune_views(*inputs_of(tune, knows))["as_written"]
    observed = (tune.event_NK == int(Event.EVENT)) & (tune.years_NK <= 10.0) & tune.at_risk_NK
    expected_NK = np.concatenate(
        [
            _expected_events(network, value_ND[i : i + TOGETHER], known_ND[i : i + TOGETHER], part)
            for i in range(0, len(tune), TOGETHER)
            for part in [tune.take(np.arange(i, min(i + TOGETHER, len(tune))))]
        ]
    )
    return shrunk_shift(
        observed.sum(axis=0).astype(np.float64), expected_NK.sum(axis=0, dtype=np.float64)
    )


def shrunk_shift(observed_K: np.ndarray, expected_K: np.ndarray) -> FloatArray:
    """Return log(observed / expected), shrunk by its own error, which is 1 / sqrt(observed)."""
    observed = np.maximum(observed_K, 1.0)
    shift = np.log(observed / expected_K)
    square = shift**2 * observed
    kept = np.maximum(1.0 - 1.0 / np.maximum(square, 1e-12), 0.0)
    return np.asarray(shift * kept, np.float32)


@torch.no_grad()
def _expected_events(
    network: HazardNetwork, value_ND: FloatArray, known_ND: FloatArray, people: People
) -> FloatArray:
    log_rate, _ = network(torch.from_numpy(value_ND), torch.from_numpy(known_ND))
    begins_T = torch.arange(log_rate.shape[-1], dtype=torch.float32)
    lived = (torch.from_numpy(people.years_NK)[..., None] - begins_T).clamp(0.0, 1.0)
    expected = (log_rate.exp() * lived).sum(dim=-1) * torch.from_numpy(people.at_risk_NK)
    return np.asarray(expected.numpy(), np.float32)

"""The whole exported graph of the forecast from covariates.

Legend: N people, D covariates, K conditions, T years.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from edge_runtime.contracts.tensors import LAYOUTS
from edge_runtime.domain import Tensors
from training.forecast.calibration import log_rate_shifts
from training.forecast.networks import HazardNetwork, WidthNetwork, incidence
from training.forecast.people import People
from training.forecast.train import trained_hazards, trained_recipe, trained_widths


class DeployedForecast(nn.Module):
    """Covariates in, calibrated yearly hazards and the interval's ends out."""

    shift_K: Tensor

    def __init__(self, hazards: HazardNetwork, widths: WidthNetwork, shift_K: Tensor) -> None:
        super().__init__()
        self.hazards, self.widths = hazards, widths
        self.register_buffer("shift_K", shift_K)

    def forward(
        self, covariate_ND: Tensor, known_ND: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return hazards of event and of death first, and offsets below and above, (N, K, T)."""
        value_ND = covariate_ND * known_ND
        log_rate, log_death = self.hazards(value_ND, known_ND)
        hazard, death_hazard, chance = incidence(log_rate + self.shift_K[:, None], log_death)
        below, above = self.widths(value_ND, known_ND, chance)
        return hazard, death_hazard, below, above


def as_run(deployed: DeployedForecast) -> Callable[[Tensors], Tensors]:
    """Return the network as a function of the graph's inputs, which gives its outputs."""
    names = [tensor.name for tensor in LAYOUTS["forecast"].outputs]

    @torch.no_grad()
    def run(inputs: Tensors) -> Tensors:
        outputs = deployed(*(torch.from_numpy(inputs[n]) for n in ("covariate_ND", "known_ND")))
        return {name: output.numpy() for name, output in zip(names, outputs, strict=True)}

    return run


def deployed_forecast(run: Path, tune: People) -> DeployedForecast:
    """Return the graph of a finished run, calibrated on the events of tuning people."""
    hazards = trained_hazards(run)
    shift_K = torch.from_numpy(log_rate_shifts(hazards, tune, trained_recipe(run).knows))
    return DeployedForecast(hazards, trained_widths(run), shift_K).eval()

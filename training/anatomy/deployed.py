"""The anatomy model as one deployable graph around its two networks.

Legend: N photographs, K channels of LABELS, C colours, H rows, W columns.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.fundus.anatomy import FOVEA
from training.anatomy.structure_network import STRUCTURES
from training.anatomy.vessel_network import colours, evened, evened_colours

LABELS = (*ANATOMY_CHANNELS, FOVEA)
"""Channels of the graph's output, in order."""

SHIFTED = ("vessel", "disc", "cup", "fovea")
"""Channels whose logit may be shifted so that 0.5 is their best cut."""


class DeployedAnatomy(nn.Module):
    """Returns probabilities (N, K, H, W) of uint8 pictures (N, H, W, C).

    A vessel's probability is shared between arteriole and venule as the structure network tells
    them apart; the sum of the two is that of vessel. The temperature (Guo et al. 2017, ICML) makes
    it as sure as it is right, and keeps an 8-bit picture of it from being all 0 and 255.
    """

    def __init__(
        self,
        vessels: nn.Module,
        structures: nn.Module,
        structure_size_px: int,
        logit_shift: dict[str, float],
        vessel_temperature: float = 1.0,
    ) -> None:
        super().__init__()
        self.vessel_temperature = vessel_temperature
        self.vessels, self.structures = vessels, structures
        self.structure_size_px = structure_size_px
        shift_K = [logit_shift.get(name, 0.0) for name in SHIFTED]
        self.register_buffer("shift", torch.tensor(shift_K, dtype=torch.float32))

    def calibrated(
        self, logit_shift: dict[str, float], vessel_temperature: float = 1.0
    ) -> DeployedAnatomy:
        """Return the same networks with other shifts, and the vessel's logit over a temperature."""
        return DeployedAnatomy(
            self.vessels, self.structures, self.structure_size_px, logit_shift, vessel_temperature
        ).eval()

    def forward(self, image_NHWC: Tensor) -> Tensor:
        """Return probabilities in [0, 1], in the order of LABELS."""
        shift_K = self.get_buffer("shift").view(1, -1, 1, 1)
        vessel_logit_N1HW = self.vessels(evened(image_NHWC)) / self.vessel_temperature
        vessel_N1HW = torch.sigmoid(vessel_logit_N1HW + shift_K[:, :1])
        structure_NKHW = self._structures(image_NHWC)
        arteriole_N1HW = torch.sigmoid(structure_NKHW[:, :1])
        found_NKHW = torch.sigmoid(structure_NKHW[:, 1:] + shift_K[:, 1:])
        return torch.cat(
            [
                vessel_N1HW,
                vessel_N1HW * arteriole_N1HW,
                vessel_N1HW * (1.0 - arteriole_N1HW),
                found_NKHW,
            ],
            dim=1,
        )

    def _structures(self, image_NHWC: Tensor) -> Tensor:
        """Return the logits of STRUCTURES at the picture's size."""
        colour_NCHW = colours(image_NHWC)
        side = (self.structure_size_px, self.structure_size_px)
        small_NCHW = functional.interpolate(colour_NCHW, size=side, mode="bilinear")
        logits_NKHW: Tensor = self.structures(evened_colours(small_NCHW))
        return functional.interpolate(logits_NKHW, size=image_NHWC.shape[1:3], mode="bilinear")


assert LABELS[3:] == STRUCTURES[1:], "the graph gives the structures in their order"

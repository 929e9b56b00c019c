"""The anatomy network: MONAI's plain U-Net, and the deployable graph around it.

Plain convolutions with batch norm and ReLU fold and quantise best.

Legend: N photographs, K channels of ANATOMY_CHANNELS, H rows, W columns, C colours.
"""

from __future__ import annotations

import torch
from monai.networks.nets import BasicUNet
from torch import Tensor, nn

from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from training.recipe import Recipe

MEAN = (0.42, 0.24, 0.13)
DEVIATION = (0.26, 0.16, 0.10)
"""Of RGB in [0, 1] inside the field, roughly, over the training photographs. They only centre the
input: the first convolution learns the rest."""


def anatomy_network(recipe: Recipe) -> nn.Module:
    """Return an untrained network: normalised image (N, C, H, W) to logits (N, K, H, W)."""
    return BasicUNet(
        spatial_dims=2,
        in_channels=3,
        out_channels=len(ANATOMY_CHANNELS),
        features=recipe.features,
        act=("relu", {"inplace": True}),
        norm="batch",
        upsample="nontrainable",
    )


def normalised(image_NHWC: Tensor) -> Tensor:
    """Return uint8 pictures (N, H, W, C) as the network's input (N, C, H, W)."""
    mean = torch.tensor(MEAN, device=image_NHWC.device)
    deviation = torch.tensor(DEVIATION, device=image_NHWC.device)
    scaled_NHWC = (image_NHWC.to(torch.float32) / 255.0 - mean) / deviation
    return scaled_NHWC.permute(0, 3, 1, 2)


class DeployedAnatomy(nn.Module):
    """The whole exported graph: uint8 picture in, probabilities out.

    `logit_shift_K` moves each channel so that 0.5 is its best cut on tuning people.
    """

    def __init__(self, network: nn.Module, logit_shift_K: list[float]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer(
            "logit_shift", torch.tensor(logit_shift_K, dtype=torch.float32).view(1, -1, 1, 1)
        )

    def forward(self, image_NHWC: Tensor) -> Tensor:
        """Return probabilities, shape (N, K, H, W), in [0, 1]."""
        logits_NKHW = self.network(normalised(image_NHWC)) + self.logit_shift
        return torch.sigmoid(logits_NKHW)

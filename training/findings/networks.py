"""The findings network, and the deployable graph around it.

Legend: N photographs, K grades or conditions, C channels, H rows, W columns.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.anatomy.vessel_network import evened
from training.networks.efficientnet_lite import EfficientNetLite0, load_imagenet

GRADES = 5
CONDITIONS = ("maculopathy",)
DEEP_CHANNELS = 320
DROPPED = 0.3


class FindingsNetwork(nn.Module):
    """Returns logits (N, 5 grades + conditions) of evened pictures (N, 3, H, W).

    Averages tell how much of the eye is ill; maxima keep a single small lesion from being lost.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = EfficientNetLite0()
        self.dropout = nn.Dropout(DROPPED)
        self.head = nn.Linear(2 * DEEP_CHANNELS, GRADES + len(CONDITIONS))

    def forward(self, image_NCHW: Tensor) -> Tensor:
        """Return the logits; softmax over the first 5, sigmoid over the rest."""
        deep_NCHW = self.encoder(image_NCHW)[32]
        pooled_NC = torch.cat([deep_NCHW.mean(dim=(2, 3)), deep_NCHW.amax(dim=(2, 3))], dim=1)
        logits: Tensor = self.head(self.dropout(pooled_NC))
        return logits


def findings_network(start: str) -> FindingsNetwork:
    """Return a network that starts from ImageNet (`imagenet`) or from chance (`random`)."""
    network = FindingsNetwork()
    if start == "imagenet":
        load_imagenet(network.encoder)
    return network


def seen(image_NHWC: Tensor) -> Tensor:
    """Return uint8 pictures (N, H, W, C) as the network's input: light and contrast evened out.

    Cameras then differ less and small dark lesions stand out everywhere alike. H, W mod 32 = 0.
    """
    return evened(image_NHWC)[:, 3:] * 0.5


class DeployedFindings(nn.Module):
    """The whole exported graph: uint8 picture in, calibrated probabilities out.

    Grades are divided by a temperature before the softmax; each condition's logit is scaled and
    shifted (Platt). All are fitted on tuning people.
    """

    def __init__(
        self,
        network: nn.Module,
        temperature: float,
        condition_scale_K: list[float],
        condition_shift_K: list[float],
    ) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature
        self.register_buffer("scale", torch.tensor(condition_scale_K, dtype=torch.float32))
        self.register_buffer("shift", torch.tensor(condition_shift_K, dtype=torch.float32))

    def forward(self, image_NHWC: Tensor) -> tuple[Tensor, Tensor]:
        """Return probabilities of the grades (N, 5) and of each condition (N, K)."""
        logits_NK = self.network(seen(image_NHWC))
        grades_NK = torch.softmax(logits_NK[:, :GRADES] / self.temperature, dim=1)
        conditions_NK = torch.sigmoid(
            logits_NK[:, GRADES:] * self.get_buffer("scale") + self.get_buffer("shift")
        )
        return grades_NK, conditions_NK

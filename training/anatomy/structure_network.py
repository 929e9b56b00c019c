"""The structure network: whole-field sight for disc, cup, fovea, and arteriole against venule.

It sees the field at two thirds of the vessel network's scale, with an encoder that starts from
ImageNet: what tells an arteriole from a venule, or a disc from a bright lesion, is far from the
pixel itself, and few photographs are labelled.

Legend: N photographs, C channels, K structures, H rows, W columns.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.networks.efficientnet_lite import EfficientNetLite0, load_imagenet

STRUCTURES = ("kind", "disc", "cup", "fovea")
"""`kind` is the log odds of arteriole against venule, given that a pixel is vessel."""

SKIPS = ((16, 112, 96), (8, 40, 64), (4, 24, 48), (2, 16, 32))
"""Stride, channels of the encoder there, channels of the decoder there."""


class StructureNetwork(nn.Module):
    """Returns logits (N, K, H/2, W/2) of evened pictures (N, 6, H, W); H, W mod 32 = 0."""

    def __init__(self) -> None:
        super().__init__()
        self.colours = nn.Conv2d(6, 3, 1)
        self.encoder = EfficientNetLite0()
        self.decoders = nn.ModuleList()
        channels = 320
        for _, of_encoder, out in SKIPS:
            self.decoders.append(_decoder(channels + of_encoder, out))
            channels = out
        self.head = nn.Conv2d(channels, len(STRUCTURES), 1)
        _mix_evenly(self.colours)

    def forward(self, image_NCHW: Tensor) -> Tensor:
        """Return the logits of STRUCTURES at half of the picture's size."""
        features = self.encoder(self.colours(image_NCHW))
        upper = features[32]
        for decoder, (stride, _, _) in zip(self.decoders, SKIPS, strict=True):
            upper = functional.interpolate(upper, scale_factor=2.0, mode="nearest")
            upper = decoder(torch.cat([upper, features[stride]], dim=1))
        logits: Tensor = self.head(upper)
        return logits


def structure_network(start: str = "imagenet") -> StructureNetwork:
    """Return a network whose encoder starts from ImageNet, or from chance (`random`)."""
    network = StructureNetwork()
    if start == "imagenet":
        load_imagenet(network.encoder)
    return network


def _decoder(channels: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out, 3, padding=1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
        nn.Conv2d(out, out, 3, padding=1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


@torch.no_grad()
def _mix_evenly(colours: nn.Conv2d) -> None:
    """Start with each colour as the mean of its raw and its evened channel."""
    colours.weight.zero_()
    for colour in range(3):
        colours.weight[colour, colour] = 0.5
        colours.weight[colour, colour + 3] = 0.25
    assert colours.bias is not None
    colours.bias.zero_()

"""The disc network: disc and cup from near, in a square crop around the disc.

The first five stages of EfficientNet-Lite0 from ImageNet (0.6 M of its parameters) and a plain
decoder. What lies beyond a disc's neighbourhood is outside the crop, so the deeper stages, which
are most of the weights, are left out.

Legend: N crops, C channels, K = disc and cup, H rows, W columns.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.anatomy.vessel_network import colours
from training.networks.efficientnet_lite import EfficientNetLite0, load_imagenet

DEEPEST_STRIDE = 16
SKIPS = ((8, 40, 48), (4, 24, 32), (2, 16, 24))
"""Stride, channels of the encoder there, channels of the decoder there."""

CONTEXT_CHANNELS = 96
LEAST_DEVIATION = 0.02
"""Added to a crop's deviation, so that noise in a flat one is not blown up."""


class DiscNetwork(nn.Module):
    """Returns logits (N, K, H/2, W/2) of `standardised` crops (N, 6, H, W); H, W mod 16 = 0."""

    def __init__(self) -> None:
        super().__init__()
        self.colours = nn.Conv2d(6, 3, 1)
        self.encoder = EfficientNetLite0(DEEPEST_STRIDE)
        self.context = _convolution(112, CONTEXT_CHANNELS, dilation=2)
        self.decoders = nn.ModuleList()
        channels = CONTEXT_CHANNELS
        for _, of_encoder, out in SKIPS:
            self.decoders.append(
                nn.Sequential(_convolution(channels + of_encoder, out), _convolution(out, out))
            )
            channels = out
        self.head = nn.Conv2d(channels, 2, 1)
        _mix_evenly(self.colours)

    def forward(self, crop_NCHW: Tensor) -> Tensor:
        """Return the logits of disc and cup at half of the crop's size."""
        features = self.encoder(self.colours(crop_NCHW))
        upper = self.context(features[DEEPEST_STRIDE])
        for decoder, (stride, _, _) in zip(self.decoders, SKIPS, strict=True):
            upper = functional.interpolate(upper, scale_factor=2.0, mode="nearest")
            upper = decoder(torch.cat([upper, features[stride]], dim=1))
        logits: Tensor = self.head(upper)
        return logits


def disc_network(start: str = "imagenet") -> DiscNetwork:
    """Return a network whose encoder starts from ImageNet, or from chance (`random`)."""
    network = DiscNetwork()
    if start == "imagenet":
        load_imagenet(network.encoder)
    return network


def standardised(crop_NHWC: Tensor) -> Tensor:
    """Return uint8 crops (N, H, W, C) as the network's input (N, 2 C, H, W).

    The first three channels are the colours; the others the same with the crop's own mean and
    deviation taken off, so that cameras look alike. Black is outside the field and not counted.
    """
    colour_NCHW = colours(crop_NHWC)
    inside_N1HW = (colour_NCHW.amax(dim=1, keepdim=True) > 0).to(torch.float32)
    pixels_N111 = inside_N1HW.sum(dim=(2, 3), keepdim=True).clamp(min=1.0)
    mean = (colour_NCHW * inside_N1HW).sum(dim=(2, 3), keepdim=True) / pixels_N111
    off_NCHW = (colour_NCHW - mean) * inside_N1HW
    variance = (off_NCHW * off_NCHW).sum(dim=(2, 3), keepdim=True) / pixels_N111
    even_NCHW = off_NCHW / (variance.sqrt() + LEAST_DEVIATION)
    return torch.cat([colour_NCHW * 4.0 - 1.0, even_NCHW.clamp(-4.0, 4.0)], dim=1)


def full_size(logits_NKHW: Tensor) -> Tensor:
    """Return the network's logits at its crop's own size, in float32."""
    return functional.interpolate(logits_NKHW.float(), scale_factor=2.0, mode="bilinear")


class DeployedDisc(nn.Module):
    """Returns probabilities (N, K, H, W) of uint8 crops (N, H, W, C)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, crop_NHWC: Tensor) -> Tensor:
        """Return probabilities in [0, 1], disc first."""
        return torch.sigmoid(full_size(self.network(standardised(crop_NHWC))))


def _convolution(channels: int, out: int, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out, 3, padding=dilation, dilation=dilation, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


@torch.no_grad()
def _mix_evenly(colours_1x1: nn.Conv2d) -> None:
    """Start with each colour as the mean of its raw and its standardised channel."""
    assert colours_1x1.bias is not None
    colours_1x1.weight.zero_()
    colours_1x1.bias.zero_()
    for colour in range(3):
        colours_1x1.weight[colour, colour] = 0.5
        colours_1x1.weight[colour, colour + 3] = 0.5

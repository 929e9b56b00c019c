"""The vessel network: MONAI's plain U-Net, and the light that every network sees evened out.

Plain convolutions with batch norm fold and quantise best. Leaky, because with plain ReLU the last
layer's features died early: 240 steps in, no vessel had passed 0.5.

Legend: N photographs, H rows, W columns, C colours.
"""

from __future__ import annotations

import torch
from monai.networks.nets.basic_unet import BasicUNet
from torch import Tensor, nn
from torch.nn import functional

CELL_PX = 16
"""Cells over which light and contrast are averaged; with the smoothing, a window of some 80 px."""

LEAST_CONTRAST = 0.02
"""Added to the local deviation, so that noise in a flat dark region is not blown up."""


def vessel_network(features: tuple[int, ...], structures: int = 1) -> nn.Module:
    """Return an untrained network: evened image (N, 2 C, H, W) to logits (N, structures, H, W)."""
    return BasicUNet(
        spatial_dims=2,
        in_channels=6,
        out_channels=structures,
        features=features,
        act=("leakyrelu", {"negative_slope": 0.1, "inplace": True}),
        norm="batch",
        upsample="nontrainable",
    )


def evened(image_NHWC: Tensor) -> Tensor:
    """Return uint8 pictures (N, H, W, C) as the network's input (N, 2 C, H, W); H, W mod 16 = 0.

    The first three channels are the colours, the others the same with the local light taken off
    and the local contrast evened out: vessels then look alike in every camera. Without them the
    network spent its first hundreds of steps on telling cameras apart.
    """
    return evened_colours(colours(image_NHWC))


def colours(image_NHWC: Tensor) -> Tensor:
    """Return pictures of 0 to 255 as colours in [0, 1], shape (N, C, H, W)."""
    return image_NHWC.permute(0, 3, 1, 2).to(torch.float32) / 255.0


def evened_colours(colour_NCHW: Tensor) -> Tensor:
    """Return colours in [0, 1] as a network's input, shape (N, 2 C, H, W); see `evened`."""
    inside_N1HW = (colour_NCHW.amax(dim=1, keepdim=True) > 0).to(torch.float32)
    weight = _cells(inside_N1HW) + 1e-4
    mean = _cells(colour_NCHW * inside_N1HW) / weight
    square = _cells(colour_NCHW * colour_NCHW * inside_N1HW) / weight
    deviation = (square - mean * mean).clamp(min=0.0).sqrt() + LEAST_CONTRAST
    even_NCHW = (colour_NCHW - _full_size(mean)) / _full_size(deviation)
    even_NCHW = even_NCHW.clamp(-4.0, 4.0) * inside_N1HW
    return torch.cat([colour_NCHW * 4.0 - 1.0, even_NCHW], dim=1)


def _cells(map_NCHW: Tensor) -> Tensor:
    """Return averages over cells, smoothed over their neighbours."""
    cells = functional.avg_pool2d(map_NCHW, CELL_PX)
    for _ in range(2):
        cells = functional.avg_pool2d(cells, 3, stride=1, padding=1)
    return cells


def _full_size(cells: Tensor) -> Tensor:
    return functional.interpolate(
        cells, scale_factor=float(CELL_PX), mode="bilinear", align_corners=False
    )

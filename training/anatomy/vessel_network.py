"""The vessel network: MONAI's plain U-Net on squares of pixels, and the evened light that all see.

The U-Net may look at squares of pixels as one, and answer for each of them (Shi et al. 2016, CVPR):
with squares of 2 x 2 no layer runs at full resolution, where it spent half of its time on 16
channels. Plain convolutions with batch norm fold and quantise best. Leaky, because with plain ReLU
the last layer's features died early: 240 steps in, no vessel had passed 0.5.

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


def vessel_network(
    features: tuple[int, ...], structures: int = 1, *, square_px: int = 1
) -> nn.Module:
    """Return an untrained network: evened image (N, 2 C, H, W) to logits (N, structures, H, W).

    `square_px` is the side of the squares that the U-Net sees as one; H, W mod 16 squares = 0.
    """
    unet = BasicUNet(
        spatial_dims=2,
        in_channels=6,
        out_channels=structures * square_px**2,
        features=features,
        act=("leakyrelu", {"negative_slope": 0.1, "inplace": True}),
        norm="batch",
        upsample="nontrainable",
    )
    if square_px > 1:
        # 3 x 3 squares in steps of one. To lay their pixels behind each other costs more by itself.
        unet.get_submodule("conv_0.conv_0").conv = nn.Conv2d(
            6, features[0], 3 * square_px, stride=square_px, padding=square_px
        )
    return nn.Sequential(unet, nn.PixelShuffle(square_px))


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
    # What is above 0 and at most 1 rounds up to 1: to compare each pixel with a number takes ONNX
    # Runtime twenty times as long in int8 graphs.
    inside_N1HW = colour_NCHW.amax(dim=1, keepdim=True).ceil()
    weight = _cells(inside_N1HW) + 1e-4
    mean = _cells(colour_NCHW) / weight
    square = _cells(colour_NCHW * colour_NCHW) / weight
    deviation = (square - mean * mean).clamp(min=0.0).sqrt() + LEAST_CONTRAST
    even_NCHW = (colour_NCHW - _full_size(mean)) / _full_size(deviation)
    even_NCHW = even_NCHW.clamp(-4.0, 4.0) * inside_N1HW
    return torch.cat([colour_NCHW * 4.0 - 1.0, even_NCHW], dim=1)


def _cells(map_NCHW: Tensor) -> Tensor:
    """Return averages over cells, smoothed over their neighbours.

    Rows before columns, as `export/pools.py` has it: a deviation is a small difference of large
    numbers, in which another order shows.
    """
    photographs, channels, height, width = map_NCHW.shape
    rows, columns = height // CELL_PX, width // CELL_PX
    whole = map_NCHW[..., : rows * CELL_PX, : columns * CELL_PX]
    in_rows = whole.reshape(photographs, channels, rows, CELL_PX, columns * CELL_PX).mean(dim=3)
    cells: Tensor = in_rows.reshape(photographs, channels, rows, columns, CELL_PX).mean(dim=4)
    for _ in range(2):
        cells = functional.avg_pool2d(cells, 3, stride=1, padding=1)
    return cells


def _full_size(cells: Tensor) -> Tensor:
    return functional.interpolate(
        cells, scale_factor=float(CELL_PX), mode="bilinear", align_corners=False
    )

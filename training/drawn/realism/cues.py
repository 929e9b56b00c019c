"""By what the judge knows a drawing: what it loses when a region is smoothed, where it is touchy.

Legend: N pictures, C colours, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import torch
from torch import nn

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from training.anatomy.vessel_network import colours
from training.drawn.realism.judge import log_odds
from training.drawn.realism.record import Cue

SMOOTHED = 0.03
"""Deviation of the Gaussian that takes a region's detail away, over the picture's side."""

Regions = Mapping[str, BoolArray]


def cues_of(
    network: nn.Module,
    pictures: Sequence[UInt8Array],
    regions: Sequence[Regions],
    device: torch.device,
) -> list[Cue]:
    """Return one cue a region: means over the drawn pictures that show it."""
    whole_N = log_odds(network, pictures, device)
    lost: dict[str, list[float]] = {}
    touchy: dict[str, list[float]] = {}
    area: dict[str, list[float]] = {}
    for picture_HWC, of_picture, odds in zip(pictures, regions, whole_N, strict=True):
        slope_HW = steepness(network, picture_HWC, device)
        field_HW = np.any(list(of_picture.values()), axis=0)
        usual = float(slope_HW[field_HW].mean()) + 1e-12
        for name, region_HW in of_picture.items():
            area.setdefault(name, []).append(float(region_HW.sum() / field_HW.sum()))
            if not region_HW.any():
                continue
            without_HWC = smoothed(picture_HWC, region_HW, field_HW)
            drop = odds - log_odds(network, [without_HWC], device)[0]
            lost.setdefault(name, []).append(float(drop))
            touchy.setdefault(name, []).append(float(slope_HW[region_HW].mean()) / usual)
    return [
        Cue(
            region=name,
            share_of_field=float(np.mean(area[name])),
            log_odds_lost=float(np.mean(lost[name])),
            steepness_over_field=float(np.mean(touchy[name])),
            photographs=len(lost[name]),
        )
        for name in lost
    ]


def smoothed(picture_HWC: UInt8Array, region_HW: BoolArray, field_HW: BoolArray) -> UInt8Array:
    """Return a picture without the detail of one region; its slow colour stays."""
    sigma = SMOOTHED * len(picture_HWC)
    weight_HW = field_HW.astype(np.float32)
    total_HWC = cv2.GaussianBlur(picture_HWC * weight_HW[..., None], (0, 0), sigma)
    share_HW = np.maximum(cv2.GaussianBlur(weight_HW, (0, 0), sigma), 1e-3)
    slow_HWC = np.clip(np.rint(total_HWC / share_HW[..., None]), 1, 255)
    return np.asarray(np.where(region_HW[..., None], slow_HWC, picture_HWC), np.uint8)


def steepness(network: nn.Module, picture_HWC: UInt8Array, device: torch.device) -> FloatArray:
    """Return how steeply the log odds move with each pixel, summed over colours, (H, W)."""
    network.eval()
    colour_NCHW = colours(torch.from_numpy(picture_HWC[None]).to(device)).requires_grad_(True)
    (slope_NCHW,) = torch.autograd.grad(network(colour_NCHW).sum(), colour_NCHW)
    return np.asarray(slope_NCHW.abs().sum(dim=1)[0].cpu().numpy(), np.float32)

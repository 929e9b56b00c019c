"""Shifts each channel's logit so that 0.5 is its best cut on tuning people.

The shift goes into the graph, so that every reader of the probabilities uses the same cut.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import FloatArray
from training.anatomy.eyes import LabelledEye
from training.anatomy.metrics import best_cut
from training.anatomy.task import HALF, probabilities

CUTS: FloatArray = np.linspace(0.1, 0.9, 81, dtype=np.float32)
CALIBRATED = ("vessel", "disc", "cup")
"""Arteriole and venule are compared with each other and keep their logits."""


def logit_shifts(network: nn.Module, tune: list[LabelledEye]) -> list[float]:
    """Return what to add to each channel's logit, in the order of ANATOMY_CHANNELS."""
    device = torch.device("cpu")
    said: dict[str, list[FloatArray]] = {name: [] for name in CALIBRATED}
    meant: dict[str, list[np.ndarray]] = {name: [] for name in CALIBRATED}
    for eye in tune:
        probability_KHW = probabilities(network, eye, device)
        for name in CALIBRATED:
            k = ANATOMY_CHANNELS.index(name)
            known = (eye.known_KHW[k] >= HALF) & (eye.image_HWC.max(axis=2) > 0)
            said[name].append(probability_KHW[k][known])
            meant[name].append(eye.label_KHW[k][known] >= HALF)
    shifts = dict.fromkeys(ANATOMY_CHANNELS, 0.0)
    for name in CALIBRATED:
        cut = best_cut(np.concatenate(said[name]), np.concatenate(meant[name]), CUTS)
        shifts[name] = -float(np.log(cut / (1.0 - cut)))
    return [shifts[name] for name in ANATOMY_CHANNELS]

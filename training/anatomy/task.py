"""The anatomy model as a training task: its batches, loss and scores.

Legend: N photographs, K channels of ANATOMY_CHANNELS, H rows, W columns, C colours.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import FloatArray
from training.ahead import Ahead
from training.anatomy.augment import Batch, augmented_batch
from training.anatomy.eyes import LabelledEye
from training.anatomy.loss import MaskedDiceCrossEntropy
from training.anatomy.metrics import Overlap, artery_vein_accuracy, overlap
from training.anatomy.network import anatomy_network, normalised
from training.errors import CohortError
from training.recipe import Recipe

HALF = 128
"""Labels are 0 to 255: from here on a pixel belongs to the structure."""


class AnatomyTask:
    """Learns from `train`, is scored on `tune`."""

    def __init__(self, recipe: Recipe, train: list[LabelledEye], tune: list[LabelledEye]) -> None:
        for role, eyes in (("train", train), ("tune", tune)):
            missing = sorted(set(recipe.sets) - {eye.set_name for eye in eyes})
            if missing and (role == "train" or len(missing) == len(recipe.sets)):
                raise CohortError(f"no labelled photographs of role {role} in {missing}")
        self.recipe, self._train, self._tune = recipe, train, tune
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = anatomy_network(recipe)
        self._loss = MaskedDiceCrossEntropy(recipe.channel_weights)
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        rng = np.random.default_rng([self.recipe.seed, step])
        recipe = self.recipe
        shares = dict(zip(recipe.sets, recipe.set_shares, strict=True))
        return augmented_batch(self._train, shares, rng, recipe.batch_size, recipe.patch_size_px)

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's batch: a pure function of (seed, step)."""
        image, label, known = self._batches.at(step)
        image_NCHW = normalised(torch.from_numpy(image).to(device))
        logits = self.network(image_NCHW.contiguous(memory_format=torch.channels_last))
        loss: Tensor = self._loss(
            logits.float(), _unit(label).to(device), (_unit(known) >= 0.5).float().to(device)
        )
        return loss

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return vessel F1, artery/vein accuracy, disc and cup Dice on tuning people."""
        totals = {channel: Overlap() for channel in ANATOMY_CHANNELS}
        accuracies: list[float] = []
        for eye in self._tune:
            probability_KHW = probabilities(network, eye, device)
            for k, channel in enumerate(ANATOMY_CHANNELS):
                totals[channel] += overlap(
                    probability_KHW[k] >= 0.5, eye.label_KHW[k] >= HALF, eye.known_KHW[k] >= HALF
                )
            if eye.label_KHW[1].any():
                accuracies.append(_artery_vein(probability_KHW, eye))
        scores = {f"{name}_dice": totals[name].dice for name in ("vessel", "disc", "cup")}
        scores["artery_vein_accuracy"] = float(np.mean(accuracies))
        scores["score"] = float(np.mean(list(scores.values())))
        return scores


@torch.no_grad()
def probabilities(network: nn.Module, eye: LabelledEye, device: torch.device) -> FloatArray:
    """Return the network's probabilities for one eye, shape (K, H, W), without any shift."""
    image_NHWC = torch.from_numpy(eye.image_HWC[None]).to(device)
    image_NCHW = normalised(image_NHWC).contiguous(memory_format=torch.channels_last)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits = network(image_NCHW)
    return np.asarray(torch.sigmoid(logits.float())[0].cpu().numpy(), dtype=np.float32)


def _artery_vein(probability_KHW: FloatArray, eye: LabelledEye) -> float:
    """Return the accuracy over all labelled pixels: early on, few are called vessel yet."""
    known = eye.known_KHW[1] >= HALF
    accuracy, _ = artery_vein_accuracy(
        probability_KHW[1],
        probability_KHW[2],
        np.ones_like(known),
        (eye.label_KHW[1] >= HALF) & known,
        (eye.label_KHW[2] >= HALF) & known,
    )
    return accuracy


def _unit(label: np.ndarray) -> Tensor:
    return torch.from_numpy(label).float() / 255.0

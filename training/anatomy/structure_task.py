"""The structure network as a training task: its recipe, batches, loss and scores.

Legend: N photographs, K structures, H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_runtime.domain import FloatArray
from training.ahead import Ahead
from training.anatomy.augment import Batch, augmented_batch
from training.anatomy.eyes import LabelledEye
from training.anatomy.loss import MaskedDiceCrossEntropy
from training.anatomy.metrics import artery_vein_accuracy, overlap
from training.anatomy.structure_network import structure_network
from training.anatomy.vessel_network import evened
from training.anatomy.vessel_task import HALF, unit
from training.errors import CohortError
from training.recipe import Recipe, check_multiple, check_shares

CHANNELS = ("arteriole", "venule", "disc", "cup", "fovea")
"""What is read from the labels; the first two become one answer, `kind`."""

SEGMENTED = ("disc", "cup", "fovea")
PRESENCE_WEIGHTS = (1.0, 1.0, 20.0)
"""The fovea's label covers a three-hundredth of the field; with 1 it was never found."""

KIND_WEIGHT = 2.0
"""Only a few photographs in a batch have it, and it is the hardest to tell."""


@dataclass(frozen=True, kw_only=True)
class StructureRecipe(Recipe):
    """How the structure network is trained."""

    label_size_px: int
    """Side of the images that patches are cut from; the vessel network's."""

    sets: tuple[str, ...]
    set_shares: tuple[float, ...]
    """How often a photograph of each set is shown; they sum to 1."""

    left_out: tuple[str, ...] = ()
    """Sets that were not learned from, so that they can be judged on as never seen."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 32)
        check_shares(self.sets, self.set_shares)


class StructureTask:
    """Learns from `train`, is scored on `tune`."""

    def __init__(
        self, recipe: StructureRecipe, train: list[LabelledEye], tune: list[LabelledEye]
    ) -> None:
        missing = sorted(set(recipe.sets) - {eye.set_name for eye in train})
        if missing or not tune:
            raise CohortError(f"no labelled photographs to learn from in {missing} or to tune on")
        self.recipe, self._train, self._tune = recipe, train, tune
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = structure_network()
        self._loss = MaskedDiceCrossEntropy([1.0] * len(SEGMENTED), PRESENCE_WEIGHTS)
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, step])
        shares = dict(zip(recipe.sets, recipe.set_shares, strict=True))
        return augmented_batch(
            self._train,
            shares,
            rng,
            recipe.batch_size,
            recipe.image_size_px,
            scale=recipe.image_size_px / recipe.label_size_px,
        )

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's batch: a pure function of (seed, step)."""
        image, label, known = self._batches.at(step)
        label_NKHW = unit(label).to(device)
        known_NKHW = (unit(known) >= 0.5).float().to(device)
        logits_NKHW = _logits(self.network, torch.from_numpy(image).to(device))
        segmented: Tensor = self._loss(logits_NKHW[:, 1:], label_NKHW[:, 2:], known_NKHW[:, 2:])
        return segmented + KIND_WEIGHT * kind_loss(
            logits_NKHW[:, 0], label_NKHW[:, :2], known_NKHW[:, 0]
        )

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return artery/vein accuracy, and disc, cup and fovea Dice, on tuning people."""
        found: dict[str, list[float]] = {}
        for eye in self._tune:
            logits_KHW = structure_logits(network, eye, self.recipe.image_size_px, device)
            for name, value in _eye_scores(logits_KHW, eye).items():
                found.setdefault(name, []).append(value)
        scores = {name: float(np.mean(values)) for name, values in sorted(found.items())}
        return {**scores, "score": float(np.mean(list(scores.values())))}


def kind_loss(kind_NHW: Tensor, label_NKHW: Tensor, known_NHW: Tensor) -> Tensor:
    """Return the cross entropy of arteriole against venule over pixels labelled as one of them."""
    arteriole_NHW, venule_NHW = label_NKHW[:, 0], label_NKHW[:, 1]
    vessel_NHW = torch.maximum(arteriole_NHW, venule_NHW) * known_NHW
    share_NHW = arteriole_NHW / (arteriole_NHW + venule_NHW).clamp(min=1e-3)
    loss: Tensor = functional.binary_cross_entropy_with_logits(
        kind_NHW, share_NHW, weight=vessel_NHW, reduction="sum"
    )
    return loss / vessel_NHW.sum().clamp(min=1.0)


@torch.no_grad()
def structure_logits(
    network: nn.Module, eye: LabelledEye, image_size_px: int, device: torch.device
) -> FloatArray:
    """Return the logits of one eye, shape (K, H, W), at the size of its labels."""
    image_NCHW = torch.from_numpy(eye.image_HWC[None]).to(device).permute(0, 3, 1, 2).float()
    small_NCHW = functional.interpolate(
        image_NCHW, size=(image_size_px, image_size_px), mode="bilinear"
    )
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits_NKHW = _logits(network, small_NCHW.permute(0, 2, 3, 1))
    side = len(eye.image_HWC)
    full_NKHW = functional.interpolate(logits_NKHW, size=(side, side), mode="bilinear")
    return np.asarray(full_NKHW[0].cpu().numpy(), dtype=np.float32)


def _logits(network: nn.Module, image_NHWC: Tensor) -> Tensor:
    """Return logits at the picture's own size, float32."""
    image_NCHW = evened(image_NHWC).contiguous(memory_format=torch.channels_last)
    half: Tensor = network(image_NCHW)
    return functional.interpolate(half.float(), scale_factor=2.0, mode="bilinear")


def _eye_scores(logits_KHW: FloatArray, eye: LabelledEye) -> dict[str, float]:
    scores = {}
    for k, name in enumerate(SEGMENTED, start=1):
        label_HW, known_HW = eye.label_KHW[k + 1] >= HALF, eye.known_KHW[k + 1] >= HALF
        if label_HW.any():
            scores[f"{name}_dice"] = overlap(logits_KHW[k] >= 0.0, label_HW, known_HW).dice
    known_HW = eye.known_KHW[0] >= HALF
    if eye.label_KHW[0].any():
        accuracy, _ = artery_vein_accuracy(
            logits_KHW[0],
            -logits_KHW[0],
            np.ones_like(known_HW),
            (eye.label_KHW[0] >= HALF) & known_HW,
            (eye.label_KHW[1] >= HALF) & known_HW,
        )
        scores["artery_vein_accuracy"] = accuracy
    return scores

"""The one small network of a cell of the table: masks of a few structures, from random weights.

What teaches it differs from cell to cell; its size, its steps, its batches' size and how they are
shown anew do not.

Legend: N photographs, K structures, H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.domain import UInt8Array
from training.ahead import Ahead
from training.anatomy.augment import Batch, augmented_batch
from training.anatomy.eyes import LabelledEye
from training.anatomy.loss import MaskedDiceCrossEntropy
from training.anatomy.metrics import overlap
from training.anatomy.vessel_network import evened, vessel_network
from training.anatomy.vessel_task import HALF, unit
from training.errors import CohortError, RecipeError
from training.recipe import Recipe, check_multiple, check_shares


@dataclass(frozen=True, kw_only=True)
class MaskRecipe(Recipe):
    """How the network of every cell of one task is trained."""

    structures: tuple[str, ...]
    """Columns of the manifest whose masks are learned."""

    patch_size_px: int
    features: tuple[int, ...]
    """Channels of the U-Net from full resolution down, then of its last layer."""

    zoom: tuple[float, float]
    """One range for drawn and real alike; fields of 30 and of 45 degrees are both met."""

    most_drawn: int
    """Drawn photographs learned from, at most."""

    most_drawn_tune: int
    """Drawn photographs tuned on, at most."""

    sets: tuple[str, ...] = ()
    set_shares: tuple[float, ...] = ()
    """What teaches this cell, and how often it is shown; the recipe's file leaves it open."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 16)
        check_multiple("patch_size_px", self.patch_size_px, 16)
        if self.patch_size_px > self.image_size_px:
            raise RecipeError("patch_size_px must not exceed image_size_px")
        if self.sets:
            check_shares(self.sets, self.set_shares)


class MaskTask:
    """Learns from `train`, is scored on `tune`; the loop's Task."""

    def __init__(
        self, recipe: MaskRecipe, train: Sequence[LabelledEye], tune: Sequence[LabelledEye]
    ) -> None:
        missing = sorted(set(recipe.sets) - {eye.set_name for eye in train})
        if missing or not recipe.sets or not tune:
            raise CohortError(f"no labelled photographs to learn from in {missing} or to tune on")
        self.recipe, self._train, self._tune = recipe, list(train), list(tune)
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = vessel_network(recipe.features, len(recipe.structures))
        self._loss = MaskedDiceCrossEntropy([1.0] * len(recipe.structures))
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        recipe = self.recipe
        return augmented_batch(
            self._train,
            dict(zip(recipe.sets, recipe.set_shares, strict=True)),
            np.random.default_rng([recipe.seed, step]),
            recipe.batch_size,
            recipe.patch_size_px,
            zoom=recipe.zoom,
        )

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's batch: a pure function of (seed, step)."""
        image, label, known = self._batches.at(step)
        image_NCHW = evened(torch.from_numpy(image).to(device))
        logits = self.network(image_NCHW.contiguous(memory_format=torch.channels_last))
        loss: Tensor = self._loss(
            logits.float(), unit(label).to(device), (unit(known) >= 0.5).float().to(device)
        )
        return loss

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return the mean F1 at 0.5 of each structure on tuning people, and their mean."""
        found: dict[str, list[float]] = {name: [] for name in self.recipe.structures}
        for eye in self._tune:
            said_KHW = said(network, eye.image_HWC, device) >= HALF
            for k, name in enumerate(self.recipe.structures):
                known_HW = eye.known_KHW[k] >= HALF
                counts = overlap(said_KHW[k], eye.label_KHW[k] >= HALF, known_HW)
                found[name].append(counts.dice)
        scores = {f"{name}_f1": float(np.mean(values)) for name, values in found.items()}
        return {**scores, "score": float(np.mean(list(scores.values())))}


@torch.no_grad()
def said(network: nn.Module, image_HWC: UInt8Array, device: torch.device) -> UInt8Array:
    """Return the probability of each structure times 255 on a network image, (K, H, W)."""
    image_NCHW = evened(torch.from_numpy(image_HWC[None]).to(device))
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits = network(image_NCHW.contiguous(memory_format=torch.channels_last))
    probability_KHW = torch.sigmoid(logits.float())[0].cpu().numpy()
    return np.asarray(np.rint(255.0 * probability_KHW), np.uint8)

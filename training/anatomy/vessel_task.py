"""The vessel network as a training task: its recipe, batches, loss and scores.

Legend: N photographs, K channels (vessel alone), H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.domain import FloatArray
from training.ahead import Ahead
from training.anatomy.augment import Batch, augmented_batch
from training.anatomy.eyes import LabelledEye
from training.anatomy.loss import MaskedDiceCrossEntropy
from training.anatomy.metrics import overlap
from training.anatomy.vessel_network import evened, vessel_network
from training.errors import CohortError, RecipeError
from training.recipe import Recipe, check_multiple, check_shares

HALF = 128
"""Labels are 0 to 255: from here on a pixel belongs to the structure."""

CHANNELS = ("vessel",)


@dataclass(frozen=True, kw_only=True)
class VesselRecipe(Recipe):
    """How the vessel network is trained."""

    patch_size_px: int
    """Side of the patches cut from the network image."""

    square_px: int
    """Side of the squares of pixels that the U-Net sees as one."""

    features: tuple[int, ...]
    """Channels of the U-Net from whole squares down, then of its last layer."""

    sets: tuple[str, ...]
    """Photograph sets to learn from."""

    set_shares: tuple[float, ...]
    """How often a patch comes from each set, in the order of `sets`; they sum to 1."""

    left_out: tuple[str, ...] = ()
    """Sets that were not learned from, so that they can be judged on as never seen."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 16 * self.square_px)
        check_multiple("patch_size_px", self.patch_size_px, 16 * self.square_px)
        check_shares(self.sets, self.set_shares)
        if self.patch_size_px > self.image_size_px:
            raise RecipeError("patch_size_px must not exceed image_size_px")


class VesselTask:
    """Learns from `train`, is scored on `tune`."""

    def __init__(
        self, recipe: VesselRecipe, train: list[LabelledEye], tune: list[LabelledEye]
    ) -> None:
        missing = sorted(set(recipe.sets) - {eye.set_name for eye in train})
        if missing or not tune:
            raise CohortError(f"no labelled photographs to learn from in {missing} or to tune on")
        self.recipe, self._train, self._tune = recipe, train, tune
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = vessel_network(recipe.features, square_px=recipe.square_px)
        self._loss = MaskedDiceCrossEntropy([1.0])
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        rng = np.random.default_rng([self.recipe.seed, step])
        shares = dict(zip(self.recipe.sets, self.recipe.set_shares, strict=True))
        size = self.recipe.batch_size
        return augmented_batch(self._train, shares, rng, size, self.recipe.patch_size_px)

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
        """Return the mean vessel F1 at 0.5 of each set, on tuning people, and their mean."""
        by_set: dict[str, list[float]] = {}
        for eye in self._tune:
            said_HW = vessel_probability(network, eye, device) >= 0.5
            counts = overlap(said_HW, eye.label_KHW[0] >= HALF, eye.known_KHW[0] >= HALF)
            by_set.setdefault(eye.set_name, []).append(counts.dice)
        scores = {f"vessel_f1_{name}": float(np.mean(f1)) for name, f1 in by_set.items()}
        return {**scores, "score": float(np.mean(list(scores.values())))}


@torch.no_grad()
def vessel_probability(network: nn.Module, eye: LabelledEye, device: torch.device) -> FloatArray:
    """Return the network's probability of vessel for one eye, shape (H, W), without any shift."""
    image_NHWC = torch.from_numpy(eye.image_HWC[None]).to(device)
    image_NCHW = evened(image_NHWC).contiguous(memory_format=torch.channels_last)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits = network(image_NCHW)
    return np.asarray(torch.sigmoid(logits.float())[0, 0].cpu().numpy(), dtype=np.float32)


def unit(label: np.ndarray) -> Tensor:
    """Return labels of 0 to 255 as a tensor in [0, 1]."""
    return torch.from_numpy(label).float() / 255.0

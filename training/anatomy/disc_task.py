"""The disc network as a training task: its recipe, batches, loss and scores.

Legend: N crops, K = disc and cup, H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.domain import FloatArray, UInt8Array
from training.ahead import Ahead
from training.anatomy.disc_batches import Batch, disc_batch, middle
from training.anatomy.disc_eyes import CHANNELS, HALF_THE_EXPERTS, DiscEye
from training.anatomy.disc_network import disc_network, full_size, standardised
from training.anatomy.loss import MaskedDiceCrossEntropy
from training.anatomy.metrics import overlap
from training.anatomy.vessel_task import unit
from training.errors import CohortError
from training.recipe import Recipe, check_multiple, check_shares

CHANNEL_WEIGHTS = (1.0, 2.0)
"""The cup's edge is the harder one and only one set has it."""


@dataclass(frozen=True, kw_only=True)
class DiscRecipe(Recipe):
    """How the disc network is trained."""

    margin: float
    """What the crop shows around the disc, as a share of the disc's radius."""

    sets: tuple[str, ...]
    set_shares: tuple[float, ...]
    """How often a photograph of each set is shown; they sum to 1."""

    left_out: tuple[str, ...] = ()
    """Sets that were not learned from, so that they can be judged on as never seen."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 16)
        check_shares(self.sets, self.set_shares)

    @property
    def wide_margin(self) -> float:
        """Margin of the squares that crops are cut from: twice as wide as a crop."""
        return 2.0 * self.margin + 1.0

    @property
    def wide_size_px(self) -> int:
        """Side of those squares."""
        return 2 * self.image_size_px


class DiscTask:
    """Learns from `train`, is scored on `tune`."""

    def __init__(self, recipe: DiscRecipe, train: list[DiscEye], tune: list[DiscEye]) -> None:
        missing = sorted(set(recipe.sets) - {eye.set_name for eye in train})
        if missing or not tune:
            raise CohortError(f"no labelled discs to learn from in {missing} or to tune on")
        self.recipe, self._train, self._tune = recipe, train, tune
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = disc_network()
        self._loss = MaskedDiceCrossEntropy(CHANNEL_WEIGHTS)
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, step])
        shares = dict(zip(recipe.sets, recipe.set_shares, strict=True))
        return disc_batch(self._train, shares, rng, recipe.batch_size, recipe.image_size_px)

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's batch: a pure function of (seed, step)."""
        image, label, known = self._batches.at(step)
        label_NKHW = unit(label).to(device)
        known_NK11 = torch.from_numpy(known).float().to(device)[..., None, None]
        logits_NKHW = _logits(self.network, torch.from_numpy(image).to(device))
        loss: Tensor = self._loss(logits_NKHW, label_NKHW, known_NK11.expand_as(label_NKHW))
        return loss

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return disc and cup Dice on the crops of tuning people; where both are known."""
        found: dict[str, list[float]] = {}
        for eye in self._tune:
            if not eye.known_K.all():
                continue
            logits_KHW = disc_logits(network, eye, self.recipe.image_size_px, device)
            for name, value in _eye_scores(logits_KHW, eye, self.recipe.image_size_px).items():
                found.setdefault(name, []).append(value)
        scores = {name: float(np.mean(values)) for name, values in sorted(found.items())}
        return {**scores, "score": float(np.mean([scores["disc_dice"], scores["cup_dice"]]))}


@torch.no_grad()
def disc_logits(
    network: nn.Module, eye: DiscEye, image_size_px: int, device: torch.device
) -> FloatArray:
    """Return the logits of one eye's crop, shape (K, H, W)."""
    crop_HWC = np.ascontiguousarray(middle(eye.image_HWC, image_size_px))
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits_NKHW = _logits(network, torch.from_numpy(crop_HWC[None]).to(device))
    return np.asarray(logits_NKHW[0].cpu().numpy(), dtype=np.float32)


def _logits(network: nn.Module, image_NHWC: Tensor) -> Tensor:
    crop_NCHW = standardised(image_NHWC).contiguous(memory_format=torch.channels_last)
    return full_size(network(crop_NCHW))


def _eye_scores(logits_KHW: FloatArray, eye: DiscEye, px: int) -> dict[str, float]:
    scores, heights = {}, []
    for k, name in enumerate(CHANNELS):
        truth_HW = middle(eye.label_KHW[k], px) >= HALF_THE_EXPERTS
        said_HW = logits_KHW[k] >= 0.0
        scores[f"{name}_dice"] = overlap(said_HW, truth_HW, np.ones_like(truth_HW)).dice
        heights.append((_height(said_HW), _height(truth_HW)))
    (disc, true_disc), (cup, true_cup) = heights
    scores["cdr_error"] = abs(cup / max(disc, 1) - true_cup / max(true_disc, 1))
    return scores


def _height(mask_HW: UInt8Array | np.ndarray) -> int:
    rows = np.flatnonzero(mask_HW.any(axis=1))
    return int(rows[-1] - rows[0] + 1) if rows.size else 0

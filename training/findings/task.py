"""The findings model as a training task: its recipe, batches, loss and scores.

Legend: N photographs, K grades or conditions, C colours, H rows, W columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_runtime.contracts.tensors import REFERABLE_FROM
from edge_runtime.domain import FloatArray, UInt8Array
from training.ahead import Ahead
from training.anatomy.metrics import area_under_roc
from training.augmentation import other_camera, placed, placement
from training.errors import CohortError, RecipeError
from training.findings.eyes import GradedEye
from training.findings.networks import GRADES, findings_network, seen
from training.recipe import Recipe, check_multiple

NOT_KNOWN = -1
STARTS = ("imagenet", "random")

Batch = tuple[UInt8Array, np.ndarray, np.ndarray]
"""image_NHWC, grade_N, maculopathy_N; NOT_KNOWN where nobody graded."""


@dataclass(frozen=True, kw_only=True)
class FindingsRecipe(Recipe):
    """How the findings model is trained."""

    sets: tuple[str, ...]
    start: str
    """`imagenet` or `random`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 32)
        if self.start not in STARTS:
            raise RecipeError(f"start must be one of {', '.join(STARTS)}, got {self.start!r}")


class FindingsTask:
    """Learns from `train`, is scored on `tune`."""

    def __init__(
        self, recipe: FindingsRecipe, train: list[GradedEye], tune: list[GradedEye]
    ) -> None:
        for role, eyes in (("train", train), ("tune", tune)):
            if not eyes:
                raise CohortError(f"no graded photographs of role {role} in {recipe.sets}")
        self.recipe, self._train, self._tune = recipe, train, tune
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = findings_network(recipe.start)
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        rng = np.random.default_rng([self.recipe.seed, step])
        eyes = [self._train[i] for i in self._turn(step)]
        images = [_shown(eye.image_HWC, rng) for eye in eyes]
        grades = [NOT_KNOWN if eye.dr_grade is None else eye.dr_grade for eye in eyes]
        ill = [NOT_KNOWN if eye.maculopathy is None else int(eye.maculopathy) for eye in eyes]
        return np.stack(images), np.array(grades), np.array(ill)

    def _turn(self, step: int) -> list[int]:
        """Return whose turn it is: each photograph once an epoch, in a new order each time."""
        size, count = self.recipe.batch_size, len(self._train)
        places = range(step * size, (step + 1) * size)
        orders = {
            epoch: np.random.default_rng([self.recipe.seed, 1, epoch]).permutation(count)
            for epoch in {place // count for place in places}
        }
        return [int(orders[place // count][place % count]) for place in places]

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's batch: a pure function of (seed, step)."""
        image, grade, ill = self._batches.at(step)
        image_NCHW = seen(torch.from_numpy(image).to(device))
        logits_NK = self.network(image_NCHW.contiguous(memory_format=torch.channels_last)).float()
        return findings_loss(
            logits_NK, torch.from_numpy(grade).to(device), torch.from_numpy(ill).to(device)
        )

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return AUC of referable retinopathy and of maculopathy on tuning people."""
        logits_NK = findings_logits(network, self._tune, device)
        return _areas(logits_NK, self._tune)


def findings_loss(logits_NK: Tensor, grade_N: Tensor, ill_N: Tensor) -> Tensor:
    """Return the cross entropy of the grade, of referable, and of maculopathy, summed.

    Referable is scored by itself as it is what is acted on; what nobody graded does not count.
    """
    graded = grade_N != NOT_KNOWN
    judged = ill_N != NOT_KNOWN
    loss = logits_NK.sum() * 0.0
    if graded.any():
        of_grade_NK = logits_NK[graded, :GRADES]
        loss = loss + functional.cross_entropy(of_grade_NK, grade_N[graded], label_smoothing=0.05)
        referable_N = (grade_N[graded] >= REFERABLE_FROM).float()
        loss = loss + functional.binary_cross_entropy_with_logits(
            referable_logit(of_grade_NK), referable_N
        )
    if judged.any():
        loss = loss + functional.binary_cross_entropy_with_logits(
            logits_NK[judged, GRADES], ill_N[judged].float()
        )
    return loss


def referable_logit(of_grade_NK: Tensor) -> Tensor:
    """Return the log odds of grade 2 or more, shape (N,)."""
    above: Tensor = torch.logsumexp(of_grade_NK[:, REFERABLE_FROM:], dim=1)
    below: Tensor = torch.logsumexp(of_grade_NK[:, :REFERABLE_FROM], dim=1)
    return above - below


@torch.no_grad()
def findings_logits(network: nn.Module, eyes: list[GradedEye], device: torch.device) -> FloatArray:
    """Return the logits of each eye, shape (N, K), uncalibrated."""
    logits = []
    for eye in eyes:
        image_NCHW = seen(torch.from_numpy(eye.image_HWC[None]).to(device))
        with torch.autocast(device.type, dtype=torch.bfloat16):
            one_NK = network(image_NCHW.contiguous(memory_format=torch.channels_last))
        logits.append(one_NK.float().cpu().numpy()[0])
    return np.stack(logits).astype(np.float32)


def _areas(logits_NK: FloatArray, eyes: list[GradedEye]) -> dict[str, float]:
    referable_N = referable_logit(torch.from_numpy(logits_NK[:, :GRADES])).numpy()
    graded = np.array([eye.dr_grade is not None for eye in eyes])
    is_referable = np.array([(eye.dr_grade or 0) >= REFERABLE_FROM for eye in eyes])
    judged = np.array([eye.maculopathy is not None for eye in eyes])
    is_ill = np.array([bool(eye.maculopathy) for eye in eyes])
    scores = {
        "referable_auc": area_under_roc(referable_N[graded], is_referable[graded]),
        "maculopathy_auc": area_under_roc(logits_NK[judged, GRADES], is_ill[judged]),
    }
    return {**scores, "score": float(np.mean(list(scores.values())))}


def _shown(image_HWC: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Return the photograph as another camera might have taken it; any turn, either eye."""
    side = len(image_HWC)
    where = placement(side, side, rng, zoom=(0.9, 1.15), turn_degrees=180.0, reach_px=0.04 * side)
    return other_camera(placed(image_HWC, where, side), rng)

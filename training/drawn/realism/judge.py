"""The judge: a small network from random weights that tells one camp's photographs from others'.

It sees levelled pictures of the whole field, their colours as they are (the green one with them)
and evened out for local light and contrast. Nothing about it depends on who is told from whom.

Legend: N pictures, C colours, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_runtime.domain import UInt8Array
from training.ahead import Ahead
from training.anatomy.vessel_network import colours, evened_colours
from training.errors import CohortError
from training.evaluation.statistics import Numbers, area_under_curve
from training.recipe import Recipe, check_multiple

SCORED = 8
"""Pictures of each camp on which the loop says how well it has learned; nothing is picked by it."""

Pictures = Sequence[UInt8Array]


@dataclass(frozen=True, kw_only=True)
class JudgeRecipe(Recipe):
    """How every judge is trained."""

    channels: tuple[int, ...]
    """Of each halving of the picture."""

    plain_image_size_px: int
    """Side of the pictures from which the plain statistics are taken."""

    most_photographs: int
    """Of each set, and of drawn people learned from and held out, at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 2 ** len(self.channels))
        check_multiple("batch_size", self.batch_size, 2)


class Judge(nn.Module):
    """Returns the log odds (N,) that pictures (N, C, H, W), colours in [0, 1], are the camp's."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        into = (6, *channels[:-1])
        self.layers = nn.Sequential(
            *(_halving(before, after) for before, after in zip(into, channels, strict=True))
        )
        self.head = nn.Linear(2 * channels[-1], 1)

    def forward(self, colour_NCHW: Tensor) -> Tensor:
        """Return the log odds; the mean and the largest answer of each last channel decide."""
        seen = self.layers(evened_colours(colour_NCHW))
        pooled = torch.cat([seen.mean(dim=(2, 3)), seen.amax(dim=(2, 3))], dim=1)
        odds: Tensor = self.head(pooled)[:, 0]
        return odds


class JudgeTask:
    """Learns to tell one camp's pictures from those of several others; the loop's Task."""

    def __init__(self, recipe: JudgeRecipe, told: Pictures, others: Mapping[str, Pictures]) -> None:
        if not told or not others or not all(others.values()):
            raise CohortError("a judge needs pictures of the camp and of every other")
        self.recipe, self._told, self._others = recipe, told, list(others.values())
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = Judge(recipe.channels)
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> UInt8Array:
        """Return half a batch of the camp, then half a batch of the others, sets alike."""
        rng = np.random.default_rng([self.recipe.seed, step])
        half = self.recipe.batch_size // 2
        ours = [self._told[int(rng.integers(len(self._told)))] for _ in range(half)]
        sets = [self._others[int(rng.integers(len(self._others)))] for _ in range(half)]
        theirs = [pictures[int(rng.integers(len(pictures)))] for pictures in sets]
        return np.stack([_flipped(picture, rng) for picture in [*ours, *theirs]])

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the cross entropy of this step's batch: a pure function of (seed, step)."""
        picture_NHWC = torch.from_numpy(self._batches.at(step)).to(device)
        odds_N = self.network(colours(picture_NHWC)).float()
        half = len(odds_N) // 2
        truth_N = torch.cat([odds_N.new_ones(half), odds_N.new_zeros(half)])
        return functional.binary_cross_entropy_with_logits(odds_N, truth_N)

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return the AUC on pictures learned from, so that one sees whether it learned at all."""
        ours = log_odds(network, self._told[:SCORED], device)
        theirs = log_odds(network, [p for s in self._others for p in s[:SCORED]], device)
        odds_N = np.concatenate([ours, theirs])
        return {"score": area_under_curve(odds_N, np.arange(len(odds_N)) < len(ours))}


@torch.no_grad()
def log_odds(network: nn.Module, pictures: Pictures, device: torch.device) -> Numbers:
    """Return the judge's log odds, shape (N,), that each picture is the camp's."""
    network.eval()
    odds = [
        network(colours(torch.from_numpy(picture[None]).to(device))).float().cpu()
        for picture in pictures
    ]
    return np.asarray(torch.cat(odds).numpy(), np.float64)


def _halving(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 5, stride=2, padding=2, bias=False),
        nn.BatchNorm2d(after),
        nn.LeakyReLU(0.1),
    )


def _flipped(picture_HWC: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    across, down = rng.integers(2, size=2) * -2 + 1
    return picture_HWC[::down, ::across]

"""The reading of signs as a training task.

Signs are learned by squared error (growing evenly beyond three deviations), so that what is read is
nearly the mean of what the sign may be given the photograph; values of the body by likelihood, with
their spread.

Legend: N photographs, S signs, B values of the body, H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.domain import FloatArray, UInt8Array
from edge_runtime.forecast.signs import SIGN_NAMES, SIGNS
from training.ahead import Ahead
from training.augmentation import placed, placement
from training.errors import RecipeError
from training.forecast.task import turn
from training.recipe import Recipe, check_multiple
from training.signs.network import SignsNetwork
from training.signs.pictures import Pictures

LOOKS = {
    "crae_um": (0, 0.12),
    "crve_um": (0, 0.12),
    "cdr_vertical": (0, 0.05),
    "disc_haemorrhage": (0, 0.07),
    "peripapillary_atrophy_dd": (0, 0.07),
    "nerve_fibre_loss": (0, 0.15),
    "log_drusen": (1, 0.13),
}
"""Where some signs lie: around which place (0 the disc, 1 the fovea), and how far, in shares of the
picture's side. From nothing a network takes thousands of photographs to find the disc."""
LEAST_DEVIATION = 0.05
"""Of a sign that hardly anybody has."""
JUDGED_TOGETHER = 25


@dataclass(frozen=True, kw_only=True)
class SignsRecipe(Recipe):
    """How the reading of signs is trained."""

    start: str
    """`imagenet` or `random`."""
    width: int
    """Channels that signs are read from."""
    look: float
    """Weight of looking where a sign lies, beside the signs."""
    frozen_stages: int
    """First stages of the encoder that stay as they start: half of a step's time on a CPU."""
    beside: float
    """Weight of what the eye tells of the body, beside the signs."""
    judged_photographs: int
    """Of the tuning photographs, how many an evaluation looks at."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 16)
        if self.start not in ("imagenet", "random"):
            raise RecipeError(f"start must be imagenet or random, got {self.start!r}")


@dataclass(frozen=True)
class _Batch:
    image_NHWC: UInt8Array
    place_NP2: FloatArray
    sign_NS: FloatArray
    body_NB: FloatArray


class SignsTask:
    """Learns from photographs of role train, is scored on those of role tune."""

    def __init__(self, recipe: SignsRecipe, learn: Pictures, tune: Pictures) -> None:
        self.recipe, self._learn, self._tune = recipe, learn, tune
        torch.manual_seed(recipe.seed)
        network = SignsNetwork(recipe.start, recipe.width, recipe.frozen_stages)
        _standardise(network, learn)
        self.network: nn.Module = network
        self._sign = network.sign_mean_S.numpy().copy(), network.sign_by_S.numpy().copy()
        self._body = network.body_mean_B.numpy().copy(), network.body_by_B.numpy().copy()
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> _Batch:
        rng = np.random.default_rng([self.recipe.seed, 2, step])
        chosen = turn(step, self.recipe.batch_size, len(self._learn), self.recipe.seed)
        return self._batch(self._learn, chosen, rng)

    def _batch(self, of: Pictures, chosen: np.ndarray, rng: np.random.Generator | None) -> _Batch:
        eyes = [of.eyes[i] for i in chosen]
        shown = [(of.image(i), of.place_NP2[i]) for i in chosen]
        if rng is not None:
            shown = [_moved(image_HWC, place_P2, rng) for image_HWC, place_P2 in shown]
        images, places = zip(*shown, strict=True)
        sign_NS = (np.stack([eye.sign_S for eye in eyes]) - self._sign[0]) / self._sign[1]
        body_NB = (np.stack([eye.body_B for eye in eyes]) - self._body[0]) / self._body[1]
        return _Batch(np.stack(images), np.stack(places), sign_NS, body_NB)

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's photographs: a pure function of (seed, step)."""
        batch = self._batches.at(step)
        images = torch.from_numpy(batch.image_NHWC).to(device)
        sign, body, spread, attention, _ = self.network(images)
        with torch.autocast(device.type, enabled=False):
            true = torch.from_numpy(batch.sign_NS).to(device)
            signs = nn.functional.smooth_l1_loss(sign.float(), true, beta=3.0)
            of_body = _of_body(
                body.float(), spread.float(), torch.from_numpy(batch.body_NB).to(device)
            )
            looks = looks_elsewhere(attention, torch.from_numpy(batch.place_NP2).to(device))
            return signs + self.recipe.beside * of_body + self.recipe.look * looks

    @torch.no_grad()
    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return the share of each sign's variance that is read, and their mean."""
        count = min(self.recipe.judged_photographs, len(self._tune))
        chosen = np.linspace(0, len(self._tune) - 1, count).astype(np.intp)
        read, true = [], []
        for start in range(0, count, JUDGED_TOGETHER):
            batch = self._batch(self._tune, chosen[start : start + JUDGED_TOGETHER], None)
            with torch.autocast(device.type, dtype=torch.bfloat16):
                outputs = network(torch.from_numpy(batch.image_NHWC).to(device))
            read.append(outputs[0].float().cpu().numpy())
            true.append(batch.sign_NS)
        off_NS, true_NS = np.concatenate(read) - np.concatenate(true), np.concatenate(true)
        share_S = 1.0 - (off_NS**2).mean(axis=0) / np.maximum(true_NS.var(axis=0), 1e-3)
        found = {sign.name: float(share) for sign, share in zip(SIGNS, share_S, strict=True)}
        return {**found, "score": float(share_S.clip(min=0.0).mean())}


def _standardise(network: SignsNetwork, learn: Pictures) -> None:
    """Set the network's means and deviations to those of the photographs it learns from."""
    sign_NS = np.stack([eye.sign_S for eye in learn.eyes])
    body_NB = np.stack([eye.body_B for eye in learn.eyes])
    network.sign_mean_S.copy_(torch.from_numpy(sign_NS.mean(axis=0)))
    by_S = np.maximum(sign_NS.std(axis=0), LEAST_DEVIATION)
    network.sign_by_S.copy_(torch.from_numpy(by_S))
    network.body_mean_B.copy_(torch.from_numpy(np.nanmean(body_NB, axis=0)))
    network.body_by_B.copy_(torch.from_numpy(np.nanstd(body_NB, axis=0)))


def _moved(
    image_HWC: UInt8Array, place_P2: FloatArray, rng: np.random.Generator
) -> tuple[UInt8Array, FloatArray]:
    side_px = len(image_HWC)
    where = placement(
        side_px, side_px, rng, zoom=(0.93, 1.07), turn_degrees=12.0, reach_px=8.0, mirrored=False
    )
    moved_P2 = (place_P2 * side_px) @ where[:, :2].T + where[:, 2]
    return placed(image_HWC, where, side_px), np.asarray(moved_P2 / side_px, np.float32)


def looks_elsewhere(attention_NSHW: Tensor, place_NP2: Tensor) -> Tensor:
    """Return the cross-entropy of attention with a bell around each sign's place, where known."""
    high, wide = attention_NSHW.shape[2:]
    y_H1 = ((torch.arange(high, device=place_NP2.device) + 0.5) / high)[:, None]
    x_1W = ((torch.arange(wide, device=place_NP2.device) + 0.5) / wide)[None]
    losses = []
    for name, (place, reach) in LOOKS.items():
        at_N2 = place_NP2[:, place]
        there_N = ((at_N2 > 0.0) & (at_N2 < 1.0)).all(dim=1)  # NaN lies nowhere
        x, y = (torch.nan_to_num(at_N2[:, axis])[:, None, None] for axis in (0, 1))
        bell = torch.exp(-((x_1W - x) ** 2 + (y_H1 - y) ** 2) / (2.0 * reach**2))
        bell = bell / bell.sum(dim=(1, 2), keepdim=True).clamp(min=1e-6)
        seen = attention_NSHW[:, SIGN_NAMES.index(name)].clamp(min=1e-8)
        loss_N = -(bell * torch.log(seen)).sum(dim=(1, 2)) * there_N
        losses.append(loss_N.sum() / there_N.sum().clamp(min=1))
    return torch.stack(losses).mean()


def _of_body(body: Tensor, spread: Tensor, true: Tensor) -> Tensor:
    """Return the negative log likelihood of what is written; each value counts alike."""
    known = (~torch.isnan(true)).float()
    off = torch.nan_to_num(true) - body
    loss = (off**2 * torch.exp(-2.0 * spread) / 2.0 + spread) * known
    return (loss.sum(dim=0) / known.sum(dim=0).clamp(min=1.0)).mean()

"""Progression as a training task: its recipe, batches, loss and scores.

Legend: N eyes, F moments, C colours, H rows, W columns, D covariates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.contracts.tensors import NOISE_SHAPE
from edge_runtime.domain import FloatArray
from training.ahead import Ahead
from training.errors import CohortError, RecipeError
from training.forecast.forgetting import level_and_spread, remembered, shown
from training.forecast.task import turn
from training.progression.courses import LEVEL, Course, load_course
from training.progression.loss import distance, energy_score, whole_field
from training.progression.network import Encoded, ProgressionNetwork, composed
from training.recipe import Recipe, check_multiple

LEARNS = ("samples", "regression")
SAMPLES_SCORED = 2
UNANSWERED: tuple[float, FloatArray] = (1.0, np.ones(3, np.float32))
"""The response of the camera itself: exponent, and gain of each colour."""


@dataclass(frozen=True, kw_only=True)
class ProgressionRecipe(Recipe):
    """How the progression is trained; a batch is of eyes, each with all its moments."""

    learns: str
    """`samples` (energy score, noise) or `regression` (one answer, no noise): the peer."""
    train_eyes: int
    tune_eyes: int
    moments: int
    height_px: int
    """Of the photographs that are drawn and then shown at `image_size_px`."""
    drawn_seed: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiple("image_size_px", self.image_size_px, 32)
        if self.learns not in LEARNS:
            raise RecipeError(f"learns must be one of {', '.join(LEARNS)}, got {self.learns!r}")


@dataclass(frozen=True)
class Batch:
    """Eyes of now (N, C, H, W) in [0, 1], and for each of N x F later moments the truth."""

    colour_NCHW: Tensor
    change_MCHW: Tensor
    """Grey levels; M = N x F, those of an eye together."""
    inside_M1HW: Tensor
    horizon_years_M: Tensor
    value_MD: Tensor
    known_MD: Tensor
    moments: int

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        moved: dict[str, Any] = {
            name: value.to(device)
            for name, value in vars(self).items()
            if isinstance(value, Tensor)
        }
        return replace(self, **moved)


class ProgressionTask:
    """Learns from the courses of `train`, is scored on those of `tune`."""

    def __init__(self, recipe: ProgressionRecipe, train: list[Path], tune: list[Path]) -> None:
        for role, files in (("train", train), ("tune", tune)):
            if not files:
                raise CohortError(f"no courses of drawn eyes of role {role}")
        self.recipe, self._train = recipe, train
        self._tune = [batch_of([load_course(path)], None) for path in tune]
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = ProgressionNetwork(*covariate_scale(train))
        self._batches = Ahead(self._batch_of)

    def _batch_of(self, step: int) -> Batch:
        recipe = self.recipe
        chosen = turn(step, recipe.batch_size, len(self._train), recipe.seed)
        rng = np.random.default_rng([recipe.seed, 3, step])
        return batch_of([load_course(self._train[i]) for i in chosen], rng)

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of this step's eyes: a pure function of (seed, step)."""
        batch = self._batches.at(step).to(device)
        chance = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + step)
        network = self.network
        assert isinstance(network, ProgressionNetwork)
        encoded = network.encode(batch.colour_NCHW)
        first = self._simulated(network, encoded, batch, chance, device)
        if self.recipe.learns == "regression":
            return distance(first, batch.change_MCHW, batch.inside_M1HW).mean()
        second = self._simulated(network, encoded, batch, chance, device)
        with torch.autocast(device.type, enabled=False):
            return energy_score(first, second, batch.change_MCHW, batch.inside_M1HW).mean()

    @torch.no_grad()
    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return the share of copying's whole-field error that is left out, by energy score."""
        assert isinstance(network, ProgressionNetwork)
        copied, scored, chance = 0.0, 0.0, torch.Generator().manual_seed(17)
        for kept in self._tune:
            batch = kept.to(device)
            encoded = network.encode(batch.colour_NCHW)
            first, second = (
                self._simulated(network, encoded, batch, chance, device)
                for _ in range(SAMPLES_SCORED)
            )
            truth, inside = batch.change_MCHW, batch.inside_M1HW
            copied += float(whole_field(truth, inside).sum())
            missed = whole_field(first - truth, inside) + whole_field(second - truth, inside)
            scored += float((0.5 * missed - 0.5 * whole_field(first - second, inside)).sum())
        return {"copying": copied, "energy_score": scored, "score": 1.0 - scored / copied}

    def _simulated(
        self,
        network: ProgressionNetwork,
        encoded: Encoded,
        batch: Batch,
        chance: torch.Generator,
        device: torch.device,
    ) -> Tensor:
        """Return one simulated change (M, C, H, W) a future, in grey levels."""
        many = len(batch.horizon_years_M)
        noise = torch.randn((many, *NOISE_SHAPE), generator=chance).to(device)
        if self.recipe.learns == "regression":
            noise = torch.zeros_like(noise)
        change = network.change(
            repeated(encoded, batch.moments),
            noise,
            batch.horizon_years_M,
            batch.value_MD,
            batch.known_MD,
        )
        with torch.autocast(device.type, enabled=False):
            colour = batch.colour_NCHW.repeat_interleave(batch.moments, dim=0)
            return composed(colour, change.float()) - colour * 255.0


def repeated(encoded: Encoded, moments: int) -> Encoded:
    """Return what is seen of each picture once for each of its moments."""
    return Encoded(
        tuple(part.repeat_interleave(moments, dim=0) for part in encoded.features),
        encoded.detail_NKHW.repeat_interleave(moments, dim=0),
        encoded.inside_N1HW.repeat_interleave(moments, dim=0),
    )


def batch_of(courses: list[Course], rng: np.random.Generator | None) -> Batch:
    """Return a batch of courses; `rng` None shows them as they are.

    Otherwise eyes are mirrored (a left eye is built like a right one), cameras answer otherwise,
    and parts of each person's record are forgotten.
    """
    before, after, known = [], [], []
    for course in courses:
        now = course.image_HWC.astype(np.float32)
        later = now + course.change_FHWC.astype(np.float32) / np.float32(LEVEL)
        mirrored = rng is not None and rng.random() < 0.5
        response = UNANSWERED if rng is None else _response(rng)
        step = -1 if mirrored else 1
        before.append(_answered(now[:, ::step], *response))
        after.append(_answered(later[:, :, ::step], *response))
        known.append(course.known_D)
    known_ND = np.stack(known)
    if rng is not None:
        known_ND = remembered(known_ND, rng)
    value_ND = shown(np.stack([course.value_D for course in courses]), known_ND)
    moments = len(courses[0].horizon_years_F)
    now_NHWC, later_NFHWC = np.stack(before), np.stack(after)
    inside = (now_NHWC.max(axis=3, keepdims=True) > 0).astype(np.float32)
    return Batch(
        colour_NCHW=_channels_first(now_NHWC / 255.0),
        change_MCHW=_channels_first(
            (later_NFHWC - now_NHWC[:, None]).reshape(-1, *now_NHWC.shape[1:])
        ),
        inside_M1HW=_channels_first(inside).repeat_interleave(moments, dim=0),
        horizon_years_M=torch.from_numpy(np.concatenate([c.horizon_years_F for c in courses])),
        value_MD=torch.from_numpy(value_ND).repeat_interleave(moments, dim=0),
        known_MD=torch.from_numpy(known_ND).repeat_interleave(moments, dim=0),
        moments=moments,
    )


def covariate_scale(files: list[Path]) -> tuple[Tensor, Tensor]:
    """Return mean and deviation of each covariate, (D,), over those of whom it is known."""
    people = [load_course(path) for path in files[:: max(1, len(files) // 300)]]
    value_ND = np.stack([course.value_D for course in people])
    known_ND = np.stack([course.known_D for course in people])
    # A condition that next to nobody here has tells nothing: its yes is no score of hundreds.
    mean_D, spread_D = level_and_spread(value_ND, known_ND, 0.1)
    return torch.from_numpy(mean_D), torch.from_numpy(spread_D)


def _response(rng: np.random.Generator) -> tuple[float, FloatArray]:
    gain_C = np.exp(rng.normal(0.0, 0.08, size=3) + rng.normal(0.0, 0.08)).astype(np.float32)
    return float(np.exp(rng.normal(0.0, 0.12))), gain_C


def _answered(level: FloatArray, gamma: float, gain_C: FloatArray) -> FloatArray:
    """Return levels (..., C) as another camera's response would give them."""
    if gamma == 1.0:
        return np.clip(level, 0.0, 255.0)
    curved = np.power(np.clip(level, 0.0, 255.0) / 255.0, np.float32(gamma))
    return np.asarray(np.minimum(curved * gain_C * 255.0, 255.0), np.float32)


def _channels_first(picture_NHWC: FloatArray) -> Tensor:
    moved = np.moveaxis(np.asarray(picture_NHWC, np.float32), -1, -3)
    return torch.from_numpy(np.ascontiguousarray(moved))

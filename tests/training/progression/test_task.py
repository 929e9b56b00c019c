"""The progression's training: a tiny run on drawn eyes, and what its network must hold to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from edge_runtime.contracts.tensors import NOISE_SHAPE
from edge_runtime.forecast.covariates import NAMES
from edge_runtime.simulation.composing import simulated_difference
from tests.training.progression.tiny_run import train_tiny
from training.progression.loss import distance, energy_score
from training.progression.network import ProgressionNetwork, composed
from training.progression.train import trained_progression


def network() -> ProgressionNetwork:
    torch.manual_seed(3)
    made = ProgressionNetwork(torch.zeros(len(NAMES)), torch.ones(len(NAMES)))
    with torch.no_grad():
        for head in (made.smooth, made.fine):
            head.weight *= 8.0
    return made.eval()


def inputs(years: float, seed: int = 0) -> tuple[torch.Tensor, ...]:
    rng = np.random.default_rng(seed)
    image = rng.integers(1, 256, (1, 64, 64, 3), dtype=np.uint8)
    image[:, :8] = 0
    noise = rng.standard_normal((1, *NOISE_SHAPE), dtype=np.float32)
    known = torch.ones(1, len(NAMES))
    return torch.from_numpy(image), torch.from_numpy(noise), torch.tensor([years]), known, known


@torch.no_grad()
def test_nothing_changes_at_horizon_zero_and_outside_the_field():
    assert not network()(*inputs(0.0)).any()
    later = network()(*inputs(5.0))
    assert later.abs().max() > 0
    assert not later[:, :, :8].any()


@pytest.mark.slow
@torch.no_grad()
def test_noise_makes_samples_differ():
    image, noise, *rest = inputs(5.0)

    one, other = (network()(image, sign * noise, *rest) for sign in (1.0, -1.0))

    assert (one - other).abs().max() > 0


@pytest.mark.slow
@torch.no_grad()
def test_the_runtime_composes_as_training_does():
    image, noise, *rest = inputs(5.0)
    change = network()(image, noise, *rest)
    change[:, :2] = 0.0  # they move by other splines: cubic there, straight here
    colour = image.permute(0, 3, 1, 2).float() / 255.0

    ours = (composed(colour, change) - colour * 255.0)[0].mean(dim=0).numpy()

    theirs = simulated_difference(image[0].numpy(), change[0].numpy())
    assert theirs == pytest.approx(ours, abs=1e-3)


def test_the_energy_score_of_two_equal_samples_is_their_distance():
    truth, sample = torch.zeros(1, 3, 32, 32), torch.full((1, 3, 32, 32), 2.0)
    inside = torch.ones(1, 1, 32, 32)

    missed = distance(sample, truth, inside)

    alone = energy_score(sample, sample, truth, inside)
    # A distance of nothing is not quite 0, so that it has a slope.
    assert float(alone) == pytest.approx(float(missed), abs=0.05)
    apart = energy_score(sample, -sample, truth, inside)
    assert float(apart) < 0.1 * float(missed) + 0.1


@pytest.mark.slow
def test_a_run_draws_its_eyes_learns_and_is_not_run_twice(tmp_path: Path):
    whole = train_tiny(tmp_path)
    weights = (tmp_path / "run" / "samples" / "weights.safetensors").read_bytes()
    again = train_tiny(tmp_path)

    assert whole.best_step in (2, 4)
    assert again == whole
    assert (tmp_path / "run" / "samples" / "weights.safetensors").read_bytes() == weights
    assert isinstance(trained_progression(tmp_path / "run"), ProgressionNetwork)
    drawn = sorted(path.name for path in (tmp_path / "run").rglob("*.npz"))
    assert 0 < len(drawn) <= 6

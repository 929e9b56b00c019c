"""A run that was killed goes on as if it had not been."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from training.anatomy.vessel_task import VesselRecipe
from training.checkpoint import load_weights
from training.errors import ResumeError
from training.loop import learning_rate_at, train
from training.recipe import Recipe, read_recipe, shipped_recipe

CPU = torch.device("cpu")


def a_recipe(**changes: object) -> Recipe:
    small = {
        "total_steps": 12,
        "warm_up_steps": 2,
        "evaluate_every_steps": 4,
        "learning_rate": 0.05,
        "ema_decay": 0.5,
    }
    return read_recipe(VesselRecipe, shipped_recipe("vessels"), "cpu", **{**small, **changes})


class Line(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)


class LineTask:
    """Fits y = 3x; may be told to break off at a step, as a killed process does."""

    def __init__(self, break_at: int | None = None) -> None:
        torch.manual_seed(1)
        self.network: nn.Module = Line()
        self.break_at = break_at

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        if step == self.break_at:
            raise KeyboardInterrupt
        x = torch.randn(16, 1, generator=torch.Generator().manual_seed(step))
        return (self.network(x).float() - 3 * x).square().mean()

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        x = torch.linspace(-1, 1, 9)[:, None]
        return {"score": -float((network(x) - 3 * x).square().mean().detach())}


def test_a_killed_run_ends_like_an_uninterrupted_one(tmp_path: Path):
    straight = train(LineTask(), a_recipe(), tmp_path / "straight", CPU)
    with pytest.raises(KeyboardInterrupt):
        train(LineTask(break_at=9), a_recipe(), tmp_path / "killed", CPU)

    resumed = train(LineTask(), a_recipe(), tmp_path / "killed", CPU)

    assert resumed.best_score == straight.best_score
    _, ours, _ = load_weights(VesselRecipe, resumed.weights)
    _, theirs, _ = load_weights(VesselRecipe, straight.weights)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_training_gets_better_and_keeps_its_recipe_with_the_weights(tmp_path: Path):
    before = LineTask().scores(LineTask().network, CPU)["score"]

    outcome = train(LineTask(), a_recipe(), tmp_path, CPU)

    recipe, _, facts = load_weights(VesselRecipe, outcome.weights)
    assert outcome.best_score > before
    assert recipe == a_recipe()
    assert facts["tune"]["score"] == outcome.best_score


def test_a_folder_of_another_recipe_is_not_gone_on_with(tmp_path: Path):
    train(LineTask(), a_recipe(), tmp_path, CPU)

    with pytest.raises(ResumeError):
        train(LineTask(), a_recipe(learning_rate=0.01), tmp_path, CPU)


def test_a_run_that_no_longer_improves_stops_early(tmp_path: Path):
    recipe = a_recipe(total_steps=400, learning_rate=1e-9, patience_evaluations=2)
    task = LineTask()
    scores = iter([0.5, 0.1, 0.1, 0.1, 0.1])
    task.scores = lambda network, device: {"score": next(scores)}  # type: ignore[method-assign]

    outcome = train(task, recipe, tmp_path, CPU)

    assert outcome.best_step == 4
    assert next(scores) == 0.1  # it stopped after three evaluations, not after a hundred


def test_the_learning_rate_warms_up_and_ends_at_zero():
    recipe = replace(a_recipe(), total_steps=102, warm_up_steps=2, learning_rate=1.0)

    assert learning_rate_at(0, recipe) == 0.5
    assert learning_rate_at(2, recipe) == 1.0
    assert learning_rate_at(52, recipe) == pytest.approx(0.5)
    assert learning_rate_at(102, recipe) == pytest.approx(0.0)

"""The one training loop, a straight line: learning rate, step, average, evaluate, save.

A batch is a pure function of (seed, step): a run that was killed goes on exactly as if it had not
been. The model itself (network, loss, batches, scores) comes in as a `Task`.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bar,
)
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from training.checkpoint import Progress, load_resume, save_resume, save_weights
from training.memory import keep_freed_memory
from training.recipe import Recipe


class Task(Protocol):
    """What differs from model to model."""

    network: nn.Module

    def loss_at(self, step: int, device: torch.device) -> Tensor:
        """Return the loss of the batch of this step."""
        ...

    def scores(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Return scores on tuning people; the key `score` is what is maximised."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    weights: Path
    best_score: float
    best_step: int


def train(task: Task, recipe: Recipe, run: Path, device: torch.device) -> Outcome:
    """Train (or go on training) and return where the best weights lie."""
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    keep_freed_memory()
    network = task.network.to(device)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network).requires_grad_(False)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    progress = _resumed(run, recipe, network, average, optimiser)
    log = SummaryWriter(str(run / "tensorboard"), purge_step=progress.step)
    with _bar() as bar:
        shown = bar.add_task(recipe.model, total=recipe.total_steps, completed=progress.step)
        while progress.step < recipe.total_steps and not _out_of_patience(progress, recipe):
            loss = _step(task, network, optimiser, recipe, progress.step, device)
            progress.step += 1
            _follow(average, network, recipe.ema_decay, progress.step)
            log.add_scalar("loss", loss, progress.step)
            bar.update(shown, advance=1, description=f"{recipe.model} loss {loss:.3f}")
            if _is_due(progress.step, recipe):
                _evaluate(task, average, recipe, progress, run, log, device)
                save_resume(
                    run,
                    recipe,
                    progress,
                    network.state_dict(),
                    average.state_dict(),
                    optimiser.state_dict(),
                )
    log.close()
    return Outcome(run / "weights.safetensors", progress.best_score, progress.best_step)


def learning_rate_at(step: int, recipe: Recipe) -> float:
    """Return the learning rate of a step: linear warm-up, then half a cosine to zero."""
    if step < recipe.warm_up_steps:
        return recipe.learning_rate * (step + 1) / recipe.warm_up_steps
    done = (step - recipe.warm_up_steps) / max(1, recipe.total_steps - recipe.warm_up_steps)
    return recipe.learning_rate * 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))


def _step(
    task: Task,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    recipe: Recipe,
    step: int,
    device: torch.device,
) -> float:
    for group in optimiser.param_groups:
        group["lr"] = learning_rate_at(step, recipe)
    network.train()
    optimiser.zero_grad(set_to_none=True)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        loss = task.loss_at(step, device)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move the average towards the network; early on faster, so that it forgets its start."""
    keep = min(decay, (1.0 + step) / (10.0 + step))
    for ours, theirs in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if ours.dtype.is_floating_point:
            ours.lerp_(theirs, 1.0 - keep)
        else:
            ours.copy_(theirs)


def _evaluate(
    task: Task,
    average: nn.Module,
    recipe: Recipe,
    progress: Progress,
    run: Path,
    log: SummaryWriter,
    device: torch.device,
) -> None:
    scores = task.scores(average.eval(), device)
    for name, value in scores.items():
        log.add_scalar(f"tune/{name}", value, progress.step)
    shown = ", ".join(f"{name} {value:.4f}" for name, value in scores.items())
    Console(stderr=True).print(f"step {progress.step}: {shown}")
    if scores["score"] > progress.best_score:
        progress.best_score, progress.best_step = scores["score"], progress.step
        save_weights(run, recipe, average.state_dict(), {"step": progress.step, "tune": scores})


def _resumed(
    run: Path,
    recipe: Recipe,
    network: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
) -> Progress:
    state = load_resume(run, recipe)
    if state is None:
        return Progress()
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return Progress(**state["progress"])


def _is_due(step: int, recipe: Recipe) -> bool:
    return step % recipe.evaluate_every_steps == 0 or step == recipe.total_steps


def _out_of_patience(progress: Progress, recipe: Recipe) -> bool:
    waited = progress.step - progress.best_step
    return waited >= recipe.patience_evaluations * recipe.evaluate_every_steps


def _bar() -> Bar:
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not Console(stderr=True).is_terminal,
    )

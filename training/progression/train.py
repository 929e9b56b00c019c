"""Trains the progression on drawn eyes: draws their courses into the run's folder, then learns."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from edge_runtime.contracts.cohort import Role
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.loop import Outcome, train
from training.progression.drawing import Wanted, courses_of
from training.progression.network import ProgressionNetwork
from training.progression.task import ProgressionRecipe, ProgressionTask
from training.run_settings import RunSettings


def train_progression(
    run: Path, settings: RunSettings, *, learns: str | None = None, workers: int = 1
) -> Outcome:
    """Return where the weights lie, after training (or going on) in the folder `run`.

    `learns` = `regression` trains the peer that samples are judged against, on the same courses.
    """
    recipe = settings.recipe(ProgressionRecipe, "progression", learns=learns)
    run.mkdir(parents=True, exist_ok=True)
    learn, tune = (drawn_courses(run, recipe, role, workers) for role in (Role.TRAIN, Role.TUNE))
    Console(stderr=True).print(f"{len(learn)} eyes to learn from, {len(tune)} to tune on")
    task = ProgressionTask(recipe, learn, tune)
    return train(task, recipe, run / recipe.learns, settings.device)


def trained_progression(run: Path, learns: str = "samples") -> ProgressionNetwork:
    """Return the best network of a finished run."""
    _, state, _ = load_weights(ProgressionRecipe, run / learns / WEIGHTS_FILE)
    network = ProgressionNetwork(state["mean_D"], state["deviation_D"])
    network.load_state_dict(state)
    return network.eval()


def trained_recipe(run: Path, learns: str = "samples") -> ProgressionRecipe:
    """Return the recipe of a finished run."""
    return load_weights(ProgressionRecipe, run / learns / WEIGHTS_FILE)[0]


def drawn_courses(run: Path, recipe: ProgressionRecipe, role: Role, workers: int = 1) -> list[Path]:
    """Return the files of a run's courses of role train or tune, drawing what is missing."""
    eyes = {Role.TRAIN: recipe.train_eyes, Role.TUNE: recipe.tune_eyes}[role]
    wanted = Wanted(
        recipe.drawn_seed, role, eyes, recipe.moments, recipe.image_size_px, recipe.height_px
    )
    return courses_of(wanted, run, workers)

"""Trains the forecast from covariates: people drawn, hazards from events, then the interval."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console

from edge_runtime.contracts.cohort import Role
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.errors import RecipeError
from training.forecast.controls import controlled
from training.forecast.drawing import Wanted, people_of
from training.forecast.networks import HazardNetwork, WidthNetwork
from training.forecast.people import People
from training.forecast.task import ForecastRecipe, HazardTask, WidthTask
from training.loop import Outcome, train
from training.run_settings import RunSettings
from training.signs.donors import Donors, load_donors

HAZARDS, INTERVAL, DONORS = "hazards", "interval", "donors.npz"
JUDGED_OF = 5
"""One in five of the oracle people is held back from the interval's fit, to stop it by."""


def train_forecast(
    run: Path,
    settings: RunSettings,
    *,
    knows: str | None = None,
    control: str | None = None,
    donors: Donors | None = None,
    workers: int = 1,
) -> Outcome:
    """Return where the hazards' weights lie, after training (or going on) in the folder `run`.

    `knows` = `photographs` learns what signs are worth as they are read in photographs, with the
    errors of `donors`, which are kept in the run; `signs` trains the ceiling, which is told the
    true signs of the retina. With a `control` nothing may be learned from the eyes. Raises
    RecipeError for donors that are missing or not wanted.
    """
    recipe = settings.recipe(ForecastRecipe, "forecast", knows=knows, control=control)
    if (donors is not None) != (recipe.knows == "photographs"):
        raise RecipeError("a forecast that knows photographs, and no other, needs readings of them")
    run.mkdir(parents=True, exist_ok=True)
    if donors is not None:
        donors.save(run / DONORS)
    wanted = Wanted(recipe.drawn_seed, Role.TRAIN, recipe.train_people)
    learn = as_seen(people_of(wanted, run, workers), recipe, run)
    tune = tune_people(recipe, run, workers)
    Console(stderr=True).print(f"{len(learn)} people to learn from, {len(tune)} to tune on")
    task = HazardTask(recipe, learn, tune)
    outcome = train(task, recipe, run / HAZARDS, settings.device)
    del learn, task
    fitted, judged = _split(oracle_people(recipe, run, workers))
    hazards = trained_hazards(run)
    width = WidthTask(recipe, hazards, fitted, judged)
    train(width, width.recipe, run / INTERVAL, settings.device)
    return outcome


def tune_people(recipe: ForecastRecipe, run: Path, workers: int = 1) -> People:
    """Return the tuning people with their events, without the oracle."""
    wanted = Wanted(recipe.drawn_seed, Role.TUNE, recipe.tune_people)
    return as_seen(people_of(wanted, run, workers), recipe, run)


def oracle_people(recipe: ForecastRecipe, run: Path, workers: int = 1) -> People:
    """Return the first of the tuning people with their oracle."""
    wanted = Wanted(recipe.drawn_seed, Role.TUNE, recipe.oracle_people, recipe.oracle_futures)
    return as_seen(people_of(wanted, run, workers), recipe, run)


def as_seen(people: People, recipe: ForecastRecipe, run: Path) -> People:
    """Return people with signs as a forecast of this recipe knows them, and as its control does."""
    if recipe.knows == "photographs":
        read_NS = load_donors(run / DONORS).readings(people.sign_NS, recipe.drawn_seed)
        people = replace(people, sign_NS=read_NS)
    return controlled(people, recipe.control)


def trained_recipe(run: Path) -> ForecastRecipe:
    """Return the recipe of a finished run."""
    return load_weights(ForecastRecipe, run / HAZARDS / WEIGHTS_FILE)[0]


def trained_hazards(run: Path) -> HazardNetwork:
    """Return the best hazard network of a run."""
    recipe, state, _ = load_weights(ForecastRecipe, run / HAZARDS / WEIGHTS_FILE)
    network = HazardNetwork(recipe.width, len(state["mean_D"]))
    network.load_state_dict(state)
    return network.eval()


def trained_widths(run: Path) -> WidthNetwork:
    """Return the best network of the interval's width."""
    recipe, state, _ = load_weights(ForecastRecipe, run / INTERVAL / WEIGHTS_FILE)
    network = WidthNetwork(recipe.width, len(state["mean_D"]))
    network.load_state_dict(state)
    return network.eval()


def _split(people: People) -> tuple[People, People]:
    held = np.arange(len(people)) % JUDGED_OF == 0
    return people.take(~held), people.take(held)

"""Trains the forecast from photographs on top of a finished forecast from covariates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from edge_runtime.contracts.cohort import Role
from training.drawn.camera.presets import Preset
from training.errors import CohortError
from training.forecast.drawing import Wanted, people_of
from training.forecast.photographs.case_cohort import choose, first
from training.forecast.photographs.drawn import photographed
from training.forecast.photographs.seen import SeenPeople, people_of_cohort
from training.forecast.photographs.task import PhotographRecipe, PhotographTask
from training.forecast.train import trained_hazards, trained_recipe
from training.loop import Outcome, train
from training.run_settings import RunSettings

PHOTOGRAPHS = "photographs"
RECIPE = "forecast_photographs"


def train_photographs(
    train_on: SeenPeople, tune_on: SeenPeople, run: Path, settings: RunSettings, control: str | None
) -> Outcome:
    """Return where the weights lie; the forecast from covariates lies in `run` already.

    Raises CohortError where that one was told the true signs.
    """
    recipe = settings.recipe(PhotographRecipe, RECIPE, control=control)
    if trained_recipe(run).knows != "covariates":
        raise CohortError(f"{run} was told the true signs: photographs add nothing to them")
    Console(stderr=True).print(
        f"{len(train_on)} people with photographs to learn from, {len(tune_on)} to tune on"
    )
    task = PhotographTask(recipe, trained_hazards(run), train_on, tune_on)
    folder = PHOTOGRAPHS if recipe.control == "none" else f"{PHOTOGRAPHS}_{recipe.control}"
    return train(task, recipe, run / folder, settings.device)


def cohort_of(folder: Path) -> tuple[SeenPeople, SeenPeople]:
    """Return a cohort folder's people of role train and of role tune."""
    return people_of_cohort(folder, Role.TRAIN), people_of_cohort(folder, Role.TUNE)


@dataclass(frozen=True)
class Sample:
    """How many drawn people are photographed, and with how many events of each condition."""

    train: int
    tune: int
    cases: int
    preset: Preset = Preset.MIXED
    height_px: int = 768


def drawn_sample(run: Path, sample: Sample, workers: int) -> tuple[SeenPeople, SeenPeople]:
    """Return photographed people of role train and tune, chosen among those of the run.

    Those to learn from are a case-cohort sample of the people whose events taught the covariates;
    those to tune on are the first, as they come.
    """
    recipe = trained_recipe(run)
    found = []
    for role, people in ((Role.TRAIN, recipe.train_people), (Role.TUNE, recipe.tune_people)):
        wanted = Wanted(recipe.drawn_seed, role, people)
        everybody = people_of(wanted, run, workers)
        chosen = first(sample.tune)
        if role is Role.TRAIN:
            chosen = choose(everybody, sample.train, sample.cases, recipe.seed)
        found.append(
            photographed(everybody, chosen, wanted, run, sample.preset, sample.height_px, workers)
        )
    return found[0], found[1]

"""Trains the findings model from a folder of photographs to the best weights."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from edge_runtime.contracts.cohort import Role
from training.cohort.assemble import Cohort, cohort_rows
from training.cohort.roles import rows_of
from training.findings.eyes import graded_eyes
from training.findings.task import FindingsRecipe, FindingsTask
from training.loop import Outcome, train
from training.run_settings import RunSettings


def train_findings(
    cohort: Cohort,
    run: Path,
    settings: RunSettings,
    *,
    fold: int | None = None,
    start: str | None = None,
) -> Outcome:
    """Return where the best weights lie, after training (or going on) in the folder `run`.

    `start` = `random` leaves ImageNet's weights out, to show what they bring.
    """
    recipe = settings.recipe(FindingsRecipe, "findings", fold=fold, start=start)
    run.mkdir(parents=True, exist_ok=True)
    rows = cohort_rows(cohort, recipe.sets, run)
    learn, tune = (
        list(graded_eyes(rows_of(rows, role, fold), cohort.folder, recipe.image_size_px))
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = FindingsTask(recipe, learn, tune)
    return train(task, recipe, run, settings.device)

"""Trains the findings model from a folder of photographs to the best weights."""

from __future__ import annotations

from pathlib import Path

import torch
from rich.console import Console

from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.cohort_tables import read_manifest
from training.cohort.assemble import assemble
from training.cohort.roles import rows_of
from training.findings.eyes import graded_eyes
from training.findings.task import FindingsRecipe, FindingsTask
from training.loop import Outcome, train
from training.recipe import read_recipe, shipped_recipe


def train_findings(
    data: Path,
    run: Path,
    profile: str,
    *,
    steps: int | None = None,
    fold: int | None = None,
    start: str | None = None,
) -> Outcome:
    """Return where the best weights lie, after training (or going on) in the folder `run`.

    `start` = `random` leaves ImageNet's weights out, to show what they bring.
    """
    given = {"total_steps": steps, "start": start}
    changes = {name: value for name, value in given.items() if value is not None}
    recipe = read_recipe(FindingsRecipe, shipped_recipe("findings"), profile, fold=fold, **changes)
    run.mkdir(parents=True, exist_ok=True)
    rows = list(read_manifest(assemble(data, run / "manifest.parquet", recipe.sets)))
    learn, tune = (
        list(graded_eyes(rows_of(rows, role, fold), data, recipe.image_size_px))
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = FindingsTask(recipe, learn, tune)
    return train(task, recipe, run, torch.device("cuda" if profile == "gpu" else "cpu"))

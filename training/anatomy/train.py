"""Trains the anatomy model from a folder of photographs to the best weights."""

from __future__ import annotations

from pathlib import Path

import torch
from rich.console import Console

from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_tables import read_manifest
from training.anatomy.eyes import LabelledEye, labelled_eyes
from training.anatomy.task import AnatomyTask
from training.checkpoint import load_weights
from training.cohort.assemble import assemble
from training.loop import Outcome, train
from training.recipe import Recipe, read_recipe, shipped_recipe


def train_anatomy(
    data: Path, run: Path, profile: str, steps: int | None = None, start: Path | None = None
) -> Outcome:
    """Return where the best weights lie, after training (or going on) in the folder `run`.

    `start` is a weights file to begin from, with a learning rate that warms up anew.
    """
    changes = {} if steps is None else {"total_steps": steps}
    recipe = read_recipe(shipped_recipe("anatomy"), profile, **changes)
    run.mkdir(parents=True, exist_ok=True)
    rows = list(read_manifest(assemble(data, run / "manifest.parquet", recipe.sets)))
    learn = eyes_of(rows, Role.TRAIN, data, recipe)
    tune = eyes_of(rows, Role.TUNE, data, recipe)
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = AnatomyTask(recipe, learn, tune)
    if start is not None:
        task.network.load_state_dict(load_weights(start)[1])
    return train(task, recipe, run, torch.device("cuda" if profile == "gpu" else "cpu"))


def eyes_of(rows: list[ManifestRow], role: Role, data: Path, recipe: Recipe) -> list[LabelledEye]:
    """Return the labelled eyes of one role, on the network image."""
    of_role = [row for row in rows if row.role == role]
    return list(labelled_eyes(of_role, data, recipe.image_size_px))

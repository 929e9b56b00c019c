"""Trains the two networks of the anatomy model from a folder of photographs to the best weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch
from rich.console import Console

from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.cohort_tables import read_manifest
from training.anatomy.eyes import labelled_eyes
from training.anatomy.structure_eyes import structure_eyes
from training.anatomy.structure_task import StructureRecipe, StructureTask
from training.anatomy.vessel_task import CHANNELS, VesselRecipe, VesselTask
from training.cohort.assemble import assemble
from training.cohort.roles import rows_of
from training.errors import RecipeError
from training.loop import Outcome, train
from training.recipe import read_recipe, shipped_recipe

R = TypeVar("R", VesselRecipe, StructureRecipe)


def train_vessels(
    data: Path,
    run: Path,
    profile: str,
    *,
    steps: int | None = None,
    leave_out: str | None = None,
) -> Outcome:
    """Return where the best weights of the vessel network lie, after training (or going on).

    `leave_out` names a set that is not learned from, to be judged on as one never seen.
    """
    changes = {} if steps is None else {"total_steps": steps}
    recipe = read_recipe(VesselRecipe, shipped_recipe("vessels"), profile, **changes)
    recipe = recipe if leave_out is None else without(recipe, leave_out)
    run.mkdir(parents=True, exist_ok=True)
    rows = list(read_manifest(assemble(data, run / "manifest.parquet", recipe.sets)))
    learn, tune = (
        list(labelled_eyes(rows_of(rows, role, None), data, recipe.image_size_px, CHANNELS))
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = VesselTask(recipe, learn, tune)
    return train(task, recipe, run, torch.device("cuda" if profile == "gpu" else "cpu"))


def train_structures(
    data: Path,
    run: Path,
    profile: str,
    *,
    steps: int | None = None,
    fold: int | None = None,
    leave_out: str | None = None,
) -> Outcome:
    """Return where the best weights of the structure network lie, after training (or going on)."""
    changes = {} if steps is None else {"total_steps": steps}
    recipe = read_recipe(
        StructureRecipe, shipped_recipe("structures"), profile, fold=fold, **changes
    )
    recipe = recipe if leave_out is None else without(recipe, leave_out)
    run.mkdir(parents=True, exist_ok=True)
    rows = list(read_manifest(assemble(data, run / "manifest.parquet", recipe.sets)))
    learn, tune = (
        list(structure_eyes(rows_of(rows, role, fold), data, recipe.label_size_px))
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = StructureTask(recipe, learn, tune)
    return train(task, recipe, run, torch.device("cuda" if profile == "gpu" else "cpu"))


def without(recipe: R, left_out: str) -> R:
    """Return the recipe without one set, the shares of the others scaled up."""
    if left_out not in recipe.sets:
        raise RecipeError(f"{left_out} is not among {', '.join(recipe.sets)}")
    kept = {s: v for s, v in zip(recipe.sets, recipe.set_shares, strict=True) if s != left_out}
    whole = sum(kept.values())
    return replace(
        recipe,
        sets=tuple(kept),
        set_shares=tuple(share / whole for share in kept.values()),
        left_out=(left_out,),
    )

"""Trains the networks that read anatomy from a folder of photographs to the best weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from edge_runtime.contracts.cohort import Role
from training.anatomy.disc_eyes import disc_eyes
from training.anatomy.disc_task import DiscRecipe, DiscTask
from training.anatomy.eyes import labelled_eyes
from training.anatomy.structure_eyes import structure_eyes
from training.anatomy.structure_task import StructureRecipe, StructureTask
from training.anatomy.vessel_task import CHANNELS, VesselRecipe, VesselTask
from training.checkpoint import load_weights
from training.cohort.assemble import Cohort, cohort_rows
from training.cohort.roles import rows_of
from training.errors import RecipeError
from training.loop import Outcome, train
from training.run_settings import RunSettings

R = TypeVar("R", VesselRecipe, StructureRecipe, DiscRecipe)


def train_vessels(
    cohort: Cohort,
    run: Path,
    settings: RunSettings,
    *,
    start: Path | None = None,
    leave_out: str | None = None,
) -> Outcome:
    """Return where the best weights of the vessel network lie, after training (or going on).

    `start` is a weights file to begin from, with a learning rate that warms up anew; `leave_out`
    names a set that is not learned from, to be judged on as one never seen.
    """
    recipe = settings.recipe(VesselRecipe, "vessels")
    recipe = recipe if leave_out is None else without(recipe, leave_out)
    run.mkdir(parents=True, exist_ok=True)
    rows = cohort_rows(cohort, recipe.sets, run)
    learn, tune = (
        list(
            labelled_eyes(rows_of(rows, role, None), cohort.folder, recipe.image_size_px, CHANNELS)
        )
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = VesselTask(recipe, learn, tune)
    if start is not None:
        task.network.load_state_dict(load_weights(VesselRecipe, start)[1])
    return train(task, recipe, run, settings.device)


def train_structures(
    cohort: Cohort,
    run: Path,
    settings: RunSettings,
    *,
    fold: int | None = None,
    leave_out: str | None = None,
) -> Outcome:
    """Return where the best weights of the structure network lie, after training (or going on)."""
    recipe = settings.recipe(StructureRecipe, "structures", fold=fold)
    recipe = recipe if leave_out is None else without(recipe, leave_out)
    run.mkdir(parents=True, exist_ok=True)
    rows = cohort_rows(cohort, recipe.sets, run)
    learn, tune = (
        list(structure_eyes(rows_of(rows, role, fold), cohort.folder, recipe.label_size_px))
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = StructureTask(recipe, learn, tune)
    return train(task, recipe, run, settings.device)


def train_disc(
    cohort: Cohort,
    run: Path,
    settings: RunSettings,
    *,
    fold: int | None = None,
    leave_out: str | None = None,
) -> Outcome:
    """Return where the best weights of the disc network lie, after training (or going on)."""
    recipe = settings.recipe(DiscRecipe, "disc", fold=fold)
    recipe = recipe if leave_out is None else without(recipe, leave_out)
    run.mkdir(parents=True, exist_ok=True)
    rows = cohort_rows(cohort, recipe.sets, run)
    size_px, margin = recipe.wide_size_px, recipe.wide_margin
    learn, tune = (
        list(disc_eyes(rows_of(rows, role, fold), cohort.folder, size_px, margin))
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} discs to learn from, {len(tune)} to tune on")
    return train(DiscTask(recipe, learn, tune), recipe, run, settings.device)


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

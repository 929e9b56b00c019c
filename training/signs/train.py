"""Trains the reading of signs from drawn cohorts, and sees how it errs on tuning people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from rich.console import Console

from edge_runtime.contracts.cohort import Role
from edge_runtime.durable import write_whole
from training.checkpoint import load_weights
from training.loop import Outcome, train
from training.run_settings import RunSettings
from training.signs.cohort import people_with_truth
from training.signs.deployed import fit_deployed
from training.signs.donors import Donors
from training.signs.eyes import signed_eyes
from training.signs.pictures import Pictures, pictures_of
from training.signs.reading import VIEWS, read_people, read_signs, trained_signs
from training.signs.task import SignsRecipe, SignsTask

PICTURES, DONORS, COUNTS = "pictures", "donors.npz", "counts.json"


def train_signs(
    folders: list[Path],
    run: Path,
    settings: RunSettings,
    workers: int = 1,
    start: Path | None = None,
) -> Outcome:
    """Return where the best weights lie, after training (or going on) in the folder `run`.

    `start` is a weights file to begin from, with a learning rate that warms up anew. What was read
    of tuning people lies beside them. Raises CohortError for a cohort without its
    truth.
    """
    recipe = settings.recipe(SignsRecipe, "signs")
    learn, tune = (
        role_pictures(folders, role, recipe.image_size_px, run, workers)
        for role in (Role.TRAIN, Role.TUNE)
    )
    Console(stderr=True).print(f"{len(learn)} photographs to learn from, {len(tune)} to tune on")
    task = SignsTask(recipe, learn, tune)
    if start is not None:
        task.network.load_state_dict(load_weights(SignsRecipe, start)[1])
    outcome = train(task, recipe, run, settings.device)
    donors_of(folders, run, tune).save(run / DONORS)
    fit_deployed(run, learn, tune)
    write_whole(run / COUNTS, json.dumps({"train": _counts(learn), "tune": _counts(tune)}) + "\n")
    return outcome


def _counts(pictures: Pictures) -> dict[str, int]:
    return {
        "people": len({eye.person_id for eye in pictures.eyes}),
        "eyes": len({(eye.person_id, eye.eye) for eye in pictures.eyes}),
        "photographs": len(pictures),
    }


def role_pictures(
    folders: list[Path], role: Role, side_px: int, run: Path, workers: int
) -> Pictures:
    """Return a role's photographs of some cohorts, made into pictures in the run's folder."""
    return pictures_of(signed_eyes(folders, role), side_px, run / PICTURES, workers)


def donors_of(folders: list[Path], run: Path, tune: Pictures) -> Donors:
    """Return tuning people's signs, true and as a finished run reads them: of both eyes, of one."""
    _, network = trained_signs(run)
    sign_NS = read_signs(network, tune)
    true, read = [], []
    for folder in folders:
        seen = people_with_truth(folder, Role.TUNE, every_visit=True)
        for eyes in VIEWS:
            read_NS = read_people(seen, tune, sign_NS, eyes)
            found = ~np.isnan(read_NS[:, 0])
            true.append(seen.people.sign_NS[found])
            read.append(read_NS[found])
    return Donors(np.concatenate(true), np.concatenate(read))

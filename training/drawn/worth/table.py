"""Makes the table of what drawn eyes are worth, cell by cell; a killed run goes on at its cell.

Every cell is a file of its own, under a fingerprint of all that decides it: recipe, seed and each
photograph that taught or tuned. Another drawn cohort or another budget asks for another folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from edge_runtime.durable import make_folder, write_whole
from training.anatomy.eyes import LabelledEye
from training.checkpoint import load_weights
from training.drawn.worth.baselines import mean_place, ridge_filter
from training.drawn.worth.drawn_folder import identity
from training.drawn.worth.judging import Sayer, best_cuts, judged_case
from training.drawn.worth.mask_task import MaskRecipe, MaskTask, said
from training.drawn.worth.material import Material, counted
from training.drawn.worth.record import Case, CellResult, cell_from
from training.drawn.worth.teaching import Rows, Subject, Teacher, judged_on, shares, teaching
from training.errors import ResumeError
from training.loop import train
from training.recipe import read_recipe, shipped_recipe

RECIPES = {Subject.VESSELS: "worth_vessels", Subject.DISC: "worth_disc"}
DEVICE = torch.device("cpu")


@dataclass(frozen=True)
class CellName:
    """Which cell of the table."""

    subject: Subject
    teacher: Teacher
    seed: int | None
    """None for the baseline."""

    @property
    def stem(self) -> str:
        """The name of the cell's file, without its suffix."""
        last = "baseline" if self.seed is None else f"seed{self.seed}"
        return f"{self.subject.value}-{self.teacher.value}-{last}"


def cell_names(seeds: int) -> Iterator[CellName]:
    """Yield the baselines, then every cell of the first seed, of the second, and so on."""
    for subject in Subject:
        for teacher in (Teacher.DRAWN, Teacher.REAL):
            yield CellName(subject, teacher, None)
    for seed in range(seeds):
        for subject in Subject:
            for teacher in Teacher:
                yield CellName(subject, teacher, seed)


@dataclass(frozen=True)
class Table:
    """One folder of cells in the making."""

    material: Material
    out: Path
    budget: str = "small"
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Keys of both recipes that win over the files'."""

    def recipe(self, subject: Subject) -> MaskRecipe:
        """Return the recipe of every cell of a subject, but for who teaches it and its seed."""
        path = shipped_recipe(RECIPES[subject])
        return read_recipe(MaskRecipe, path, self.budget, **self.changes)

    def cell(self, name: CellName) -> CellResult:
        """Return a cell, from its file where it stands already.

        Raises ResumeError where the file is that of other photographs or of another recipe.
        """
        recipe = self._recipe_of(name)
        rows = teaching(
            name.subject,
            name.teacher,
            self.material.real_rows,
            self.material.drawn_rows(recipe),
        )
        fingerprint = self._fingerprint(name, recipe, rows)
        path = make_folder(self.out / "cells") / f"{name.stem}.json"
        if not path.exists():
            write_whole(path, self._made(name, recipe, rows, fingerprint).to_json())
        cell = cell_from(path.read_text(encoding="utf-8"), str(path))
        if cell.fingerprint != fingerprint:
            raise ResumeError(f"{path} is of other photographs or another recipe")
        return cell

    def _recipe_of(self, name: CellName) -> MaskRecipe:
        recipe, shown = self.recipe(name.subject), shares(name.subject, name.teacher)
        return replace(
            recipe,
            seed=recipe.seed + (name.seed or 0),
            sets=tuple(shown),
            set_shares=tuple(shown.values()),
        )

    def _fingerprint(self, name: CellName, recipe: MaskRecipe, rows: Rows) -> str:
        decides = {
            "cell": name.stem,
            "recipe": recipe.to_dict(),
            "learn": [identity(row, self.material.drawn) for row in rows.learn],
            "tune": [identity(row, self.material.drawn) for row in rows.tune],
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def _made(self, name: CellName, recipe: MaskRecipe, rows: Rows, fingerprint: str) -> CellResult:
        learn = self.material.eyes(rows.learn, name.subject, recipe)
        tune = self.material.eyes(rows.tune, name.subject, recipe)
        say = self._sayer(name, recipe, learn, tune)
        cuts = best_cuts(say, tune, recipe.structures)
        return CellResult(
            subject=name.subject.value,
            taught_by=name.teacher.value,
            seed=name.seed,
            fingerprint=fingerprint,
            learned=counted(learn),
            tuned=counted(tune),
            without_a_field=len(rows.learn) + len(rows.tune) - len(learn) - len(tune),
            cuts=cuts,
            cases=list(self._cases(name, recipe, say, cuts)),
        )

    def _sayer(
        self,
        name: CellName,
        recipe: MaskRecipe,
        learn: list[LabelledEye],
        tune: list[LabelledEye],
    ) -> Sayer:
        """Return what answers for a cell: its network, trained here and now, or its baseline."""
        if name.seed is None:
            return ridge_filter(tune) if name.subject is Subject.VESSELS else mean_place(learn)
        task = MaskTask(recipe, learn, tune)
        run = self.out / "runs" / name.stem
        outcome = train(task, recipe, run, DEVICE)
        network = task.network
        network.load_state_dict(load_weights(MaskRecipe, outcome.weights)[1])
        network.eval()
        shutil.rmtree(run)  # the cell's file is what is kept
        return lambda eye: said(network, eye.image_HWC, DEVICE)

    def _cases(
        self, name: CellName, recipe: MaskRecipe, say: Sayer, cuts: dict[str, int]
    ) -> Iterator[Case]:
        for judged in judged_on(name.subject, name.teacher, self.material.real_rows):
            eyes = self.material.eyes(judged.rows, name.subject, recipe)
            for row, eye in zip(judged.rows, eyes, strict=True):
                root = self.material.root(row)
                yield judged_case(row, root, judged.name, eye.frame, say(eye), cuts)

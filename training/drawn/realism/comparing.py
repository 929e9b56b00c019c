"""Compares drawn eyes with real ones: the quick judge, then a network a match, each kept in a file.

A killed run goes on at its match. Another drawn cohort or budget asks for another folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.durable import make_folder, write_whole
from training.checkpoint import load_weights
from training.drawn.realism.camps import Camp
from training.drawn.realism.cues import cues_of
from training.drawn.realism.judge import JudgeRecipe, JudgeTask, log_odds
from training.drawn.realism.level import LevelPicture, level_pictures
from training.drawn.realism.matching import Scored, match_of
from training.drawn.realism.plain import SignTable
from training.drawn.realism.record import Cue, JudgeResult, judge_from
from training.drawn.realism.regions import regions_of
from training.drawn.realism.signs import signs_of
from training.drawn.worth.drawn_folder import DRAWN, identity
from training.errors import ResumeError
from training.loop import train

DEVICE = torch.device("cpu")
LOOKED_AT = 24
"""Held-out drawn photographs of which each judge's cues are taken, at most."""


def sign_tables(
    camps: Mapping[str, Camp], recipe: JudgeRecipe
) -> tuple[dict[str, SignTable], tuple[str, ...]]:
    """Return the plain statistics of every camp's photographs, and their names in order."""
    tables: dict[str, SignTable] = {}
    names: tuple[str, ...] = ()
    for camp in camps.values():
        pictures = level_pictures(
            camp.rows, camp.root, recipe.plain_image_size_px, f"Measuring {camp.name}"
        )
        signs = [signs_of(picture.image_HWC, picture.field_HW) for picture in pictures]
        names = tuple(signs[0])
        tables[camp.name] = SignTable(
            np.array([list(of_one.values()) for of_one in signs], np.float64),
            tuple(picture.person for picture in pictures),
            np.array([camp.may_teach(picture.row) for picture in pictures]),
        )
    return tables, names


@dataclass(frozen=True)
class Comparison:
    """One folder of judges in the making; photographs are read once for all of them."""

    camps: Mapping[str, Camp]
    recipe: JudgeRecipe
    out: Path
    _pictures: dict[str, list[LevelPicture]] = field(default_factory=dict)

    def judge(self, told: str, left_out: str) -> JudgeResult:
        """Return a judge's match and cues, from its file where it stands already.

        Raises ResumeError where the file is that of other photographs or of another recipe.
        """
        fingerprint = self._fingerprint(told, left_out)
        path = make_folder(self.out / "judges") / f"{told}-{left_out}.json"
        if not path.exists():
            write_whole(path, self._judged(told, left_out, fingerprint).to_json())
        judge = judge_from(path.read_text(encoding="utf-8"), str(path))
        if judge.fingerprint != fingerprint:
            raise ResumeError(f"{path} is of other photographs or another recipe")
        return judge

    def _judged(self, told: str, left_out: str, fingerprint: str) -> JudgeResult:
        camp = self.camps[told]
        ours = self._level(told)
        learn = [picture for picture in ours if camp.may_teach(picture.row)]
        held = [picture for picture in ours if not camp.may_teach(picture.row)]
        strange = self._level(left_out)
        network = self._trained(told, left_out, learn)
        our_odds = log_odds(network, [p.image_HWC for p in held], DEVICE)
        their_odds = log_odds(network, [p.image_HWC for p in strange], DEVICE)
        return JudgeResult(
            fingerprint=fingerprint,
            match=match_of(told, _scored(our_odds, held), left_out, _scored(their_odds, strange)),
            cues=self._cues(network, held) if told == DRAWN else [],
            log_odds_by_photograph={
                picture.row.photograph: float(odds)
                for picture, odds in zip(held, our_odds, strict=True)
            },
        )

    def _trained(self, told: str, left_out: str, learn: list[LevelPicture]) -> torch.nn.Module:
        others = {
            name: [picture.image_HWC for picture in self._level(name)]
            for name in self.camps
            if name not in (told, left_out, DRAWN)
        }
        task = JudgeTask(self.recipe, [picture.image_HWC for picture in learn], others)
        run = self.out / "runs" / f"{told}-{left_out}"
        outcome = train(task, self.recipe, run, DEVICE)
        task.network.load_state_dict(load_weights(JudgeRecipe, outcome.weights)[1])
        shutil.rmtree(run)  # the judge's file is what is kept
        return task.network.eval()

    def _cues(self, network: torch.nn.Module, held: list[LevelPicture]) -> list[Cue]:
        looked_at = held[:LOOKED_AT]
        root = self.camps[DRAWN].root
        regions = [regions_of(picture, root) for picture in looked_at]
        return cues_of(network, [picture.image_HWC for picture in looked_at], regions, DEVICE)

    def _level(self, name: str) -> list[LevelPicture]:
        if name not in self._pictures:
            camp, side_px = self.camps[name], self.recipe.image_size_px
            self._pictures[name] = level_pictures(camp.rows, camp.root, side_px, f"Reading {name}")
        return self._pictures[name]

    def _fingerprint(self, told: str, left_out: str) -> str:
        decides = {
            "match": [told, left_out],
            "recipe": self.recipe.to_dict(),
            "learn": [self._identity(row) for row in self.camps[told].learn],
            "held": [self._identity(row) for row in self.camps[told].held],
            "others": [
                self._identity(row)
                for name, camp in self.camps.items()
                if name not in (told, DRAWN)
                for row in camp.rows
            ],
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def _identity(self, row: ManifestRow) -> str:
        return identity(row, self.camps[DRAWN].root)


def _scored(odds_N: np.ndarray, pictures: list[LevelPicture]) -> Scored:
    return Scored(odds_N, tuple(picture.person for picture in pictures))

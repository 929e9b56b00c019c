"""The photographs of test people whose vessels experts traced, with the disc that we find."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from edge_runtime.domain import Exam, PhotographFile
from edge_runtime.fundus.biomarkers import AnatomyMasks
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc, find_disc
from edge_runtime.pipeline import Pipeline
from edge_runtime.stages import PhotographDone
from tests.pvbm_readings import Mask

ARTERIOLE, VENULE, EITHER = 1, 2, 3


@dataclass(frozen=True)
class Traced:
    """One photograph's traced masks, of its own size, and its disc."""

    masks: AnatomyMasks
    disc: Disc


def photographs(data: Path, name: str) -> list[Path]:
    """Return the photographs of one set's test people, relative to the data folder."""
    with (data / "photographs.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [Path(row["path"]) for row in rows if row["set"] == name and row["role"] == "test"]


def read(path: Path) -> np.ndarray:
    """Return a picture's first channel, or its palette's indices."""
    with Image.open(path) as picture:
        return np.asarray(picture if picture.mode == "P" else picture.convert("L"))


def traced_masks(data: Path, photograph: Path) -> tuple[np.ndarray, Mask, Mask]:
    """Return the traced indices of arteriole and venule, all traced vessels, and the field."""
    if photograph.parts[0] == "DRIVE":
        number = photograph.stem.partition("_")[0]
        av = read(data / f"DRIVE_AV/test/1st_manual/{number}_test.png")
        vessels = read(data / f"DRIVE/test/1st_manual/{number}_manual1.gif") > 0
        return av, vessels, read(data / f"DRIVE/test/mask/{number}_test_mask.gif") > 0
    folder = data / "HRF_AV/test"
    av = read(folder / f"1st_manual/{photograph.stem}_AVmanual.png")
    return av, av > 0, read(folder / f"mask/{photograph.stem}_mask.png") > 127


def traced(data: Path, photograph: Path, pipeline: Pipeline) -> Traced | NoDisc:
    """Return one photograph's masks with the disc that the bundle finds, or why it finds none."""
    file = PhotographFile(photograph.name, (data / photograph).read_bytes())
    done = [
        event
        for event in pipeline.screen(Exam("measure", (file,)))
        if isinstance(event, PhotographDone)
    ]
    if not done or done[0].anatomy is None:
        return NoDisc("not gradable")
    av, vessels, inside = traced_masks(data, photograph)
    disc_cup = done[0].anatomy.disc_cup(inside.shape[1], inside.shape[0])
    masks = AnatomyMasks(
        vessels,
        (av == ARTERIOLE) | (av == EITHER),
        (av == VENULE) | (av == EITHER),
        disc_cup > 0,
        disc_cup > 1,
        inside,
    ).within_field()
    disc = find_disc(masks)
    return disc if isinstance(disc, NoDisc) else Traced(masks, disc)

"""Judges anatomy masks on public photographs as the field does, at the photographs' own size.

Vessels inside the set's official field mask; artery/vein over labelled pixels that the output
calls vessel; disc and cup truth = at least half of the experts. Beside every figure stands what a
guess that saw no photograph would reach. Intervals by bootstrap over persons.

Legend: H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import BoolArray, Evidence, UInt8Array
from training.anatomy.metrics import area_under_roc, overlap
from training.bootstrap import interval_95
from training.cohort.mask_file import read_mask
from training.errors import CohortError

HALF = 128
GUESSED_DISC_RADIUS = 0.17
"""Of the field's radius: a disc of usual size, guessed at the field's centre."""


@dataclass(frozen=True)
class MaskPictures:
    """What `foreseye screen` writes for one photograph, at its own size."""

    vessels_probability_HW: UInt8Array
    arteries_veins_HW: UInt8Array
    disc_cup_HW: UInt8Array


@dataclass(frozen=True)
class Score:
    """One figure of one photograph, and what a guess reaches on it."""

    name: str
    set_name: str
    person_id: str
    value: float
    baseline: float


BASELINE_NAMES = {
    "vessel_f1": "every pixel called vessel",
    "vessel_auc": "chance",
    "artery_vein_accuracy": "chance",
    "artery_vein_share_judged": "every pixel called vessel",
    "disc_dice": "a usual disc at the field's centre",
    "cup_dice": "a usual disc at the field's centre, all of it cup",
}

Pictures = Callable[[ManifestRow], MaskPictures | None]
"""Gives a photograph's mask pictures, or None when it was refused."""


def judge_masks(rows: Iterable[ManifestRow], root: Path, pictures: Pictures) -> list[Metric]:
    """Return the mean of each figure for each set, with interval and baseline.

    Raises CohortError when a photograph with a truth has no masks: leaving it out would flatter.
    """
    scores: dict[tuple[str, str, Role], list[Score]] = {}
    for row in rows:
        if not row.masks():
            continue
        made = pictures(row)
        if made is None:
            raise CohortError(f"{row.set}: no masks for {row.photograph}; was it refused?")
        for score in _scores(row, root, made):
            scores.setdefault((score.set_name, score.name, row.role), []).append(score)
    return [_metric(key, of_key) for key, of_key in sorted(scores.items())]


def _metric(key: tuple[str, str, Role], scores: list[Score]) -> Metric:
    set_name, name, role = key
    values, persons = [s.value for s in scores], [s.person_id for s in scores]
    return Metric(
        name=name,
        value=float(np.mean(values)),
        interval_95=interval_95(values, persons),
        set=set_name,
        role=role,
        people=len(set(persons)),
        photographs=len(scores),
        baseline=float(np.mean([s.baseline for s in scores])),
        baseline_name=BASELINE_NAMES[name],
        evidence=Evidence.INTERNAL,
    )


def _scores(row: ManifestRow, root: Path, made: MaskPictures) -> Iterator[Score]:
    def score(name: str, value: float, baseline: float) -> Score:
        return Score(name, row.set, row.person_id, value, baseline)

    if row.vessel is not None:
        truth_HW = read_mask(root / row.vessel)
        field_HW = official_field(row, root)
        said = made.vessels_probability_HW
        yield score(
            "vessel_f1",
            overlap(said >= HALF, truth_HW, field_HW).dice,
            overlap(field_HW, truth_HW, field_HW).dice,
        )
        yield score("vessel_auc", area_under_roc(said[field_HW], truth_HW[field_HW]), 0.5)
    if row.arteriole is not None and row.venule is not None:
        accuracy, share = _artery_vein(row, root, made.arteries_veins_HW)
        yield score("artery_vein_accuracy", accuracy, 0.5)
        yield score("artery_vein_share_judged", share, 1.0)
    for name, least in (("disc", 1), ("cup", 2)):
        path = getattr(row, name)
        if path is not None:
            truth_HW = read_mask(root / path)
            everywhere = np.ones_like(truth_HW)
            guess_HW = _guessed_disc(truth_HW.shape)
            yield score(
                f"{name}_dice",
                overlap(made.disc_cup_HW >= least, truth_HW, everywhere).dice,
                overlap(guess_HW, truth_HW, everywhere).dice,
            )


def _artery_vein(row: ManifestRow, root: Path, index_HW: UInt8Array) -> tuple[float, float]:
    arteriole_HW, venule_HW = (
        read_mask(root / str(row.arteriole)),
        read_mask(root / str(row.venule)),
    )
    called = index_HW > 0
    of_arterioles = index_HW[arteriole_HW & called] == 1
    of_venules = index_HW[venule_HW & called] == 2
    if not of_arterioles.size or not of_venules.size:
        raise CohortError(f"{row.set}: {row.photograph} has no arterioles or no venules to judge")
    judged = (of_arterioles.size + of_venules.size) / int((arteriole_HW | venule_HW).sum())
    return (float(of_arterioles.mean()) + float(of_venules.mean())) / 2.0, judged


def _guessed_disc(shape: tuple[int, ...]) -> BoolArray:
    height, width = shape
    guess = np.zeros(shape, np.uint8)
    radius = round(GUESSED_DISC_RADIUS * max(height, width) / 2)
    cv2.circle(guess, (width // 2, height // 2), radius, 1, cv2.FILLED)
    return guess.astype(bool)


def official_field(row: ManifestRow, root: Path) -> BoolArray:
    """Return the set's own field mask of a photograph. Raises CohortError where there is none."""
    photograph = root / row.photograph
    folder = photograph.parent.parent / "mask"
    stem = photograph.stem
    for name in (f"{stem}_mask.gif", f"{stem}_mask.png", f"{stem}.png"):
        if (folder / name).is_file():
            with Image.open(folder / name) as picture:  # one channel or three, as the set has it
                return np.asarray(picture.convert("L")) >= HALF
    raise CohortError(f"{row.set}: no field mask for {row.photograph}")


def in_words(metrics: list[Metric]) -> str:
    """Return one line a figure, for people."""
    return "\n".join(_line(metric) for metric in metrics)


def _line(metric: Metric) -> str:
    low, high = metric.interval_95 or (float("nan"), float("nan"))
    return (
        f"{metric.set:12} {metric.role.value:5} {metric.name:26} {metric.value:.4f}  "
        f"(95 % {low:.4f} to {high:.4f}, {metric.people} people; "
        f"{metric.baseline_name}: {metric.baseline:.4f})"
    )

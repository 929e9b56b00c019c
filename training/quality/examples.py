"""Measured examples for the quality gate: every photograph, and what a camera makes of good ones.

DRIMDB alone holds photographs that graders refused, all of one camera. Copies with one defect each,
made by the degrader, teach the gate the defect and not the camera: every camera's colours are then
among the good and among the bad.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import FieldOfView, FovCircle, Photograph, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view, shrunk
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.quality_framing import unseen_defect
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from edge_runtime.settings import Limits
from training.camera.defects import OPERATORS, RETAKE, spoilt
from training.camera.phone import phone_photograph
from training.cohort.drimdb import LABELS
from training.cohort.drimdb import SET as DRIMDB
from training.cohort.splits import Split, read_splits
from training.errors import CohortError
from training.quality.scenes import SCENES

WANTED_SIDE_PX = 640
"""Decoded as the pipeline decodes for the anatomy model."""

COPY_RADIUS_PX = 190.0
"""Field radius at which copies are made: quality is measured on a still smaller one."""

COPIES = 2
"""Copies of a good photograph to learn from, each with one defect of random severity."""

SCENE_EVERY = 3
"""One good photograph in so many is also made into a scene that is no eye."""

SEED = 20261122

Make = Callable[[UInt8Array, FovCircle, np.random.Generator], UInt8Array]

CONSOLE = Console(stderr=True)

PHOTOGRAPH, COPY, AT_RETAKE, PHONE, SCENE = "photograph", "copy", "at_retake", "phone", "scene"


@dataclass(frozen=True)
class Example:
    """A photograph, or what was made of one.

    `kind` is `photograph`; `copy` with one defect at a random severity; `at_retake`, the same at
    the severity from which a grader would take it again; `phone`, a telephone's; or `scene`, no eye
    at all. `group` is the set, with DRIMDB's folder after a stroke. `measured` is None where no
    field was found: such a photograph is refused without weights, as `unseen`.
    """

    kind: str
    group: str
    person: str
    role: Role
    fold: int
    gradable: bool
    measured: QualityMeasurements | None
    defect: str = ""
    severity: float = 0.0
    unseen: str = ""


def measured_examples(data_folder: Path) -> Iterator[Example]:
    """Yield the photographs of photographs.csv, each good one followed by what is made of it.

    The order and all chance are fixed. Raises CohortError where a gradable photograph shows no
    field, ManifestError for a bad table.
    """
    limits = Limits()
    cv2.setNumThreads(1)  # pictures this small are slower on several
    splits = [split for of_set in read_splits(data_folder).by_set.values() for split in of_set]
    for index, split in enumerate(track(splits, "photographs", console=CONSOLE, transient=True)):
        content = read_file(data_folder / split.path, limits)
        photograph = read_photograph(content, split.path, limits, WANTED_SIDE_PX)
        yield from _examples(split, photograph, index)


def _examples(split: Split, photograph: Photograph, index: int) -> Iterator[Example]:
    group, gradable = _label(split)
    person = f"{split.set} {split.person_id}"
    field = find_field_of_view(photograph)
    if field is None and gradable:
        raise CohortError(f"{split.set}: no round field in {split.path}")
    measured = None if field is None else measure_quality(photograph, field)
    defect = "" if gradable or LABELS[group.rpartition("/")[2]]["fundus"] else "not_a_fundus"
    example = Example(PHOTOGRAPH, group, person, split.role, split.fold, gradable, measured, defect)
    yield example
    if field is not None and gradable:
        yield from _made_of(example, *_reduced(photograph, field), index)


def _label(split: Split) -> tuple[str, bool]:
    """The group of a photograph and whether it counts as gradable; only DRIMDB says it is not."""
    if split.set != DRIMDB:
        return split.set, True
    folder = PurePosixPath(split.path).parent.name
    return f"{DRIMDB}/{folder}", LABELS[folder]["gradable"]


def _reduced(photograph: Photograph, field: FieldOfView) -> tuple[Photograph, FovCircle]:
    """The photograph at COPY_RADIUS_PX or less, and its field in that copy's pixels."""
    circle, scale = field.circle, photograph.scale
    zoom = min(1.0, COPY_RADIUS_PX / (circle.radius_px * scale))
    height, width = photograph.pixels_HWC.shape[:2]
    pixels_HWC = photograph.pixels_HWC
    if zoom < 1.0:
        pixels_HWC = shrunk(pixels_HWC, (round(width * zoom), round(height * zoom)))
    smaller = replace(photograph, pixels_HWC=pixels_HWC)
    scale = smaller.scale
    x, y = ((place + 0.5) * scale - 0.5 for place in (circle.x_px, circle.y_px))
    return smaller, FovCircle(x, y, circle.radius_px * scale)


def _made_of(
    example: Example, photograph: Photograph, circle: FovCircle, index: int
) -> Iterator[Example]:
    """What is made of a good photograph, each by its own seed and measured as it comes."""
    for turn, (label, make) in enumerate(_makings(example, index)):
        rng = np.random.default_rng([SEED, index, turn])
        picture_HWC = make(photograph.pixels_HWC, circle, rng)
        measured, unseen = _measured(replace(photograph, pixels_HWC=picture_HWC))
        yield replace(label, measured=measured, unseen=unseen)


def _makings(example: Example, index: int) -> Iterator[tuple[Example, Make]]:
    """Copies to learn from, a telephone's, now and then a scene; copies to judge by, where judged.

    DRIMDB is judged in every fold.
    """
    chance = np.random.default_rng([SEED, index])
    for _ in range(COPIES):
        defect, severity = str(chance.choice(list(OPERATORS))), float(chance.random())
        copy = replace(example, kind=COPY, defect=defect, severity=severity)
        yield replace(copy, gradable=severity < RETAKE), _spoiling(defect, severity)
    yield replace(example, kind=PHONE), phone_photograph
    if index % SCENE_EVERY == 0:
        scene = str(chance.choice(list(SCENES)))
        yield (
            replace(example, kind=SCENE, gradable=False, defect="not_a_fundus"),
            SCENES[scene],
        )
    if example.role is Role.TEST or example.group.startswith(DRIMDB):
        for defect in OPERATORS:
            copy = replace(example, kind=AT_RETAKE, gradable=False, defect=defect, severity=RETAKE)
            yield copy, _spoiling(defect, RETAKE)


def _spoiling(defect: str, severity: float) -> Make:
    def make(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
        return spoilt(picture_HWC, circle, defect, severity, rng)

    return make


def _measured(photograph: Photograph) -> tuple[QualityMeasurements | None, str]:
    """What is measured of a photograph as it comes, or the defect where nothing can be."""
    field = find_field_of_view(photograph)
    measured = None if field is None else measure_quality(photograph, field)
    return measured, "" if measured else unseen_defect(photograph, field)

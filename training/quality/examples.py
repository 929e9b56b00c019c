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
from training.cohort.roles import BY_ROLE_ALWAYS
from training.cohort.splits import Split, read_splits
from training.errors import CohortError
from training.quality.scenes import SCENES
from training.recipe import FOLDS

WANTED_SIDE_PX = 640
"""Decoded as the pipeline decodes for the anatomy model."""

COPY_RADIUS_PX = 190.0
"""Field radius at which copies are made: quality is measured on a still smaller one."""

FAR_RADIUS_PX = 260.0
"""The same where the copy's own field is smaller, and would be blurred for want of pixels."""

COPIES = 4
"""Copies of a good photograph to learn from, each with one defect of random severity."""

LOOKS = {
    "blur": 4,
    "dark": 2,
    "bright": 2,
    "glare": 3,
    "small_field": 1,
    "clipped_field": 6,
    "haze": 4,
}
"""How often each defect is chosen: the more, the more it can look like."""

LOTS = [defect for defect, lots in LOOKS.items() for _ in range(lots)]

SEEN_FROM = 0.4
"""Severity from which a copy counts as one to take again: short of RETAKE, so that what is named
there is named for sure."""

SEVERITIES = ((0.0, 0.2), (SEEN_FROM, 0.7), (SEEN_FROM, 1.0))
"""One of these spans for each copy: between them nobody could say."""

PHONE_EVERY, SCENE_EVERY = 2, 3
"""One good photograph in so many is also a telephone's, or made into a scene that is no eye."""

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


def measured_examples(data_folder: Path, fold: int | None = None) -> Iterator[Example]:
    """Yield the photographs of photographs.csv, each good one followed by what is made of it.

    With a fold, roles are dealt anew. The order and all chance are fixed. Raises CohortError where
    a gradable photograph shows no field, ManifestError for a bad table.
    """
    limits = Limits()
    cv2.setNumThreads(1)  # pictures this small are slower on several
    splits = [split for of_set in read_splits(data_folder).by_set.values() for split in of_set]
    for index, split in enumerate(track(splits, "photographs", console=CONSOLE, transient=True)):
        content = read_file(data_folder / split.path, limits)
        photograph = read_photograph(content, split.path, limits, WANTED_SIDE_PX)
        example = _photograph_itself(split, photograph)
        yield from _with_copies(with_fold(example, fold), photograph, index)


def with_fold(example: Example, fold: int | None) -> Example:
    """Return the example in the role that it has when a fold is held out; None changes nothing.

    As `training.cohort.roles` deals the rows of a manifest.
    """
    if fold is None or example.group in BY_ROLE_ALWAYS:
        return example
    if example.fold == fold:
        return replace(example, role=Role.TEST)
    tuned_on = example.fold == (fold + 1) % FOLDS
    return replace(example, role=Role.TUNE if tuned_on else Role.TRAIN)


def _photograph_itself(split: Split, photograph: Photograph) -> Example:
    group, gradable = _label(split)
    measured, unseen = _measured(photograph)
    return Example(
        kind=PHOTOGRAPH,
        group=group,
        person=f"{split.set} {split.person_id}",
        role=split.role,
        fold=split.fold,
        gradable=gradable,
        measured=measured,
        defect="" if gradable or group.endswith("/Bad") else "not_a_fundus",
        unseen=unseen,
    )


def _with_copies(example: Example, photograph: Photograph, index: int) -> Iterator[Example]:
    yield example
    if not example.gradable:
        return
    field = find_field_of_view(photograph)
    if field is None:
        raise CohortError(f"{example.group}: no round field in {photograph.name}")
    yield from _made_of(example, photograph, field, index)


def _label(split: Split) -> tuple[str, bool]:
    """The group of a photograph and whether it counts as gradable; only DRIMDB says it is not."""
    if split.set != DRIMDB:
        return split.set, True
    folder = PurePosixPath(split.path).parent.name
    return f"{DRIMDB}/{folder}", LABELS[folder]["gradable"]


def _reduced(
    photograph: Photograph, circle: FovCircle, radius_px: float
) -> tuple[Photograph, FovCircle]:
    """The photograph with a field of this radius or less, and the field in that copy's pixels."""
    scale = photograph.scale
    zoom = min(1.0, radius_px / (circle.radius_px * scale))
    height, width = photograph.pixels_HWC.shape[:2]
    pixels_HWC = photograph.pixels_HWC
    if zoom < 1.0:
        pixels_HWC = shrunk(pixels_HWC, (round(width * zoom), round(height * zoom)))
    smaller = replace(photograph, pixels_HWC=pixels_HWC)
    scale = smaller.scale
    x, y = ((place + 0.5) * scale - 0.5 for place in (circle.x_px, circle.y_px))
    return smaller, FovCircle(x, y, circle.radius_px * scale)


def _made_of(
    example: Example, photograph: Photograph, field: FieldOfView, index: int
) -> Iterator[Example]:
    """What is made of a good photograph, each by its own seed and measured as it comes."""
    near = _reduced(photograph, field.circle, COPY_RADIUS_PX)
    far = _reduced(photograph, field.circle, FAR_RADIUS_PX)
    for turn, (label, make) in enumerate(_makings(example, index)):
        rng = np.random.default_rng([SEED, index, turn])
        smaller = label.kind == PHONE or label.defect == "small_field"
        reduced, circle = far if smaller else near
        picture_HWC = make(reduced.pixels_HWC, circle, rng)
        measured, unseen = _measured(replace(reduced, pixels_HWC=picture_HWC))
        yield replace(label, measured=measured, unseen=unseen)


def _makings(example: Example, index: int) -> Iterator[tuple[Example, Make]]:
    """Copies to learn from, a telephone's, now and then a scene; of the tested, copies to judge."""
    chance = np.random.default_rng([SEED, index])
    for _ in range(COPIES):
        defect = LOTS[int(chance.integers(len(LOTS)))]
        severity = float(chance.uniform(*SEVERITIES[int(chance.integers(len(SEVERITIES)))]))
        copy = replace(example, kind=COPY, defect=defect, severity=severity)
        yield replace(copy, gradable=severity < SEEN_FROM), _spoiling(defect, severity)
    if index % PHONE_EVERY == 0:
        yield replace(example, kind=PHONE), phone_photograph
    if index % SCENE_EVERY == 0:
        scene = str(chance.choice(list(SCENES)))
        yield (
            replace(example, kind=SCENE, gradable=False, defect="not_a_fundus"),
            SCENES[scene],
        )
    if example.role is Role.TEST:
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

"""Measured examples for the quality gate: every photograph, and what is made of the good ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import cv2
from rich.console import Console
from rich.progress import track

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Photograph
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.quality_framing import unseen_defect
from edge_runtime.fundus.quality_measurements import measure_quality
from edge_runtime.settings import Limits
from training.cohort.drimdb import LABELS
from training.cohort.drimdb import SET as DRIMDB
from training.cohort.splits import Split, read_splits
from training.errors import CohortError
from training.quality.example import PHOTOGRAPH, Example, with_fold
from training.quality.makings import made_of

WANTED_SIDE_PX = 640
"""Decoded as the pipeline decodes for the anatomy model."""

COPIED_OF_A_SET = 120
"""Of about so many photographs of a set, at regular steps, something is made, so that no camera
outweighs the others."""

JUDGED_EVERY = 4
"""Of one photograph in so many, copies are made to be judged, where all people are; measuring them
takes as long as all that is learned from."""

CONSOLE = Console(stderr=True)


def measured_examples(
    data_folder: Path, fold: int | None = None, judge_all: bool = False
) -> Iterator[Example]:
    """Yield the photographs of photographs.csv, each good one followed by what is made of it.

    With a fold, roles are dealt anew. Copies to be judged are made of the tested, with `judge_all`
    of some of all, so that examples can be dealt into folds afterwards. The order and all chance
    are fixed.
    Raises CohortError where a gradable photograph shows no field, ManifestError for a bad table.
    """
    for example, photograph in pictured_examples(data_folder, fold, judge_all):
        yield measured(example, photograph)


def pictured_examples(
    data_folder: Path, fold: int | None, judge_all: bool
) -> Iterator[tuple[Example, Photograph]]:
    """Yield what `measured_examples` measures, each with its picture."""
    limits = Limits()
    cv2.setNumThreads(1)  # pictures this small are slower on several
    splits = read_splits(data_folder).by_set.values()
    copied = [
        place % copied_every(len(of_set)) == 0 for of_set in splits for place in range(len(of_set))
    ]
    every_split = [split for of_set in splits for split in of_set]
    for index, split in enumerate(
        track(every_split, "photographs", console=CONSOLE, transient=True)
    ):
        content = read_file(data_folder / split.path, limits)
        photograph = read_photograph(content, split.path, limits, WANTED_SIDE_PX)
        example = with_fold(_labelled(split), fold)
        yield example, photograph
        if example.gradable and copied[index]:
            field = find_field_of_view(photograph)
            if field is None:
                raise CohortError(f"{example.group}: no round field in {photograph.name}")
            judged = example.role is Role.TEST or (judge_all and index % JUDGED_EVERY == 0)
            yield from made_of(example, photograph, field.circle, index, judged)


def copied_every(photographs: int) -> int:
    """Return the step at which photographs of a set are copied, odd: many are listed eye by eye."""
    return max(1, round(photographs / COPIED_OF_A_SET)) | 1


def measured(example: Example, photograph: Photograph) -> Example:
    """Return the example with what is measured of its picture, or why nothing can be."""
    field = find_field_of_view(photograph)
    values = None if field is None else measure_quality(photograph, field)
    unseen = "" if values else unseen_defect(photograph, field)
    return replace(example, measured=values, unseen=unseen)


def _labelled(split: Split) -> Example:
    group, gradable = _label(split)
    return Example(
        kind=PHOTOGRAPH,
        group=group,
        person=f"{split.set} {split.person_id}",
        role=split.role,
        fold=split.fold,
        gradable=gradable,
        measured=None,
        defect="" if gradable or group.endswith("/Bad") else "not_a_fundus",
    )


def _label(split: Split) -> tuple[str, bool]:
    """The group of a photograph and whether it counts as gradable; only DRIMDB says it is not."""
    if split.set != DRIMDB:
        return split.set, True
    folder = PurePosixPath(split.path).parent.name
    return f"{DRIMDB}/{folder}", LABELS[folder]["gradable"]

"""Measured examples for the quality gate: every photograph, and spoilt copies of the good ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from rich.console import Console
from rich.progress import track

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Photograph
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from edge_runtime.settings import Limits
from training.cohort.drimdb import LABELS
from training.cohort.drimdb import SET as DRIMDB
from training.cohort.splits import Split, read_splits
from training.errors import CohortError
from training.quality.spoil import KINDS, spoilt

WANTED_SIDE_PX = 640
"""Decoded as the pipeline decodes for the anatomy model."""

SEED = 20261122

CONSOLE = Console(stderr=True)


@dataclass(frozen=True)
class Example:
    """One photograph, or a spoilt copy of one, with what was measured of it.

    `measured` is None where no field was found: such a photograph is refused without weights.
    `group` is the set, with DRIMDB's folder after a stroke; of a spoilt copy, how it was spoilt.
    """

    group: str
    person: str
    role: Role
    gradable: bool
    measured: QualityMeasurements | None


def measured_examples(data_folder: Path) -> Iterator[Example]:
    """Yield the photographs of photographs.csv, each gradable one followed by a spoilt copy.

    Only roles train and tune are spoilt. The order and all chance are fixed. Raises CohortError
    where a gradable photograph shows no field, ManifestError for a bad table.
    """
    limits = Limits()
    splits = [split for of_set in read_splits(data_folder).by_set.values() for split in of_set]
    for index, split in enumerate(track(splits, "photographs", console=CONSOLE, transient=True)):
        content = read_file(data_folder / split.path, limits)
        photograph = read_photograph(content, split.path, limits, WANTED_SIDE_PX)
        yield from _examples(split, photograph, index)


def _examples(split: Split, photograph: Photograph, index: int) -> Iterator[Example]:
    group, gradable = _label(split)
    person = f"{split.set} {split.person_id}"
    field = find_field_of_view(photograph)
    if field is None:
        if gradable:
            raise CohortError(f"{split.set}: no round field in {split.path}")
        yield Example(group, person, split.role, gradable, None)
        return
    yield Example(group, person, split.role, gradable, measure_quality(photograph, field))
    if gradable and split.role is not Role.TEST:
        kind = KINDS[index % len(KINDS)]
        chance = np.random.default_rng([SEED, index])
        measured = measure_quality(*spoilt(photograph, field, kind, chance))
        yield Example(kind, person, split.role, False, measured)


def _label(split: Split) -> tuple[str, bool]:
    """The group of a photograph and whether it counts as gradable; only DRIMDB says it is not."""
    if split.set != DRIMDB:
        return split.set, True
    folder = PurePosixPath(split.path).parent.name
    return f"{DRIMDB}/{folder}", LABELS[folder]["gradable"]

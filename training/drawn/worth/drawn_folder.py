"""A drawn cohort as `foreseye-train draw` left it, and photographs picked person by person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow
from edge_runtime.contracts.cohort_check import validate_manifest
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.contracts.mask_reference import mask_reference
from training.drawn.cohort.tables import MANIFEST_FILE
from training.errors import CohortError

T = TypeVar("T")

DRAWN = "drawn"
"""What the cohort is called beside the real sets, whatever its manifest calls it."""


def drawn_rows(folder: Path) -> list[ManifestRow]:
    """Return the rows of a drawn cohort that a grader could read, their set called `drawn`.

    Raises ManifestError for a manifest that is not sound, CohortError where a photograph of it was
    not drawn or where none is left.
    """
    validate_manifest(folder / MANIFEST_FILE, root=folder)
    rows = list(read_manifest(folder / MANIFEST_FILE))
    if any(row.evidence_kind is not EvidenceKind.DRAWN for row in rows):
        raise CohortError(f"{folder}: not every photograph is a drawn one")
    readable = [row for row in rows if row.gradable is not False]
    if not readable:
        raise CohortError(f"{folder}: no photograph that a grader could read")
    return [
        row.model_copy(update={"set": DRAWN, "person_id": f"{row.set}/{row.person_id}"})
        for row in readable
    ]


def spread(rows: Iterable[ManifestRow], most: int, seed: int = 0) -> list[ManifestRow]:
    """Return at most so many rows, everybody's first before anybody's second.

    The order of the people, and of each one's photographs, is a fixed random one.
    """
    by_person: dict[str, list[ManifestRow]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    rng = np.random.default_rng(seed)
    queues = [_shuffled(by_person[name], rng) for name in _shuffled(sorted(by_person), rng)]
    longest = max((len(queue) for queue in queues), default=0)
    dealt = [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]
    return dealt[:most]


def identity(row: ManifestRow, drawn: Path) -> str:
    """Return what tells a row's photograph and masks from any other's: drawn ones by content.

    Another drawing under the same names is another photograph; the real ones do not change.
    """
    digest = hashlib.sha256(f"{row.set} {row.photograph}".encode())
    if row.set == DRAWN:
        for path in (row.photograph, *sorted(set(row.masks().values()))):
            digest.update((drawn / mask_reference(path).path).read_bytes())
    return digest.hexdigest()


def _shuffled(things: Sequence[T], rng: np.random.Generator) -> list[T]:
    return [things[place] for place in rng.permutation(len(things))]

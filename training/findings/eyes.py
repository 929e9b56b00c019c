"""Graded eyes on the network image.

Legend: H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import UInt8Array
from training.anatomy.eyes import seen_eye


@dataclass(frozen=True)
class GradedEye:
    """One photograph as the network sees it, with what is known of it; None is not known."""

    name: str
    set_name: str
    person_id: str
    image_HWC: UInt8Array
    dr_grade: int | None
    maculopathy: bool | None


def graded_eyes(rows: Iterable[ManifestRow], root: Path, image_size_px: int) -> Iterator[GradedEye]:
    """Yield each row of which at least one finding is known.

    Raises CohortError where no field is found.
    """
    for row in rows:
        if row.dr_grade is None and row.maculopathy is None:
            continue
        image_HWC = seen_eye(row, root, image_size_px).image_HWC
        yield GradedEye(
            row.photograph, row.set, row.person_id, image_HWC, row.dr_grade, row.maculopathy
        )

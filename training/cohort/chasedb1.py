"""CHASEDB1: 28 photographs of both eyes of 14 children; vessels by the first observer.

The second observer's vessels are left for judging: how well two people agree is the ceiling.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge_runtime.contracts.cohort import ManifestRow
from training.cohort.public_set import CC_BY_UNCONFIRMED, public_row
from training.cohort.splits import Splits

SET = "CHASEDB1"


def rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of CHASEDB1. Raises ManifestError for a file that is not there."""
    for split in splits.of(SET):
        photograph = PurePosixPath(split.path)
        masks = photograph.parent.parent / "1st_manual"
        yield public_row(
            data_folder,
            split,
            CC_BY_UNCONFIRMED,
            visit_time_years=0.0,
            vessel=split.beside(data_folder, f"{masks}/{photograph.stem}_1stHO.png"),
            fundus=True,
        )

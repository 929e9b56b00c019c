"""HRF_AV: 45 photographs, 15 each of healthy, diabetic and glaucomatous persons.

One index picture codes 0 none, 1 arteriole, 2 venule, 3 crossing or uncertain; all three are
vessels. The diabetic eyes have no grade, so theirs stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.errors import ManifestError
from training.cohort.public_set import CC_BY_UNCONFIRMED, public_row
from training.cohort.splits import Splits

SET = "HRF_AV"
LABELS: dict[str, dict[str, Any]] = {
    "h": {"dr_grade": 0, "maculopathy": False, "glaucoma": False},
    "dr": {},
    "g": {"glaucoma": True},
}
"""What the end of the file's name says: healthy, diabetic retinopathy or glaucoma."""


def rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of HRF_AV. Raises ManifestError for a file that is not there."""
    for split in splits.of(SET):
        photograph = PurePosixPath(split.path)
        group = photograph.stem.partition("_")[2]
        if group not in LABELS:
            raise ManifestError(split.file, split.row, "path", f"{SET}: no group {group!r}")
        masks = photograph.parent.parent / "1st_manual"
        index = split.beside(data_folder, f"{masks}/{photograph.stem}_AVmanual.png")
        yield public_row(
            data_folder,
            split,
            CC_BY_UNCONFIRMED,
            visit_time_years=0.0,
            vessel=f"{index}#1,2,3",
            arteriole=f"{index}#1",
            venule=f"{index}#2",
            fundus=True,
            **LABELS[group],
        )

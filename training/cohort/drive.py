"""DRIVE: 40 photographs of 40 persons, vessels by hand, arterioles and venules from DRIVE_AV.

Source: Staal et al. 2004 (photographs, vessels); the index pictures of DRIVE_AV code 0 none,
1 arteriole, 2 venule, 3 crossing or uncertain.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge_runtime.contracts.cohort import ManifestRow
from training.cohort.public_set import RESEARCH_USE, public_row
from training.cohort.splits import Splits

SET = "DRIVE"


def rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of DRIVE. Raises ManifestError for a file that is not there."""
    for split in splits.of(SET):
        photograph = PurePosixPath(split.path)
        half = photograph.parent.parent.name  # "training" or "test"
        number = photograph.stem.split("_")[0]
        vessel = f"DRIVE/{half}/1st_manual/{number}_manual1.gif"
        index = split.beside(data_folder, f"DRIVE_AV/{half}/1st_manual/{photograph.stem}.png")
        yield public_row(
            data_folder,
            split,
            RESEARCH_USE,
            visit_time_years=0.0,
            vessel=split.beside(data_folder, vessel),
            arteriole=f"{index}#1",
            venule=f"{index}#2",
            fundus=True,
        )

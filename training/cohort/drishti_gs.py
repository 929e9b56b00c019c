"""DRISHTI_GS: 50 disc-centred photographs with the disc and cup of four experts.

The soft maps hold 0, 64, 128, 191 and 255 for none to four experts. The truth is where at least
half of them agree: 128 and above.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge_runtime.contracts.cohort import ManifestRow
from training.cohort.public_set import RESEARCH_USE, public_row
from training.cohort.splits import Splits

SET = "DRISHTI_GS"
HALF_THE_EXPERTS = "#>=128"


def rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of DRISHTI_GS. Raises ManifestError for a file that is not there."""
    for split in splits.of(SET):
        name = PurePosixPath(split.path).stem
        maps = f"DRISHTI_GS/Training/GT/{name}/SoftMap/{name}"
        disc = split.beside(data_folder, f"{maps}_ODsegSoftmap.png")
        cup = split.beside(data_folder, f"{maps}_cupsegSoftmap.png")
        yield public_row(
            data_folder,
            split,
            RESEARCH_USE,
            visit_time_years=0.0,
            disc=disc + HALF_THE_EXPERTS,
            cup=cup + HALF_THE_EXPERTS,
            fundus=True,
        )

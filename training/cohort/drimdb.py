"""DRIMDB: 151 photographs sorted by quality; the folder is the label.

Good can be read, Bad cannot, Outlier is no fundus at all. There are no person ids: the groups of
photographs.csv stand in for persons. Many carry a burnt-in green time stamp, which a classifier
would learn; whoever trains on this set must mask it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.errors import ManifestError
from training.cohort.public_set import public_row
from training.cohort.splits import Splits

SET = "DRIMDB"
TERMS = "no terms stated"
LABELS = {
    "Good": {"fundus": True, "gradable": True},
    "Bad": {"fundus": True, "gradable": False},
    "Outlier": {"fundus": False, "gradable": False},
}


def rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of DRIMDB. Raises ManifestError for a file that is not there."""
    for split in splits.of(SET):
        folder = PurePosixPath(split.path).parent.name
        if folder not in LABELS:
            raise ManifestError(split.file, split.row, "path", f"{SET}: no folder {folder!r}")
        yield public_row(data_folder, split, TERMS, **LABELS[folder])

"""SRAHIM_DR: both eyes of 239 persons with a grade of diabetic retinopathy and maculopathy.

Seven photographs ("ADED", advanced diabetic eye disease) have no grade: theirs stays unknown.
`full_size_rows` gives the 12 that are also there at the camera's own size; the persons are the
same, so train on one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.errors import ManifestError
from training.cohort.labels import Label, read_labels
from training.cohort.public_set import public_row
from training.cohort.splits import Split, Splits

SET = "SRAHIM_DR"
FULL_SIZE_SET = "SRAHIM_DR_full_size"
TERMS = "free to use it for academic purpose, with attribution (S. S. Rahim, 2025)"


def rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of SRAHIM_DR. Raises ManifestError for a missing file or label."""
    yield from _rows(data_folder, splits, SET)


def full_size_rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of the 12 photographs at 3872x2592. Raises as `rows`."""
    yield from _rows(data_folder, splits, FULL_SIZE_SET)


def _rows(data_folder: Path, splits: Splits, name: str) -> Iterator[ManifestRow]:
    table = read_labels(data_folder / "SRAHIM_DR" / "labels.csv")
    by_file = {PurePosixPath(label.text("path") or "").name: label for label in table}
    for split in splits.of(name):
        label = _label(by_file, split)
        yield public_row(
            data_folder,
            split,
            TERMS,
            visit_time_years=0.0,
            fundus=True,
            dr_grade=label.number("dr_grade"),
            maculopathy=label.number("maculopathy"),
        )


def _label(by_file: dict[str, Label], split: Split) -> Label:
    label = by_file.get(PurePosixPath(split.path).name)
    if label is None:
        reason = f"{split.set}: no label for {split.path}"
        raise ManifestError(split.file, split.row, "path", reason)
    return label

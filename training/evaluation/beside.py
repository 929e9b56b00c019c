"""What is put beside a bundle's figures: baselines learned from tuning and training people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, UInt8Array
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.settings import Limits
from training.cohort.mask_file import read_mask
from training.evaluation.age_sex import LABELS, AgeAndSex, fitted_age_and_sex
from training.evaluation.truth import cup_to_disc, judged_field
from training.evaluation.vesselness import TunedFilter, tuned_filter
from training.marks.reading import read_fovea_marks


@dataclass(frozen=True)
class Beside:
    """What was learned from tuning people for the baselines."""

    vessel_filter: TunedFilter | None
    usual_cdr: float | None
    """Mean vertical cup-to-disc ratio of tuning people."""
    age_and_sex: dict[str, AgeAndSex]
    """By label, where enough people of role train and tune have age, sex and label."""
    fovea_marks: dict[str, tuple[float, float]]


def beside_of(tune: Sequence[ManifestRow], train: Sequence[ManifestRow], root: Path) -> Beside:
    """Return the baselines that tuning and training people give.

    Raises ManifestError for an unreadable mask.
    """
    rows = list(tune)
    regressions = {n: fitted_age_and_sex([*tune, *train], label) for n, label in LABELS.items()}
    ratios = [true.vertical for row in rows if (true := cup_to_disc(row, root)) is not None]
    return Beside(
        vessel_filter=tuned_filter(_filter_examples(rows, root)),
        usual_cdr=float(np.mean(ratios)) if ratios else None,
        age_and_sex={n: r for n, r in regressions.items() if r is not None},
        fovea_marks=read_fovea_marks(),
    )


def _filter_examples(
    rows: list[ManifestRow], root: Path
) -> Iterator[tuple[UInt8Array, BoolArray, BoolArray]]:
    for row in rows:
        if row.vessel is not None:
            truth_HW = read_mask(root / row.vessel)
            height, width = truth_HW.shape
            field_HW = judged_field(row, root, (height, width), None)
            yield full_size(root / row.photograph), field_HW, truth_HW


def full_size(path: Path) -> UInt8Array:
    """Return a photograph's pixels at full size. Raises a PhotographError."""
    limits = Limits()
    return read_photograph(read_file(path, limits), path.name, limits).pixels_HWC

"""GRAPE: 305 photographs of 132 eyes of 73 persons with glaucoma, up to 4.5 years apart.

`visits.csv` counts each eye's time from that eye's own first visit, and gives the age in whole
years there. Where the two eyes of a person began at different ages, the later one's times are moved
by the difference, so that times are those of the person, to within a year.
The progression labels say whether an eye progressed within its follow-up but not when, so they are
no column of a photograph and no outcome with a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.errors import ManifestError
from training.cohort.labels import Label, read_labels
from training.cohort.public_set import CC_BY_UNCONFIRMED, public_row
from training.cohort.splits import Splits

SET = "GRAPE"
NO_PHOTOGRAPH = "0"


def rows(data_folder: Path, splits: Splits) -> Iterator[ManifestRow]:
    """Yield the rows of GRAPE. Raises ManifestError for a missing file or visit."""
    visits = read_labels(data_folder / "GRAPE" / "visits.csv")
    by_file = {v.text("cfp"): v for v in visits if v.text("present") != NO_PHOTOGRAPH}
    youngest = _age_at_first_visit(visits)
    for split in splits.of(SET):
        visit = by_file.get(PurePosixPath(split.path).name)
        if visit is None:
            reason = f"{SET}: no visit with {split.path}"
            raise ManifestError(split.file, split.row, "path", reason)
        age, years = visit.needed("baseline_age"), visit.needed("t_years")
        yield public_row(
            data_folder,
            split,
            CC_BY_UNCONFIRMED,
            visit_time_years=years + (age - youngest[visit.text("subject")]),
            camera=visit.text("device"),
            fundus=True,
            glaucoma=True,
            age_years=age + years,
            sex=visit.text("gender"),
            iop_mmhg=visit.number("iop"),
        )


def _age_at_first_visit(visits: list[Label]) -> dict[str | None, float]:
    youngest: dict[str | None, float] = {}
    for visit in visits:
        person, age = visit.text("subject"), visit.needed("baseline_age")
        youngest[person] = min(age, youngest.get(person, age))
    return youngest

"""What was drawn: people, eyes, visits, photographs by camera, defect and grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from edge_runtime.domain import Sex
from training.drawn.report.folder import DrawnCohort
from training.drawn.report.record import Counted, Drawn

NO_DEFECT = "none put in"
ARGUMENTS = (
    "people", "visits", "shots", "preset", "seed", "side_px", "masks", "require", "looked_at",
    "sampling_weight",
)  # fmt: skip


def what_was_drawn(cohort: DrawnCohort) -> Drawn:
    """Return the counts of a folder's photographs beside the arguments it was drawn by."""
    rows, record = cohort.rows, cohort.record
    women = {row.person_id for row in rows if row.sex is Sex.F}
    return Drawn(
        people=len({row.person_id for row in rows}),
        women=len(women),
        eyes=len({(row.person_id, row.eye) for row in rows}),
        visits=len({(row.person_id, row.visit_time_years) for row in rows}),
        photographs=len(rows),
        ungradable=sum(row.gradable is False for row in rows),
        cameras=_counted(row.camera or "not named" for row in rows),
        defects=_counted(name or NO_DEFECT for name in cohort.truth["camera_defect"]),
        grades=_counted(f"DR grade {row.dr_grade}" for row in rows if row.dr_grade is not None),
        arguments={name: getattr(record, name) for name in ARGUMENTS},
        parameters_sha256=record.population_parameters_sha256,
    )


def _counted(names: Iterable[str]) -> list[Counted]:
    """Return how often each name comes, the most frequent first."""
    found = sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))
    return [Counted(name=name, photographs=number) for name, number in found]

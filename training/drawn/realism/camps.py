"""Who is compared: drawn people, and real people of role `train` alone, each set a camp.

Drawings are improved by what a judge says, so nobody by whom a network is tuned or judged later
may be among its real eyes. Of every camp one part of the people may be learned from and the other
is held out: of drawn people by their role, of a real set every second person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from edge_runtime.contracts.cohort import ManifestRow, Role
from training.cohort.assemble import Cohort, cohort_rows
from training.drawn.worth.drawn_folder import DRAWN, drawn_rows, spread
from training.errors import CohortError

REAL_SETS = ("DRIVE", "HRF_AV", "CHASEDB1", "SRAHIM_DR", "GRAPE", "DRISHTI_GS")


@dataclass(frozen=True)
class Camp:
    """The photographs of one set, people who may be learned from apart from those held out."""

    name: str
    root: Path
    learn: tuple[ManifestRow, ...]
    held: tuple[ManifestRow, ...]

    @property
    def rows(self) -> tuple[ManifestRow, ...]:
        """All photographs, those that may be learned from first."""
        return self.learn + self.held

    def may_teach(self, row: ManifestRow) -> bool:
        """Return whether a photograph of this camp may be learned from."""
        return row.person_id in self._teachers

    @cached_property
    def _teachers(self) -> frozenset[str]:
        return frozenset(row.person_id for row in self.learn)


def camps(drawn: Path, data: Path, work: Path, most: int) -> dict[str, Camp]:
    """Return every camp by name, the drawn one first, each of at most so many photographs.

    Raises CohortError where a camp has nobody to learn from or nobody held out.
    """
    everybody = drawn_rows(drawn)
    learn = [row for row in everybody if row.role is Role.TRAIN]
    held = [row for row in everybody if row.role is not Role.TRAIN]
    found = [Camp(DRAWN, drawn, tuple(spread(learn, most)), tuple(spread(held, most)))]
    rows = [row for row in cohort_rows(Cohort(data), REAL_SETS, work) if row.role is Role.TRAIN]
    found += [
        real_camp(name, data, spread([row for row in rows if row.set == name], most))
        for name in REAL_SETS
    ]
    empty = [camp.name for camp in found if not camp.learn or not camp.held]
    if empty:
        raise CohortError(f"too few people in {', '.join(empty)} to hold any out")
    return {camp.name: camp for camp in found}


def real_camp(name: str, root: Path, rows: Sequence[ManifestRow]) -> Camp:
    """Return a camp of which every second person is held out."""
    place = {person: k for k, person in enumerate(dict.fromkeys(row.person_id for row in rows))}
    held = [row for row in rows if place[row.person_id] % 2 == 1]
    learn = [row for row in rows if place[row.person_id] % 2 == 0]
    return Camp(name, root, tuple(learn), tuple(held))

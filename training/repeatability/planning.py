"""Which photographs repeatability is measured on: held-out people's, and eyes that came again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from edge_runtime.contracts.cohort import ManifestRow, Role
from training.cohort.chasedb1 import SET as CHASEDB1
from training.cohort.drive import SET as DRIVE
from training.cohort.grape import SET as GRAPE
from training.cohort.hrf_av import SET as HRF_AV
from training.cohort.srahim_dr import SET as SRAHIM_DR

COPIED_SETS = (DRIVE, CHASEDB1, HRF_AV, SRAHIM_DR, GRAPE)
"""Sets whose test people's photographs are copied: five kinds of camera."""

REVISITED_SETS = (GRAPE,)
"""Sets whose eyes came again."""


def copied(rows: Sequence[ManifestRow], most: int) -> list[ManifestRow]:
    """Return up to `most` test people's photographs, one a person, the sets by turns."""
    by_set: defaultdict[str, dict[str, ManifestRow]] = defaultdict(dict)
    for row in rows:
        if row.role is Role.TEST and row.set in COPIED_SETS:
            by_set[row.set].setdefault(row.person_id, row)
    queues = [list(by_set[name].values()) for name in COPIED_SETS if name in by_set]
    turns = max((len(queue) for queue in queues), default=0)
    in_turn = [queue[turn] for turn in range(turns) for queue in queues if turn < len(queue)]
    return in_turn[:most]


def revisited(rows: Iterable[ManifestRow]) -> list[list[ManifestRow]]:
    """Return the photographs of each eye that came again to the same camera, by time."""
    eyes: defaultdict[tuple[str, str, str | None, str], list[ManifestRow]] = defaultdict(list)
    for row in rows:
        if row.set in REVISITED_SETS and row.camera is not None:
            eye = None if row.eye is None else row.eye.value
            eyes[row.set, row.person_id, eye, row.camera].append(row)
    return [
        sorted(visits, key=lambda row: row.visit_time_years or 0.0)
        for visits in eyes.values()
        if len(visits) > 1
    ]

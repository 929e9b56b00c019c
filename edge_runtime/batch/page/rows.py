"""The rows of a batch that a person should look at: the slowest, the failed, the doubtful."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge_runtime.batch.columns import Columns
from edge_runtime.batch.rows import FAILED, Row
from edge_runtime.batch.shards import table_rows
from edge_runtime.batch.summary import SET_UNKNOWN, count
from edge_runtime.contracts.result import STAGES

MOST_SLOWEST, MOST_FAILED, MOST_CONFLICTS = 20, 100, 50
LOOKED_AT = ["path", "set", "status", "error", "eye_given", "eye.laterality", "eye.conflict",
             "quality.cause", "findings.dr_grade.referable",
             "findings.dr_grade.referable_threshold"]  # fmt: skip


@dataclass
class RowsToLookAt:
    """What is gathered from the photographs' table, row by row."""

    slowest: list[tuple[float, int, Row]] = field(default_factory=list)
    """(milliseconds, place, row), a heap."""
    failed: list[Row] = field(default_factory=list)
    conflicts: list[Row] = field(default_factory=list)
    """The picture shows the other eye than the one given."""
    num_conflicts: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    """Of refusals: operator or eye."""
    stage_ms: dict[str, float] = field(default_factory=dict)
    stage_rows: Counter[str] = field(default_factory=Counter)
    read_of_set: Counter[str] = field(default_factory=Counter)
    referable_of_set: Counter[str] = field(default_factory=Counter)

    def add(self, place: int, row: Row) -> None:
        """Look at one row."""
        self._add_times(place, row)
        if row["status"] == FAILED and len(self.failed) < MOST_FAILED:
            self.failed.append(row)
        if row.get("eye.conflict"):
            self.num_conflicts += 1
            self.conflicts += [row] if len(self.conflicts) < MOST_CONFLICTS else []
        if row.get("quality.cause") and row["status"] != "ok":
            self.causes[str(row["quality.cause"])] += 1
        referable = row.get("findings.dr_grade.referable")
        threshold = row.get("findings.dr_grade.referable_threshold")
        if isinstance(referable, float) and isinstance(threshold, float):
            name = str(row["set"] or SET_UNKNOWN)
            count(self.read_of_set, name)
            if referable >= threshold:
                count(self.referable_of_set, name)

    def _add_times(self, place: int, row: Row) -> None:
        for stage in STAGES:
            took_ms = row.get(f"timings_ms.{stage}")
            if isinstance(took_ms, float):
                self.stage_ms[stage] = self.stage_ms.get(stage, 0.0) + took_ms
                self.stage_rows[stage] += 1
        total = row.get("timings_ms.total")
        if isinstance(total, float):
            heapq.heappush(self.slowest, (total, place, row))
            if len(self.slowest) > MOST_SLOWEST:
                heapq.heappop(self.slowest)


def rows_to_look_at(parts: Sequence[Path], columns: Columns) -> RowsToLookAt:
    """Return what a person should look at; the memory does not grow with the rows."""
    names = [*LOOKED_AT, *(f"timings_ms.{stage}" for stage in STAGES)]
    found = RowsToLookAt()
    for place, row in enumerate(table_rows(parts, [name for name in names if name in columns])):
        found.add(place, row)
    return found

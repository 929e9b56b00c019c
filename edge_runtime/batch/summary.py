"""`summary.json`: what came of a batch, counted from its tables, a part in memory at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from edge_runtime.batch.duplicates import Repeated
from edge_runtime.batch.rows import FAILED, OK, REFUSED, Row
from edge_runtime.batch.shards import table_rows
from edge_runtime.contracts.strict import Probability, Strict
from edge_runtime.memory import peak_memory_mb

SET_UNKNOWN = "(no set)"
COUNTED = ["set", "status", "error"]
MOST_KINDS = 1000
"""Different sets or reasons that are told apart; what a stranger names cannot fill the memory."""
OTHERS = "(others)"


@dataclass(frozen=True)
class Effort:
    """What one run of a batch took."""

    screened_now: int
    """Photographs; the others stood there before."""
    seconds: float
    engine_memory_mb: float = 0.0
    """Of the engine's own processes."""


@dataclass
class Counts:
    """Counts rows one by one, in bounded memory."""

    by_status: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    total_of_set: Counter[str] = field(default_factory=Counter)
    gradable_of_set: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Count a photograph's row."""
        status, set_name = str(row["status"]), str(row["set"] or SET_UNKNOWN)
        self.by_status[status] += 1
        count(self.total_of_set, set_name)
        if status == OK:
            count(self.gradable_of_set, set_name)
        else:
            count(self.reasons.setdefault(status, Counter()), str(row["error"]))

    def of_status(self) -> StatusCounts:
        """Return how many rows there are of each status."""
        return status_counts(self.by_status)

    def reasons_of(self, status: str) -> dict[str, int]:
        """Return the reasons of one status, the most frequent first."""
        return dict(self.reasons.get(status, Counter()).most_common())

    def by_set(self) -> dict[str, GradableShare]:
        """Return how many photographs of each set were gradable."""
        return {
            name: GradableShare(
                photographs=total,
                gradable=self.gradable_of_set[name],
                share=self.gradable_of_set[name] / total,
            )
            for name, total in sorted(self.total_of_set.items())
        }


def count(counter: Counter[str], kind: str) -> None:
    """Count one of a kind, among the others where there are too many kinds already."""
    known = kind in counter or len(counter) < MOST_KINDS
    counter[kind if known else OTHERS] += 1


class StatusCounts(Strict):
    """How many there are, and of which status."""

    total: int
    ok: int
    refused: int
    failed: int


class GradableShare(Strict):
    """How many photographs of a set were gradable; those that could not be read are not."""

    photographs: int
    gradable: int
    share: Probability


class Duplicates(Strict):
    """Photographs whose bytes came more than once; duplicates.csv names them."""

    contents: int
    photographs_beyond_the_first: int


class BatchSummary(Strict):
    """What came of a batch."""

    schema_: str = Field(default="foreseye.batch_summary/1", alias="schema")
    photographs: StatusCounts
    exams: StatusCounts
    refusals: dict[str, int]
    """Reasons of the refused photographs, the most frequent first."""
    failures: dict[str, int]
    """Errors of the failed photographs, the most frequent first."""
    gradable_by_set: dict[str, GradableShare]
    duplicates: Duplicates
    documents_failed: int = 0
    """Exams that could not have their DICOM objects or reports; documents/*.json say why."""
    screened_now: int
    """Photographs that this run screened; the others stood there when it was resumed."""
    seconds: float
    """Of this run's screening, without opening the bundle."""
    photographs_per_second: float | None
    """None when this run had nothing left to screen."""
    peak_memory_mb: float
    """Sum of the largest resident memories of the run's processes, in 10^6 bytes."""


def summarise(
    photographs: Sequence[Path],
    exams: Sequence[Path],
    repeated: Repeated,
    effort: Effort,
    documents_failed: int = 0,
) -> BatchSummary:
    """Return the summary of a batch's tables. Raises OutputError when a part cannot be read."""
    counts = Counts()
    for row in table_rows(photographs, COUNTED):
        counts.add(row)
    exam_states = Counter(str(row["status"]) for row in table_rows(exams, ["status"]))
    now, seconds = effort.screened_now, effort.seconds
    return BatchSummary(
        photographs=counts.of_status(),
        exams=status_counts(exam_states),
        refusals=counts.reasons_of(REFUSED),
        failures=counts.reasons_of(FAILED),
        gradable_by_set=counts.by_set(),
        duplicates=Duplicates(
            contents=repeated.contents, photographs_beyond_the_first=repeated.photographs
        ),
        documents_failed=documents_failed,
        screened_now=now,
        seconds=round(seconds, 3),
        photographs_per_second=round(now / seconds, 3) if now and seconds > 0 else None,
        peak_memory_mb=round(peak_memory_mb() + effort.engine_memory_mb, 1),
    )


def status_counts(states: Counter[str]) -> StatusCounts:
    """Return the counts of each status and their sum."""
    return StatusCounts(
        total=states.total(), ok=states[OK], refused=states[REFUSED], failed=states[FAILED]
    )

"""`summary.json`: what came of a batch, counted from its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from edge_runtime.batch.rows import FAILED, OK, REFUSED, Row
from edge_runtime.batch.shards import table_rows
from edge_runtime.contracts.strict import Probability, Strict
from edge_runtime.memory import peak_memory_mb

SET_UNKNOWN = "(no set)"
COUNTED = ["set", "status", "error"]


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
    screened_now: int
    """Photographs that this run screened; the others stood there when it was resumed."""
    seconds: float
    """Of this run's screening, without opening the bundle."""
    photographs_per_second: float | None
    """None when this run had nothing left to screen."""
    peak_memory_mb: float
    """Largest resident memory of the process, in 10^6 bytes."""


def summarise(
    photographs: Sequence[Path], exams: Sequence[Path], screened_now: int, seconds: float
) -> BatchSummary:
    """Return the summary of a batch's tables. Raises OutputError when a part cannot be read."""
    rows = list(table_rows(photographs, COUNTED))
    rate = screened_now / seconds if screened_now and seconds > 0 else None
    return BatchSummary(
        photographs=_counts(rows),
        exams=_counts(list(table_rows(exams, ["status"]))),
        refusals=_reasons(rows, REFUSED),
        failures=_reasons(rows, FAILED),
        gradable_by_set=_by_set(rows),
        screened_now=screened_now,
        seconds=round(seconds, 3),
        photographs_per_second=rate and round(rate, 3),
        peak_memory_mb=peak_memory_mb(),
    )


def _counts(rows: Sequence[Row]) -> StatusCounts:
    counts = Counter(str(row["status"]) for row in rows)
    return StatusCounts(
        total=len(rows), ok=counts[OK], refused=counts[REFUSED], failed=counts[FAILED]
    )


def _reasons(rows: Sequence[Row], status: str) -> dict[str, int]:
    counts = Counter(str(row["error"]) for row in rows if row["status"] == status)
    return dict(counts.most_common())


def _by_set(rows: Sequence[Row]) -> dict[str, GradableShare]:
    total = Counter(str(row["set"] or SET_UNKNOWN) for row in rows)
    gradable = Counter(str(row["set"] or SET_UNKNOWN) for row in rows if row["status"] == OK)
    return {
        name: GradableShare(
            photographs=count, gradable=gradable[name], share=gradable[name] / count
        )
        for name, count in sorted(total.items())
    }

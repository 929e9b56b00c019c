"""How the numbers of a batch are spread: histograms, one part of a table in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from edge_runtime.batch.columns import Columns
from edge_runtime.batch.shards import table_part

FEWEST_BINS, MOST_BINS = 10, 40
PROBABILITY_ENDS = (".referable", ".probability", ".cumulative_incidence")
SHOWN_HORIZON = ".5y."
"""Of the forecasts one horizon is shown; the tables hold them all."""
TITLES = {
    "quality.probability": "gradable",
    "findings.dr_grade.referable": "referable retinopathy",
}
THRESHOLDS = (".referable_threshold", ".threshold")


@dataclass
class Distribution:
    """One column's numbers."""

    column: str
    is_probability: bool
    low: float = np.inf
    high: float = -np.inf
    num: int = 0
    num_missing: int = 0
    total: float = 0.0
    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    evidence: set[str] = field(default_factory=set)
    unit: str = ""
    threshold: float | None = None
    num_from_threshold: int = 0
    """How many reach the threshold: those that are to be referred, or have the condition."""

    @property
    def title(self) -> str:
        """What the column is about, in words."""
        if self.column in TITLES:
            return TITLES[self.column]
        name = self.column.rpartition(".")[0].partition(".")[2]
        name = name.replace(SHOWN_HORIZON[:-1], ", 5 years").removesuffix(f"_{self.unit}")
        return name.replace("_", " ")

    @property
    def mean(self) -> float:
        """The mean of the values; there must be one."""
        return self.total / self.num

    @property
    def ends(self) -> tuple[float, float]:
        """Where the histogram begins and ends."""
        if self.is_probability:
            return 0.0, 1.0
        return (self.low, self.high) if self.high > self.low else (self.low - 0.5, self.low + 0.5)


def distributions(parts: Sequence[Path], columns: Columns) -> list[Distribution]:
    """Return the distributions of a table's scores and measurements that have a value at all."""
    found = [_described(parts, chunk, columns) for chunk in _in_chunks(_chosen(columns))]
    kept = [one for chunk in found for one in chunk if one.num]
    for one in kept:
        one.counts = np.zeros(min(MOST_BINS, max(FEWEST_BINS, round(one.num**0.5))), np.int64)
    for path in parts:
        table = table_part(path, [one.column for one in kept])
        for one in kept:
            values = _values(table, one.column)
            one.counts += np.histogram(values, len(one.counts), one.ends)[0]
    return kept


def _chosen(columns: Columns) -> list[Distribution]:
    found = []
    for name, kind in columns.items():
        is_probability = name.endswith(PROBABILITY_ENDS) and ".steps." not in name
        if name.startswith("forecast.") and not (is_probability and SHOWN_HORIZON in name):
            continue
        if kind == pa.float64() and (is_probability or name.endswith(".value")):
            found.append(Distribution(name, is_probability))
    return found


def _in_chunks(wanted: list[Distribution]) -> Iterator[list[Distribution]]:
    for start in range(0, len(wanted), 64):
        yield wanted[start : start + 64]


def _described(
    parts: Sequence[Path], wanted: list[Distribution], columns: Columns
) -> list[Distribution]:
    beside = {one.column: _beside(one, columns) for one in wanted}
    names = [name for one in wanted for name in (one.column, *beside[one.column].values())]
    for path in parts:
        table = table_part(path, names)
        for one in wanted:
            _add(one, table, beside[one.column])
    return wanted


def _beside(one: Distribution, columns: Columns) -> dict[str, str]:
    """Return the columns that say of what kind a column's numbers are."""
    above = one.column.rpartition(".")[0]
    named = {f"{above}.evidence": "evidence", f"{above}.unit": "unit"}
    named |= {f"{above}{end}": "threshold" for end in THRESHOLDS}
    return {key: name for name, key in named.items() if name in columns}


def _add(one: Distribution, table: pa.Table, beside: dict[str, str]) -> None:
    values = _values(table, one.column)
    one.num_missing += len(table) - len(values)
    if not len(values):
        return
    one.num += len(values)
    one.total += float(values.sum())
    one.low, one.high = min(one.low, float(values.min())), max(one.high, float(values.max()))
    said = {key: pc.drop_null(pc.unique(table[name])).to_pylist() for key, name in beside.items()}
    one.evidence |= set(said.get("evidence", []))
    one.unit = next(iter(said.get("unit", [])), one.unit)
    one.threshold = next(iter(said.get("threshold", [])), one.threshold)
    if one.threshold is not None:
        one.num_from_threshold += int((values >= one.threshold).sum())


def _values(table: pa.Table, column: str) -> npt.NDArray[np.float64]:
    return np.asarray(pc.drop_null(table[column]).to_numpy(), np.float64)

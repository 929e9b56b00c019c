"""What one bundle made of one photograph, beside what is true of it: a row of predictions.parquet.

Every figure, plot, pooled or paired, is computed from these rows, so none of them runs a model
again. While an evaluation runs, its rows are appended to a file of lines; a killed one goes on
where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from edge_runtime.durable import written_whole
from edge_runtime.errors import UnreadableFile

PREDICTIONS_FILE = "predictions.parquet"
LINES_FILE = "predictions.partial.jsonl"

PROTOCOL = "foreseye.predictions/1"
"""Rows of another protocol are judged anew, not taken over."""

Status = Literal["read", "ungradable", "unreadable"]

_VALUE, _HISTOGRAM = "value.", "histogram."


@dataclass(frozen=True)
class Prediction:
    """One photograph, or a degraded copy of it, as one bundle sees it.

    `values` holds numbers by name, said and true; what is not known has no key. `histograms` holds
    counts of pixels by 8-bit value. `copy` is empty for the photograph as it came.
    """

    bundle_sha256: str
    photograph: str
    set: str
    person_id: str
    eye: str | None
    camera: str | None
    role: str
    fold: int
    evidence_kind: str
    terms: str
    copy: str
    status: Status
    why: str
    folder: str | None
    """Of its pictures, as `foreseye screen` writes them, relative to the evaluation's folder."""
    values: dict[str, float] = field(default_factory=dict)
    histograms: dict[str, list[int]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """Bundle, photograph and copy: what is judged once."""
        return self.bundle_sha256, self.photograph, self.copy


def append_line(prediction: Prediction, folder: Path) -> None:
    """Add a row to the lines of an evaluation that is still running."""
    line = json.dumps({"protocol": PROTOCOL, **asdict(prediction)}, allow_nan=False)
    with (folder / LINES_FILE).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def kept_predictions(folder: Path) -> dict[tuple[str, str, str], Prediction]:
    """Return the rows that an earlier run left, finished or killed, by their keys."""
    kept: list[Prediction] = []
    if (folder / PREDICTIONS_FILE).is_file():
        kept += read_predictions(folder)
    if (folder / LINES_FILE).is_file():
        for line in (folder / LINES_FILE).read_text(encoding="utf-8").splitlines():
            try:
                cells = json.loads(line)
            except ValueError:  # the line at which the process was killed
                continue
            if cells.pop("protocol") == PROTOCOL:
                kept.append(Prediction(**cells))
    return {prediction.key: prediction for prediction in kept}


def write_predictions(predictions: Iterable[Prediction], folder: Path) -> Path:
    """Write predictions.parquet, whole or not at all, and return its path."""
    rows = [_row(prediction) for prediction in predictions]
    columns = {name: _kind(name) for row in rows for name in row}
    schema = pa.schema(sorted(columns.items()), metadata={"protocol": PROTOCOL})
    path = folder / PREDICTIONS_FILE
    with written_whole(path) as partial:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), partial)
    (folder / LINES_FILE).unlink(missing_ok=True)
    return path


def read_predictions(folder: Path) -> list[Prediction]:
    """Return the rows of a folder's predictions.parquet; none of another protocol.

    Raises UnreadableFile where there is no such table.
    """
    try:
        table = pq.read_table(folder / PREDICTIONS_FILE)
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(f"no predictions in {folder}: {error}") from error
    if (table.schema.metadata or {}).get(b"protocol") != PROTOCOL.encode():
        return []
    return [_prediction(row) for row in table.to_pylist()]


def _row(prediction: Prediction) -> dict[str, Any]:
    cells = asdict(prediction)
    values, histograms = cells.pop("values"), cells.pop("histograms")
    cells |= {_VALUE + name: value for name, value in values.items()}
    return cells | {_HISTOGRAM + name: counts for name, counts in histograms.items()}


def _prediction(row: dict[str, Any]) -> Prediction:
    plain = {k: v for k, v in row.items() if not k.startswith((_VALUE, _HISTOGRAM))}
    return Prediction(**plain, values=_named(row, _VALUE), histograms=_named(row, _HISTOGRAM))


def _named(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    cells = ((k.removeprefix(prefix), v) for k, v in row.items() if k.startswith(prefix))
    return {name: value for name, value in cells if value is not None}


def _kind(column: str) -> pa.DataType:
    if column.startswith(_VALUE):
        return pa.float64()
    if column.startswith(_HISTOGRAM):
        return pa.list_(pa.int64())
    return pa.int64() if column == "fold" else pa.string()

"""The exams of a batch as every other format takes them, read back from the tables.

The tables are what a run resumes from, so whatever is made from them is the same after a kill as
without one. A cell's column is the path of its value in the JSON, so the records come back whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

from edge_runtime.batch.columns import EVERY_ROW, ORIGIN
from edge_runtime.batch.rows import FAILED, Row
from edge_runtime.batch.shards import EXAMS, PHOTOGRAPHS, shard_path, table_rows
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.exam import ExamRecord, RefusedPhotograph
from edge_runtime.contracts.origin import Origin
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

FORECAST = re.compile(r"^forecast\.(\w+)\.([0-9.]+)y\.(.+)$")
NULLS = (("photograph", "fov_circle_px"), ("eye", "laterality"))
"""Keys that result.json shows as null where there is no value."""
OF_THE_LIST = {*EVERY_ROW, "eye_given", "exam_id", "pictures"}


def screened_exams(out: Path, number: int, bundle: BundleManifest) -> Iterator[ScreenedExam]:
    """Yield the exams of a shard that have an id: those of which a photograph could be opened.

    They are told to be screened when the shard was written. Raises OutputError.
    """
    return (exam for _, exam in placed_exams(out, number, bundle))


def placed_exams(
    out: Path, number: int, bundle: BundleManifest
) -> Iterator[tuple[int, ScreenedExam]]:
    """Yield the exams as `screened_exams`, each with its place in the shard."""
    photographs = table_rows([shard_path(out, PHOTOGRAPHS, number)])
    at = _written_at(shard_path(out, EXAMS, number))
    for place, row in enumerate(table_rows([shard_path(out, EXAMS, number)])):
        # By their order and not by the exam's id, which two exams of the same content share.
        of_exam = list(islice(photographs, len(_listed(row))))
        if row["exam_id"] is None:
            continue
        done = [one for one in of_exam if one["status"] != FAILED]
        photographs_done = tuple(_photograph(out, one) for one in done)
        yield place, ScreenedExam(exam_record(row, of_exam), photographs_done, bundle, at)


def exam_record(row: Mapping[str, Any], photographs: list[Row]) -> ExamRecord:
    """Return an exam's record from its row and those of its photographs."""
    plain = {key: value for key, value in row.items() if not key.startswith("forecast.")}
    record = nested(plain, set(EVERY_ROW))
    record.setdefault("person_id", None)
    refused = [_refused(one) for one in photographs if one["status"] == FAILED]
    if any(key.startswith("forecast.") for key in row):
        record["forecast"] = _forecasts(row)
    return ExamRecord.model_validate({**record, "refused": refused})


def screening_result(row: Mapping[str, Any]) -> ScreeningResult:
    """Return a photograph's result from its row."""
    without = {key: value for key, value in row.items() if not key.startswith(f"{ORIGIN}.")}
    record = nested(without, OF_THE_LIST)
    for part, key in NULLS:
        record[part].setdefault(key, None)
    result: ScreeningResult = ScreeningResult.model_validate(record)
    return result


def nested(row: Mapping[str, Any], without: set[str]) -> dict[str, Any]:
    """Return cells as the JSON object that they came from: paths undone, empty cells left out."""
    record: dict[str, Any] = {}
    for path, value in row.items():
        if value is None or path in without:
            continue
        *above, last = path.split(".")
        place = record
        for key in above:
            place = place.setdefault(key, {})
        place[last] = value
    return {key: _lists(value) for key, value in record.items()}


def _lists(value: Any) -> Any:
    """Turn objects whose keys are 0, 1, 2 ... into lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(part) for key, part in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def _photograph(out: Path, row: Row) -> ScreenedPhotograph:
    origin = {
        key.removeprefix(f"{ORIGIN}."): value
        for key, value in row.items()
        if key.startswith(f"{ORIGIN}.") and value is not None
    }
    layers = out / str(row["pictures"]) if row["pictures"] else None
    stated = Origin.model_validate(origin) if origin else None
    return ScreenedPhotograph(screening_result(row), stated, layers=layers)


def _refused(row: Row) -> RefusedPhotograph:
    kind, _, reason = str(row["error"]).partition(": ")
    return RefusedPhotograph(name=Path(str(row["path"])).name, error=kind, reason=reason)


def _forecasts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path, value in row.items():
        match = FORECAST.match(path)
        if match is not None and value is not None:
            found.setdefault((match[1], match[2]), {})[match[3]] = value
    return [
        {"condition": condition, "horizon_years": float(horizon), **nested(cells, set())}
        for (condition, horizon), cells in found.items()
    ]


def _listed(row: Row) -> list[str]:
    listed = row["photographs"]
    assert isinstance(listed, list)
    return listed


def _written_at(shard: Path) -> datetime:
    return datetime.fromtimestamp(shard.stat().st_mtime, timezone.utc)

"""The columns of a batch's tables: JSON paths of result.json and exam.json, joined by dots.

They are derived from the contracts and the bundle, not from the rows, so that every part of a
table has the same columns and types whatever its photographs showed.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.contracts.exam import ExamRecord, Forecast, ForecastCondition
from edge_runtime.contracts.origin import Origin
from edge_runtime.contracts.result import STAGES, ScreeningResult
from edge_runtime.fundus.biomarkers import UNIT_OF
from edge_runtime.fundus.quality import DEFECTS

Columns = dict[str, pa.DataType]

TEXT, TEXTS = pa.string(), pa.list_(pa.string())
SCALARS: dict[object, pa.DataType] = {
    str: TEXT,
    float: pa.float64(),
    int: pa.int64(),
    bool: pa.bool_(),
}
ORIGIN = "dicom"
"""Before the columns of what a DICOM file says of a photograph; empty for any other file."""

EVERY_ROW: Columns = {"path": TEXT, "set": TEXT, "status": TEXT, "error": TEXT}
"""`status` is ok, refused (ungradable or no fundus) or failed (could not be read or screened)."""

OF_PHOTOGRAPH: Columns = {**EVERY_ROW, "eye_given": TEXT, "exam_id": TEXT, "pictures": TEXT}
"""`eye_given` is the one that the list gave; `pictures` is the folder of the photograph's pictures,
relative to the output."""


def photograph_columns(bundle: BundleManifest) -> Columns:
    """Return the columns of photographs/*.parquet, in order; what no model makes has none."""
    keys: dict[str, Sequence[str]] = {
        "models": list(bundle.models),
        "quality.defects": list(DEFECTS),
        "biomarkers": list(UNIT_OF),
        "timings_ms": STAGES,
    }
    without = set() if "findings" in bundle.models else {"findings"}
    origin = _of_record(Origin, {}, f"{ORIGIN}.")
    return {**OF_PHOTOGRAPH, **origin, **_of_record(ScreeningResult, keys, without=without)}


def exam_columns(bundle: BundleManifest) -> Columns:
    """Return the columns of exams/*.parquet, in order.

    `path` is the exam's first photograph. A forecast's columns are named by condition and
    horizon: forecast.stroke.5y.cumulative_incidence. Photographs that could not be read are rows
    of the photographs' table, so `refused` has no column here.
    """
    keys = {"covariates": COVARIATES}
    of_exam = _of_record(ExamRecord, keys, without={"forecast", "refused"})
    return {**EVERY_ROW, **of_exam, **_of_forecasts(bundle)}


def cells(record: Mapping[str, object], columns: Columns, prefix: str = "") -> dict[str, object]:
    """Return a JSON object as one row's cells. Raises ValueError for a value without a column."""
    return dict(_cells(record, columns, prefix))


def forecast_prefix(condition: str, horizon_years: float) -> str:
    """Return how the columns of one forecast begin."""
    return f"forecast.{condition}.{horizon_years:g}y."


def _cells(
    record: Mapping[str, object], columns: Columns, prefix: str
) -> Iterator[tuple[str, object]]:
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _cells(value, columns, f"{path}.")
        elif path in columns:
            yield path, value
        elif isinstance(value, list):
            yield from _cells({str(i): part for i, part in enumerate(value)}, columns, f"{path}.")
        elif value is not None:
            raise ValueError(f"no column for {path}")


def _of_forecasts(bundle: BundleManifest) -> Columns:
    if "forecast" not in bundle.models:
        return {}
    found: Columns = {}
    for condition in ForecastCondition:
        for horizon_years in bundle.horizons_years:
            prefix = forecast_prefix(condition.value, horizon_years)
            found |= _of_record(Forecast, {}, prefix, without={"condition", "horizon_years"})
    return found


def _of_record(
    record: type[BaseModel],
    keys: Mapping[str, Sequence[str]],
    prefix: str = "",
    without: set[str] | None = None,
) -> Columns:
    found: Columns = {}
    for name, field in record.model_fields.items():
        if name not in (without or ()):
            found |= _of_field(f"{prefix}{field.alias or name}", field.annotation, keys)
    return found


def _of_field(path: str, annotation: Any, keys: Mapping[str, Sequence[str]]) -> Columns:
    kind = _plain(annotation)
    origin, inner = get_origin(kind), get_args(kind)
    found: Columns = {}
    if origin is dict:
        for key in keys[path]:
            found |= _of_field(f"{path}.{key}", inner[1], keys)
    elif origin is tuple:
        for place, part in enumerate(inner):
            found |= _of_field(f"{path}.{place}", part, keys)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        found = _of_record(kind, keys, f"{path}.")
    else:
        found = {path: TEXTS if kind == list[str] else _scalar(kind)}
    return found


def _scalar(kind: Any) -> pa.DataType:
    if get_origin(kind) is Literal or issubclass(kind, Enum):
        return TEXT
    return SCALARS[kind]


def _plain(annotation: Any) -> Any:
    """Return an annotation without Annotated and without the None of an optional field."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain(next(kind for kind in get_args(annotation) if kind is not type(None)))
    return annotation

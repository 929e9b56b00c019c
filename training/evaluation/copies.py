"""Degraded copies of the judged photographs: one defect each, or as a telephone takes them.

Chance is fixed by the photograph's path, so that every bundle is judged on the same copies.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import FovCircle, PhotographFile, UInt8Array
from edge_runtime.pipeline import Pipeline
from edge_runtime.stages import PhotographDone
from training.camera.defects import OPERATORS, RETAKE, spoilt
from training.camera.phone import phone_photograph
from training.evaluation.prediction import Prediction
from training.evaluation.reading import full_size, screened
from training.evaluation.said import named_defect, said

PHONE = "phone"
SEED = 20261122
PEOPLE_PER_SET = 12
"""Defects are tried on one photograph of so many persons of each set: seven copies of each."""


def spoilt_rows(rows: Iterable[ManifestRow]) -> set[str]:
    """Return the photographs of which copies with defects are made: good ones, one a person."""
    chosen: dict[str, dict[str, str]] = {}
    for row in rows:
        good = row.gradable is not False and row.fundus is not False
        people = chosen.setdefault(row.set, {})
        if good and row.person_id not in people and len(people) < PEOPLE_PER_SET:
            people[row.person_id] = row.photograph
    return {photograph for people in chosen.values() for photograph in people.values()}


def copies_of(
    pipeline: Pipeline, row: ManifestRow, original: Prediction, with_defects: bool
) -> list[str]:
    """Return which copies of a photograph are judged; none of one that was refused itself."""
    if original.status != "read":
        return []
    graded = row.dr_grade is not None or row.maculopathy is not None
    copies = [PHONE] if graded and "findings" in pipeline.models else []
    return copies + (list(OPERATORS) if with_defects else [])


def predicted_copies(
    pipeline: Pipeline,
    row: ManifestRow,
    root: Path,
    original: Prediction,
    copies: list[str],
) -> Iterator[Prediction]:
    """Yield the prediction of each copy. Raises a PhotographError when the file is gone."""
    if not copies:
        return
    pixels_HWC, circle = full_size(root / row.photograph), circle_of(original)
    for copy in copies:
        rng = np.random.default_rng([SEED, zlib.crc32(f"{row.photograph} {copy}".encode())])
        result = _result(pipeline, copy, degraded(pixels_HWC, circle, copy, rng))
        truths = {
            k: v
            for k, v in original.values.items()
            if k.startswith("truth.") or k.endswith((".judged", ".age_and_sex"))
        }
        values = {**truths, **said(result)}
        if copy != PHONE:
            values["defect_named"] = float(named_defect(result) == copy)
        refused = result is None or not result.quality.gradable
        yield replace(
            original,
            copy=copy,
            status="ungradable" if refused else "read",
            why="" if result is None else result.quality.reason,
            folder=None,
            values=values,
            histograms={},
        )


def degraded(
    pixels_HWC: UInt8Array, circle: FovCircle, copy: str, rng: np.random.Generator
) -> UInt8Array:
    """Return one copy of a photograph, at its size."""
    if copy == PHONE:
        return phone_photograph(pixels_HWC, circle, rng)
    return spoilt(pixels_HWC, circle, copy, RETAKE, rng)


def circle_of(original: Prediction) -> FovCircle:
    """Return the field that was found in a photograph that was read."""
    return FovCircle(*(original.values[f"field.{name}"] for name in ("x_px", "y_px", "radius_px")))


def _result(pipeline: Pipeline, copy: str, pixels_HWC: UInt8Array) -> ScreeningResult | None:
    _, content = cv2.imencode(".bmp", pixels_HWC[..., ::-1])
    done = screened(pipeline, PhotographFile(f"{copy}.bmp", content.tobytes()))
    return done.result if isinstance(done, PhotographDone) else None

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
from edge_runtime.domain import Exam, FovCircle, PhotographFile, UInt8Array
from edge_runtime.pipeline import Pipeline
from edge_runtime.stages import PhotographRefused, QualityRead
from training.camera.defects import OPERATORS, RETAKE, spoilt
from training.camera.phone import phone_photograph
from training.evaluation.beside import full_size
from training.evaluation.prediction import Prediction
from training.evaluation.reading import screened
from training.evaluation.said import named_defect, said, said_of_quality

PHONE = "phone"
SEED = 20261122
PEOPLE_PER_SET = 8
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
        copied_HWC = degraded(pixels_HWC, circle, copy, rng)
        yield (
            _of_phone(pipeline, original, copied_HWC)
            if copy == PHONE
            else _of_defect(pipeline, original, copied_HWC, copy)
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


def _of_phone(pipeline: Pipeline, original: Prediction, copied_HWC: UInt8Array) -> Prediction:
    done = screened(pipeline, _file(PHONE, copied_HWC))
    if isinstance(done, PhotographRefused):
        return _copy(original, PHONE, False, done.error.public_message, said(None))
    quality = done.result.quality
    return _copy(original, PHONE, quality.gradable, quality.reason, said(done.result))


def _of_defect(
    pipeline: Pipeline, original: Prediction, copied_HWC: UInt8Array, defect: str
) -> Prediction:
    """Only the gate is asked: closing the pipeline after its verdict saves the models' time."""
    for event in pipeline.screen(Exam("judged", (_file(defect, copied_HWC),))):
        if isinstance(event, QualityRead):
            quality = event.quality
            values = said_of_quality(quality)
            values["defect_named"] = float(named_defect(quality) == defect)
            return _copy(original, defect, quality.gradable, quality.reason, values)
        if isinstance(event, PhotographRefused):
            break
    return _copy(original, defect, False, "", {**said(None), "defect_named": 0.0})


def _copy(
    original: Prediction, copy: str, gradable: bool, why: str, values: dict[str, float]
) -> Prediction:
    kept = ("truth.", "field."), (".judged", ".age_and_sex")
    known = {
        k: v for k, v in original.values.items() if k.startswith(kept[0]) or k.endswith(kept[1])
    }
    return replace(
        original,
        copy=copy,
        status="read" if gradable else "ungradable",
        why=why,
        folder=None,
        values={**known, **values},
        histograms={},
    )


def _file(copy: str, pixels_HWC: UInt8Array) -> PhotographFile:
    _, content = cv2.imencode(".bmp", pixels_HWC[..., ::-1])
    return PhotographFile(f"{copy}.bmp", content.tobytes())

"""Judges a folder that `foreseye screen` wrote, its photographs found by their hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Evidence, UInt8Array
from edge_runtime.errors import UnreadableFile
from edge_runtime.pictures import PICTURES
from edge_runtime.results import RESULT_FILE
from training.cohort.assemble import assemble
from training.errors import CohortError
from training.evaluation.figures import FIGURES
from training.evaluation.mask_scores import MaskPictures
from training.evaluation.measuring import Context, measured
from training.evaluation.planning import MANIFEST_FILE, present_sets
from training.evaluation.prediction import Prediction
from training.evaluation.reading import prediction_of


def judge_written(data: Path, results: Path, role: str) -> list[Metric]:
    """Return the figures of every photograph of one role that lies below `results`.

    A set of which nothing was screened is left out; a photograph of a set that was screened in
    part raises CohortError: leaving it out would flatter. The evidence is `internal`, for the
    folder does not say what its bundle learned from.
    """
    folders = {
        json.loads(path.read_text(encoding="utf-8"))["photograph"]["sha256"]: path.parent
        for path in sorted(results.rglob(RESULT_FILE))
    }
    manifest = assemble(data, results / MANIFEST_FILE, present_sets(data))
    rows = [row for row in read_manifest(manifest) if row.role == Role(role)]
    placed = [(row, folders.get(_sha256(data / row.photograph))) for row in rows]
    screened = {row.set for row, folder in placed if folder is not None}
    predictions = [_prediction(row, data, at) for row, at in placed if row.set in screened]
    context = Context(Role(role).value, Role(role), lambda *_: Evidence.INTERNAL)
    return measured(predictions, FIGURES, context)[0]


def _prediction(row: ManifestRow, data: Path, folder: Path | None) -> Prediction:
    if folder is None:
        raise CohortError(f"{row.set}: {row.photograph} was not screened, others of its set were")
    text = (folder / RESULT_FILE).read_text(encoding="utf-8")
    result = ScreeningResult.model_validate_json(text)
    return prediction_of(row, data, result.bundle.sha256, result, written_pictures(folder), None)


def written_pictures(folder: Path) -> MaskPictures | None:
    """Return the pictures of a folder, None where the photograph was refused."""
    if not (folder / next(iter(PICTURES))).is_file():
        return None
    return MaskPictures(*(_grey(folder / name) for name in PICTURES))


def _grey(path: Path) -> UInt8Array:
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 2:
        raise UnreadableFile(f"{path} is no one-channel picture")
    return np.asarray(picture, dtype=np.uint8)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def in_words(metrics: list[Metric]) -> str:
    """Return one line a figure, for people."""
    return "\n".join(_line(metric) for metric in metrics)


def _line(metric: Metric) -> str:
    between = "too few people for an interval"
    if metric.interval_95 is not None:
        between = f"95 % {metric.interval_95[0]:.4f} to {metric.interval_95[1]:.4f}"
    against = "" if metric.baseline is None else f"; {metric.baseline_name}: {metric.baseline:.4f}"
    return (
        f"{metric.set:12} {metric.split or metric.role.value:8} {metric.name:26} "
        f"{metric.value:.4f}  ({between}, {metric.people} people{against})"
    )

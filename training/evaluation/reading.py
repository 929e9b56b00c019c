"""Runs one bundle's pipeline over photographs, as `foreseye screen` would, and scores each one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Exam, PhotographFile
from edge_runtime.errors import PhotographError
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.intake import read_file
from edge_runtime.names import safe_stem
from edge_runtime.pipeline import Pipeline
from edge_runtime.results import write_photograph
from edge_runtime.settings import Limits
from edge_runtime.stages import PhotographDone, PhotographRefused
from training.evaluation.beside import Beside
from training.evaluation.mask_scores import MaskPictures
from training.evaluation.prediction import Prediction, Status
from training.evaluation.scoring import row_values

SCREENED = "screened"
"""Folder of the pictures, in the layout of `foreseye screen`; `--results` judges it again."""


def screened(pipeline: Pipeline, file: PhotographFile) -> PhotographDone | PhotographRefused:
    """Return what the pipeline makes of one photograph."""
    for event in pipeline.screen(Exam("judged", (file,))):
        if isinstance(event, (PhotographDone, PhotographRefused)):
            return event
    raise AssertionError("the pipeline finishes or refuses each photograph")


def predicted(
    pipeline: Pipeline, row: ManifestRow, root: Path, out: Path, beside: Beside
) -> Prediction:
    """Return a row's prediction; what `foreseye screen` would write goes below `out`.

    The eye is not told to the pipeline, so that reading it from the picture is judged too.
    """
    path = root / row.photograph
    sha256, judged = pipeline.bundle.sha256, judged_thresholds(pipeline)
    done: PhotographDone | PhotographRefused
    try:
        done = screened(pipeline, PhotographFile(path.name, read_file(path, Limits())))
    except PhotographError as error:
        done = PhotographRefused(0, path.name, error)
    if isinstance(done, PhotographRefused):
        why = done.error.public_message
        return prediction_of(row, root, sha256, None, None, beside, why, judged=judged)
    folder = f"{SCREENED}/{row.set}/{picture_folder(row)}"
    write_photograph(out / folder, done)
    return prediction_of(
        row, root, sha256, done.result, done.anatomy, beside, folder=folder, judged=judged
    )


def judged_thresholds(pipeline: Pipeline) -> list[str]:
    """Return the names under which predictions say that the bundle has a threshold."""
    findings = pipeline.bundle.manifest.models.get("findings")
    return [] if findings is None else [f"{name}.judged" for name in findings.thresholds]


def picture_folder(row: ManifestRow) -> str:
    """Return a folder name for a row's pictures that no other row of the set has."""
    digest = hashlib.sha256(row.photograph.encode()).hexdigest()[:8]
    return f"{safe_stem(row.photograph)}-{digest}"


def prediction_of(
    row: ManifestRow,
    root: Path,
    bundle_sha256: str,
    result: ScreeningResult | None,
    anatomy: Anatomy | MaskPictures | None,
    beside: Beside | None,
    why: str = "",
    folder: str | None = None,
    judged: Sequence[str] = (),
) -> Prediction:
    """Return the row of predictions.parquet that a result (None: refused unread) gives.

    `judged` names what the bundle has a threshold for (`referable.judged`): a refused photograph
    then counts as referred.
    """
    values, histograms = row_values(row, root, result, anatomy, beside)
    values |= dict.fromkeys(judged, 1.0)
    status: Status = "unreadable" if result is None else "read"
    if result is not None and not result.quality.gradable:
        status, why = "ungradable", result.quality.reason
    return Prediction(
        bundle_sha256=bundle_sha256,
        photograph=row.photograph,
        set=row.set,
        person_id=row.person_id,
        eye=None if row.eye is None else row.eye.value,
        camera=row.camera,
        role=row.role.value,
        fold=row.fold,
        evidence_kind=row.evidence_kind.value,
        terms=row.terms,
        copy="",
        status=status,
        why=why,
        folder=folder,
        values=values,
        histograms=histograms,
    )

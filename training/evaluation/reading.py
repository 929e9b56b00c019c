"""Runs one bundle's pipeline over photographs, as `foreseye screen` would, and scores each one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import BoolArray, Exam, FovCircle, PhotographFile, UInt8Array
from edge_runtime.errors import PhotographError
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.biomarkers.fovea import NoFovea
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.names import safe_stem
from edge_runtime.pictures import PICTURES, laid
from edge_runtime.pipeline import Pipeline
from edge_runtime.results import write_photograph
from edge_runtime.settings import Limits
from edge_runtime.stages import PhotographDone, PhotographRefused
from training.cohort.mask_file import read_mask
from training.evaluation.age_sex import LABELS, AgeAndSex, fitted_age_and_sex
from training.evaluation.mask_scores import (
    MaskPictures,
    artery_vein_scores,
    disc_scores,
    vessel_scores,
)
from training.evaluation.prediction import Prediction, Status
from training.evaluation.said import said
from training.evaluation.truth import cup_to_disc, judged_field, labels
from training.evaluation.vesselness import TunedFilter, tuned_filter
from training.marks.reading import read_fovea_marks

SCREENED = "screened"
"""Folder of the pictures, in the layout of `foreseye screen`; `--results` judges it again."""


@dataclass(frozen=True)
class Beside:
    """What was learned from tuning people for the baselines."""

    vessel_filter: TunedFilter | None
    usual_cdr: float | None
    """Mean vertical cup-to-disc ratio of tuning people."""
    age_and_sex: dict[str, AgeAndSex]
    """By label, where enough people of role train and tune have age, sex and label."""
    fovea_marks: dict[str, tuple[float, float]]


def beside_of(tune: Sequence[ManifestRow], train: Sequence[ManifestRow], root: Path) -> Beside:
    """Return the baselines that tuning and training people give.

    Raises ManifestError for an unreadable mask.
    """
    rows = list(tune)
    regressions = {n: fitted_age_and_sex([*tune, *train], label) for n, label in LABELS.items()}
    ratios = [true.vertical for row in rows if (true := cup_to_disc(row, root)) is not None]
    return Beside(
        vessel_filter=tuned_filter(_filter_examples(rows, root)),
        usual_cdr=float(np.mean(ratios)) if ratios else None,
        age_and_sex={n: r for n, r in regressions.items() if r is not None},
        fovea_marks=read_fovea_marks(),
    )


def _filter_examples(
    rows: list[ManifestRow], root: Path
) -> Iterator[tuple[UInt8Array, BoolArray, BoolArray]]:
    for row in rows:
        if row.vessel is not None:
            truth_HW = read_mask(root / row.vessel)
            height, width = truth_HW.shape
            field_HW = judged_field(row, root, (height, width), None)
            yield full_size(root / row.photograph), field_HW, truth_HW


def full_size(path: Path) -> UInt8Array:
    """Return a photograph's pixels at full size. Raises a PhotographError."""
    limits = Limits()
    return read_photograph(read_file(path, limits), path.name, limits).pixels_HWC


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
    values, histograms = _values(row, root, result, anatomy, beside)
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


def _values(
    row: ManifestRow,
    root: Path,
    result: ScreeningResult | None,
    anatomy: Anatomy | MaskPictures | None,
    beside: Beside | None,
) -> tuple[dict[str, float], dict[str, list[int]]]:
    values = {**labels(row), **said(result)}
    if row.eye is not None:
        seen = None if result is None else result.eye.laterality
        values["laterality_right"] = float(seen is row.eye)
        values["truth.od"] = float(row.eye.value == "OD")
    circle = _circle(result)
    if circle is not None:
        values |= {f"field.{name}": number for name, number in asdict(circle).items()}
    histograms: dict[str, list[int]] = {}
    if row.masks():
        scored, histograms = _mask_values(row, root, result, anatomy, beside, circle)
        values |= scored
    values |= _cup_to_disc_values(row, root, values, beside)
    values |= {} if beside is None else _age_and_sex_values(row, beside)
    if isinstance(anatomy, Anatomy) and beside is not None:
        values |= _fovea_values(row, anatomy, beside, circle)
    return values, histograms


def _mask_values(
    row: ManifestRow,
    root: Path,
    result: ScreeningResult | None,
    anatomy: Anatomy | MaskPictures | None,
    beside: Beside | None,
    circle: FovCircle | None,
) -> tuple[dict[str, float], dict[str, list[int]]]:
    shape = read_mask(root / next(iter(row.masks().values()))).shape
    pictures = _pictures(anatomy, result, (shape[0], shape[1]))
    photograph_HWC = None
    if beside is not None and row.vessel is not None:
        photograph_HWC = full_size(root / row.photograph)
    values: dict[str, float] = {}
    histograms: dict[str, list[int]] = {}
    if row.vessel is not None:
        field_HW = judged_field(row, root, (shape[0], shape[1]), circle)
        vessel_filter = None if beside is None else beside.vessel_filter
        vessels_HW = pictures.vessels_probability_HW
        scores = vessel_scores(row, root, vessels_HW, field_HW, photograph_HWC, vessel_filter)
        values, histograms = dict(scores.values), scores.histograms
    if row.arteriole is not None and row.venule is not None:
        values |= artery_vein_scores(row, root, pictures.arteries_veins_HW, photograph_HWC)
    return values | disc_scores(row, root, pictures.disc_cup_HW), histograms


def _pictures(
    anatomy: Anatomy | MaskPictures | None, result: ScreeningResult | None, shape: tuple[int, int]
) -> MaskPictures:
    if isinstance(anatomy, MaskPictures):
        return anatomy
    if anatomy is None or result is None:
        return MaskPictures.blank(shape)
    size = result.photograph.width_px, result.photograph.height_px
    return MaskPictures(*(laid(anatomy, layer, *size) for layer in PICTURES.values()))


def _cup_to_disc_values(
    row: ManifestRow, root: Path, values: dict[str, float], beside: Beside | None
) -> dict[str, float]:
    true = cup_to_disc(row, root)
    if true is None:
        return {}
    found = {"truth.cdr_vertical": true.vertical}
    found["cdr_vertical_measured"] = float("cdr_vertical" in values)
    if "cdr_vertical" in values:
        found["cdr_vertical_error"] = abs(values["cdr_vertical"] - true.vertical)
    if beside is not None and beside.usual_cdr is not None:
        found["cdr_vertical_error.usual"] = abs(beside.usual_cdr - true.vertical)
    if true.one_expert_off_by is not None:
        found["cdr_vertical_error.one_expert"] = true.one_expert_off_by
    return found


def _age_and_sex_values(row: ManifestRow, beside: Beside) -> dict[str, float]:
    said_by = {name: fit.probability(row) for name, fit in beside.age_and_sex.items()}
    return {f"{name}.age_and_sex": p for name, p in said_by.items() if p is not None}


def _fovea_values(
    row: ManifestRow, anatomy: Anatomy, beside: Beside, circle: FovCircle | None
) -> dict[str, float]:
    mark = beside.fovea_marks.get(row.photograph)
    if mark is None or circle is None:
        return {}
    centre = np.hypot(mark[0] - circle.x_px, mark[1] - circle.y_px) / circle.radius_px
    found = anatomy.fovea()
    values = {"fovea_error.centre": float(centre), "fovea_found": 0.0}
    if not isinstance(found, NoFovea):
        x, y = anatomy.frame.point_to_photograph(found.x_px, found.y_px)
        away = np.hypot(mark[0] - x, mark[1] - y) / circle.radius_px
        values |= {"fovea_error": float(away), "fovea_found": 1.0}
    return values


def _circle(result: ScreeningResult | None) -> FovCircle | None:
    if result is None or result.photograph.fov_circle_px is None:
        return None
    return FovCircle(*result.photograph.fov_circle_px)

"""The numbers of one photograph's prediction: what was said of it, beside what is true."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import FovCircle
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.biomarkers.fovea import NoFovea
from edge_runtime.pictures import PICTURES, laid
from training.cohort.mask_file import read_mask
from training.evaluation.beside import Beside, full_size
from training.evaluation.mask_scores import (
    MaskPictures,
    artery_vein_scores,
    disc_scores,
    vessel_scores,
)
from training.evaluation.said import said
from training.evaluation.truth import cup_to_disc, judged_field, labels


def row_values(
    row: ManifestRow,
    root: Path,
    result: ScreeningResult | None,
    anatomy: Anatomy | MaskPictures | None,
    beside: Beside | None,
) -> tuple[dict[str, float], dict[str, list[int]]]:
    """Return a row's numbers by name and its histograms; `result` None means refused unread."""
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

"""What a photograph's numbers are with one set of models: the figures that precisions must keep.

Legend: H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.tensors import REFERABLE_FROM
from edge_runtime.domain import Reading
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.biomarkers.disc import cup_to_disc_ratios, find_disc
from edge_runtime.models import LoadedModel
from edge_runtime.pictures import PICTURES, laid
from edge_runtime.seeing import seen_anatomy, seen_findings
from export.precisions.people import Opened
from training.evaluation.mask_scores import (
    MaskPictures,
    artery_vein_scores,
    disc_scores,
    vessel_scores,
)
from training.evaluation.truth import judged_field

Values = dict[str, float]
"""Figures of one photograph by name; what has no truth there has no key."""

MASK_FIGURES = ("vessel_f1", "artery_vein_accuracy", "disc_dice", "cup_dice")


def anatomy_values(models: Mapping[str, LoadedModel], opened: Opened, root: Path) -> Values:
    """Return the scores of one photograph's masks, and its vertical cup-to-disc ratio."""
    anatomy = seen_anatomy(models, opened.photograph, opened.field)
    size = opened.photograph.width_px, opened.photograph.height_px
    pictures = MaskPictures(*(laid(anatomy, layer, *size) for layer in PICTURES.values()))
    values = mask_values(opened.row, root, pictures, opened)
    ratio = cup_to_disc(anatomy)
    if ratio.value is not None:
        values["cdr_vertical"] = ratio.value
    return values


def mask_values(row: ManifestRow, root: Path, pictures: MaskPictures, opened: Opened) -> Values:
    """Return F1, accuracy and Dice of the structures that somebody drew in this photograph."""
    scored: Values = {}
    if row.vessel is not None:
        shape = pictures.vessels_probability_HW.shape
        field_HW = judged_field(row, root, (shape[0], shape[1]), opened.field.circle)
        said_HW = pictures.vessels_probability_HW
        scored |= vessel_scores(row, root, said_HW, field_HW, None, None).values
    if row.arteriole is not None and row.venule is not None:
        scored |= artery_vein_scores(row, root, pictures.arteries_veins_HW, None)
    scored |= disc_scores(row, root, pictures.disc_cup_HW)
    return {name: scored[name] for name in MASK_FIGURES if name in scored}


def cup_to_disc(anatomy: Anatomy) -> Reading:
    """Return the vertical cup-to-disc ratio as the biomarkers read it."""
    masks = anatomy.masks().within_field()
    return cup_to_disc_ratios(find_disc(masks), masks.cup_HW)["cdr_vertical"]


def findings_values(models: Mapping[str, LoadedModel], opened: Opened, _root: Path) -> Values:
    """Return the probabilities of one photograph, and whether it truly is referable."""
    findings = seen_findings(models, opened.photograph, opened.field)
    assert findings is not None, "the models hold findings"
    values: Values = {}
    if findings.dr_grade is not None:
        values["referable"] = findings.dr_grade.referable
        for grade, probability in enumerate(findings.dr_grade.probabilities):
            values[f"dr_grade_{grade}"] = probability
    if findings.maculopathy is not None:
        values["maculopathy"] = findings.maculopathy.probability
    if opened.row.dr_grade is not None:
        values["truth.referable"] = float(opened.row.dr_grade >= REFERABLE_FROM)
    return values

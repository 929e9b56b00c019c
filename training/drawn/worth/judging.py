"""Judges pictures of probability (0 to 255) against the truth, at each photograph's own size.

Vessels: F1 at the cell's cut and the area under the ROC curve, inside the set's official field.
Disc and cup: Dice over the whole photograph, of the largest connected part. Each figure is one
photograph's; the table means over them.

Legend: K structures, H rows, W columns, C colours, V the 256 values of an 8-bit picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, FovCircle, UInt8Array
from edge_runtime.fundus.preprocess import NetworkFrame
from training.anatomy.eyes import LabelledEye
from training.anatomy.metrics import overlap
from training.anatomy.vessel_task import HALF
from training.cohort.mask_file import read_mask
from training.drawn.worth.record import Case
from training.evaluation.statistics import area_of_counts, f1_by_cut
from training.evaluation.truth import judged_field
from training.evaluation.vesselness import pixel_counts

Sayer = Callable[[LabelledEye], UInt8Array]
"""Gives pictures (K, H, W) on an eye's network image."""

FIELD_STRUCTURES = ("vessel",)
"""Judged inside the field, with an area under the curve; the others are one connected thing."""


def best_cuts(say: Sayer, tune: Iterable[LabelledEye], structures: Sequence[str]) -> dict[str, int]:
    """Return, by structure, the value from which on the mean F1 over tuning eyes is best.

    It is looked for on the network image, over the pixels whose label is known.
    """
    curves: dict[str, list[np.ndarray]] = {name: [] for name in structures}
    for eye in tune:
        said_KHW = say(eye)
        for k, name in enumerate(structures):
            truth_HW, known_HW = eye.label_KHW[k] >= HALF, eye.known_KHW[k] >= HALF
            curves[name].append(f1_by_cut(*pixel_counts(said_KHW[k], truth_HW, known_HW)))
    # The cut 0 says that everything belongs to the structure.
    return {name: 1 + int(np.argmax(np.mean(c, axis=0)[1:])) for name, c in curves.items()}


def judged_case(
    row: ManifestRow,
    root: Path,
    judged_on: str,
    frame: NetworkFrame,
    said_KHW: UInt8Array,
    cuts: dict[str, int],
) -> Case:
    """Return one photograph's figures, of the pictures that were said on its network image."""
    figures: dict[str, float] = {}
    for k, (name, cut) in enumerate(cuts.items()):
        truth_HW = read_mask(root / str(getattr(row, name)))
        laid_HW = on_photograph(said_KHW[k], frame, truth_HW.shape)
        if name in FIELD_STRUCTURES:
            field_HW = judged_field(row, root, truth_HW.shape, _circle(frame))
            figures |= field_figures(name, laid_HW, truth_HW, field_HW, cut)
        else:
            said_HW = largest_part(laid_HW >= cut)
            figures[f"{name}_dice"] = overlap(said_HW, truth_HW, np.ones_like(truth_HW)).dice
    return Case(judged_on=judged_on, person=f"{row.set}/{row.person_id}", figures=figures)


def field_figures(
    name: str, picture_HW: UInt8Array, truth_HW: BoolArray, field_HW: BoolArray, cut: int
) -> dict[str, float]:
    """Return F1 at the cut and the area under the ROC curve over the pixels of the field."""
    counts = overlap(picture_HW >= cut, truth_HW, field_HW)
    return {
        f"{name}_f1": counts.dice,
        f"{name}_auc": area_of_counts(*pixel_counts(picture_HW, truth_HW, field_HW)),
    }


def on_photograph(said_HW: UInt8Array, frame: NetworkFrame, shape: tuple[int, ...]) -> UInt8Array:
    """Return a picture of the network image laid on its photograph of `shape`, 0 outside."""
    laid_HW = frame.to_photograph(said_HW.astype(np.float32), shape[1], shape[0])
    return np.asarray(np.rint(laid_HW), np.uint8)


def largest_part(mask_HW: BoolArray) -> BoolArray:
    """Return the largest connected part of a mask, nothing of an empty one."""
    count, part_HW, boxes, _ = cv2.connectedComponentsWithStats(mask_HW.astype(np.uint8))
    if count < 2:
        return mask_HW
    return np.asarray(part_HW == 1 + int(np.argmax(boxes[1:, cv2.CC_STAT_AREA])))


def _circle(frame: NetworkFrame) -> FovCircle:
    """Return the field's circle in the photograph; only sets without masks of their own need it."""
    x_px, y_px = frame.point_to_photograph((frame.size_px - 1) / 2.0, (frame.size_px - 1) / 2.0)
    return FovCircle(x_px, y_px, frame.side_px / 2.0)

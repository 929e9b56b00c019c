"""Shifts each channel's logit so that 0.5 is its best cut on tuning people.

Judged as the model will be: on the 8-bit pictures laid on the photograph at its own size, inside
the set's own field mask, as the mean over photographs. The shift goes into the graph, so that every
reader of the probabilities uses the same cut.

Legend: H rows, W columns, V the 256 values of an 8-bit picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, Evidence, FloatArray, UInt8Array
from edge_runtime.fundus.anatomy import Anatomy
from training.anatomy.deployed import LABELS, SHIFTED, DeployedAnatomy
from training.anatomy.eyes import seen_eye
from training.cohort.mask_file import read_mask
from training.evaluation.truth import official_field

TEMPERATURES = tuple(1.0 + 0.1 * step for step in range(31))

LOWEST, HIGHEST = 13, 242
"""Cuts outside 5 to 95 % would rest on the tails of a few tuning photographs."""


def vessel_temperature(
    unshifted: DeployedAnatomy, tune: Iterable[ManifestRow], root: Path, image_size_px: int
) -> float:
    """Return the temperature, 1 to 4, at which the vessel's probability is likeliest on tune."""
    losses: list[FloatArray] = []
    for row in tune:
        truth_HW = read_mask(root / str(row.vessel))
        judged_HW = _judged(row, root, "vessel", truth_HW)
        height_px, width_px = truth_HW.shape
        anatomy = _anatomy(unshifted, row, root, image_size_px)
        laid_HW = anatomy.frame.to_photograph(anatomy.channel("vessel"), width_px, height_px)
        losses.append(losses_by_temperature(laid_HW[judged_HW], truth_HW[judged_HW]))
    return TEMPERATURES[int(np.argmin(np.mean(losses, axis=0)))]


def losses_by_temperature(probability: FloatArray, truth: BoolArray) -> FloatArray:
    """Return the mean negative log likelihood at each of TEMPERATURES; flat arrays of pixels."""
    certain = np.clip(probability.astype(np.float64), 1e-6, 1.0 - 1e-6)
    margin = np.where(truth, 1.0, -1.0) * np.log(certain / (1.0 - certain))
    return np.array([np.logaddexp(0.0, -margin / t).mean() for t in TEMPERATURES])


def logit_shifts(
    unshifted: DeployedAnatomy, tune: Iterable[ManifestRow], root: Path, image_size_px: int
) -> dict[str, float]:
    """Return what to add to the logit of each channel of SHIFTED that somebody labelled."""
    curves: dict[str, list[FloatArray]] = {}
    for row in tune:
        named = {name: path for name in SHIFTED if (path := getattr(row, name, None)) is not None}
        if not named:
            continue
        anatomy = _anatomy(unshifted, row, root, image_size_px)
        for name, path in named.items():
            truth_HW = read_mask(root / path)
            height_px, width_px = truth_HW.shape
            laid = anatomy.frame.to_photograph(anatomy.channel(name), width_px, height_px)
            judged_HW = _judged(row, root, name, truth_HW)
            curves.setdefault(name, []).append(dice_by_cut(_picture(laid), truth_HW, judged_HW))
    return {name: _shift(of_name) for name, of_name in curves.items()}


def dice_by_cut(picture_HW: UInt8Array, truth_HW: BoolArray, judged_HW: BoolArray) -> FloatArray:
    """Return Dice of `picture >= v` for each v, shape (V,), over the judged pixels."""
    inside = np.bincount(picture_HW[truth_HW & judged_HW], minlength=256)
    outside = np.bincount(picture_HW[~truth_HW & judged_HW], minlength=256)
    hit_V = inside[::-1].cumsum()[::-1]
    false_alarm_V = outside[::-1].cumsum()[::-1]
    both_V = hit_V + false_alarm_V + inside.sum()
    return np.asarray(2.0 * hit_V / np.maximum(both_V, 1), dtype=np.float32)


def _shift(curves: list[FloatArray]) -> float:
    mean_V = np.mean(curves, axis=0)
    best = LOWEST + int(np.argmax(mean_V[LOWEST : HIGHEST + 1]))
    # picture >= best means probability >= (best - 0.5) / 255, which the shift moves to 0.5.
    cut = (best - 0.5) / 255.0
    return -float(np.log(cut / (1.0 - cut)))


def _anatomy(deployed: nn.Module, row: ManifestRow, root: Path, image_size_px: int) -> Anatomy:
    seen = seen_eye(row, root, image_size_px)
    with torch.no_grad():
        probability_KHW = deployed(torch.from_numpy(seen.image_HWC[None]))[0].numpy()
    return Anatomy(
        seen.frame, seen.field_HW, probability_KHW * seen.field_HW, Evidence.INTERNAL, LABELS
    )


def _judged(row: ManifestRow, root: Path, channel: str, truth_HW: BoolArray) -> BoolArray:
    return official_field(row, root) if channel == "vessel" else np.ones_like(truth_HW)


def _picture(laid_HW: FloatArray) -> UInt8Array:
    return np.asarray(np.round(laid_HW * 255.0), dtype=np.uint8)

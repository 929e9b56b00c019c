"""Scores of one photograph's mask pictures as the field reports them, with blind baselines.

Vessels inside the set's official field mask; arteriole against venule over labelled pixels that
the output calls vessel; disc and cup truth as the manifest has it (DRISHTI_GS: at least half of
the experts). A photograph that was refused is judged as a blank answer.

Legend: H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, UInt8Array
from training.anatomy.metrics import overlap
from training.cohort.mask_file import read_mask
from training.evaluation.statistics import area_of_counts
from training.evaluation.truth import second_observer
from training.evaluation.vesselness import TunedFilter, pixel_counts

HALF = 128
GUESSED_DISC_RADIUS = 0.17
"""Of half the photograph's longer side: a disc of usual size, guessed at the field's centre."""

Values = dict[str, float]
Histograms = dict[str, list[int]]


@dataclass(frozen=True)
class MaskPictures:
    """What `foreseye screen` writes for one photograph, at its own size."""

    vessels_probability_HW: UInt8Array
    arteries_veins_HW: UInt8Array
    disc_cup_HW: UInt8Array

    @classmethod
    def blank(cls, shape: tuple[int, int]) -> MaskPictures:
        """Return pictures on which nothing is said: what a refused photograph is judged as."""
        return cls(*(np.zeros(shape, np.uint8) for _ in range(3)))


@dataclass(frozen=True)
class Scores:
    """Values by figure, a baseline's after a dot, and counts of pixels by 8-bit value."""

    values: Values
    histograms: Histograms


def vessel_scores(
    row: ManifestRow,
    root: Path,
    said_HW: UInt8Array,
    field_HW: BoolArray,
    photograph_HWC: UInt8Array | None,
    beside: TunedFilter | None,
) -> Scores:
    """Return vessel F1 at 0.5 and AUC; the filter's too where it and the photograph are given."""
    truth_HW = read_mask(root / str(row.vessel))
    values = {
        "vessel_f1": overlap(said_HW >= HALF, truth_HW, field_HW).dice,
        "vessel_f1.every_pixel": overlap(field_HW, truth_HW, field_HW).dice,
    }
    true_V, other_V = pixel_counts(said_HW, truth_HW, field_HW)
    values["vessel_auc"] = area_of_counts(true_V, other_V)
    histograms = {"vessel_true": true_V.tolist(), "vessel_other": other_V.tolist()}
    if beside is not None and photograph_HWC is not None:
        filtered_HW = beside.picture(photograph_HWC, field_HW)
        true_V, other_V = pixel_counts(filtered_HW, truth_HW, field_HW)
        values["vessel_auc.filter"] = area_of_counts(true_V, other_V)
        filter_says_HW = filtered_HW >= beside.cut
        values["vessel_f1.filter"] = overlap(filter_says_HW, truth_HW, field_HW).dice
        histograms |= {"filter_true": true_V.tolist(), "filter_other": other_V.tolist()}
    peer_HW = second_observer(row, root)
    if peer_HW is not None:
        values["vessel_f1.second_observer"] = overlap(peer_HW, truth_HW, field_HW).dice
    return Scores(values, histograms)


def artery_vein_scores(
    row: ManifestRow, root: Path, index_HW: UInt8Array, photograph_HWC: UInt8Array | None
) -> Values:
    """Return balanced accuracy over labelled pixels called vessel, and the share so called.

    A class of which no pixel was called vessel counts as chance (0.5). The baseline takes the
    brighter half of the same pixels for arterioles, by green light over that of its surround.
    """
    arteriole_HW = read_mask(root / str(row.arteriole))
    venule_HW = read_mask(root / str(row.venule))
    called_HW = index_HW > 0
    labelled = int((arteriole_HW | venule_HW).sum())
    judged_HW = (arteriole_HW | venule_HW) & called_HW
    values = {
        "artery_vein_accuracy": _balanced(index_HW == 1, arteriole_HW, venule_HW, judged_HW),
        "artery_vein_share_judged": float(judged_HW.sum() / labelled),
    }
    if photograph_HWC is not None and judged_HW.any():
        bright_HW = _over_its_surround(photograph_HWC)
        brighter_HW = bright_HW >= np.median(bright_HW[judged_HW])
        brightness = _balanced(brighter_HW, arteriole_HW, venule_HW, judged_HW)
        values["artery_vein_accuracy.brightness"] = brightness
    return values


def disc_scores(row: ManifestRow, root: Path, index_HW: UInt8Array) -> Values:
    """Return Dice of disc and cup, each where the row has its truth."""
    values = {}
    for name, least in (("disc", 1), ("cup", 2)):
        path = getattr(row, name)
        if path is None:
            continue
        truth_HW = read_mask(root / path)
        everywhere = np.ones_like(truth_HW)
        guess_HW = guessed_disc(truth_HW.shape)
        values[f"{name}_dice"] = overlap(index_HW >= least, truth_HW, everywhere).dice
        values[f"{name}_dice.guess"] = overlap(guess_HW, truth_HW, everywhere).dice
    return values


def guessed_disc(shape: tuple[int, ...]) -> BoolArray:
    """Return a disc of usual size at the picture's centre."""
    height, width = shape
    guess = np.zeros(shape, np.uint8)
    radius = round(GUESSED_DISC_RADIUS * max(height, width) / 2)
    cv2.circle(guess, (width // 2, height // 2), radius, 1, cv2.FILLED)
    return guess.astype(bool)


def _balanced(
    says_arteriole_HW: BoolArray,
    arteriole_HW: BoolArray,
    venule_HW: BoolArray,
    judged_HW: BoolArray,
) -> float:
    of_arterioles = says_arteriole_HW[arteriole_HW & judged_HW]
    of_venules = ~says_arteriole_HW[venule_HW & judged_HW]
    if not of_arterioles.size or not of_venules.size:
        return 0.5
    return (float(of_arterioles.mean()) + float(of_venules.mean())) / 2.0


def _over_its_surround(photograph_HWC: UInt8Array) -> np.ndarray:
    green_HW = photograph_HWC[..., 1].astype(np.float32)
    sigma = 0.03 * min(green_HW.shape)
    return green_HW / (cv2.GaussianBlur(green_HW, (0, 0), sigma) + 1.0)

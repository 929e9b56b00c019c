"""The gate for fewer bits, in clinical units: what they may cost on tuning people, and did.

Every figure is measured on the same photographs by the same code as `foreseye-train evaluate`,
once with the model in fp32 and once in the other precision; all other models stay in fp32.

Legend: N photographs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.bundle import ClinicalChange
from edge_runtime.contracts.tensors import DR_GRADE_LABELS, REFERABLE
from edge_runtime.domain import FloatArray
from export.errors import ToleranceError
from export.precisions.figures import Values
from training.evaluation.statistics import area_under_curve

LARGEST_LOSS = 0.005
"""Of a vessel F1, a Dice or an AUC: less than another random start of training moves it."""

RATIO, TRUTH = "cdr_vertical", "truth.referable"
PROBABILITIES = (*DR_GRADE_LABELS, "maculopathy", REFERABLE)

LOSSES = {
    "vessel_f1": ("vessel F1", LARGEST_LOSS),
    "artery_vein_accuracy": ("arteriole against venule, balanced accuracy", 0.01),
    "disc_dice": ("disc Dice", LARGEST_LOSS),
    "cup_dice": ("cup Dice", LARGEST_LOSS),
}
"""Figure of a mask, and by how much its mean over photographs may fall."""

ALLOWED = {
    "vertical cup-to-disc ratio, mean change": 0.01,  # experts of DRISHTI_GS are 0.06 apart
    "cup-to-disc ratio read once only, share": 0.04,
    "referable, mean change of probability": 0.02,
    "any probability, largest change": 0.1,
    "referral, share turned": 0.03,
}
"""Largest change that the bits may make."""

Judged = Mapping[str, Values]
"""Figures by photograph."""


@dataclass(frozen=True)
class Sides:
    """One figure on the photographs that have it on both sides: in fp32, and in fewer bits."""

    before_N: FloatArray
    after_N: FloatArray

    @property
    def moved(self) -> FloatArray:
        """How far each photograph's figure moved."""
        return np.asarray(np.abs(self.before_N - self.after_N))


def sides_of(before: Judged, after: Judged, name: str) -> Sides:
    """Return a figure's two sides."""
    both = [p for p in before if name in before[p] and name in after[p]]
    return Sides(
        np.array([before[p][name] for p in both], np.float64),
        np.array([after[p][name] for p in both], np.float64),
    )


def anatomy_changes(before: Judged, after: Judged) -> list[ClinicalChange]:
    """Return what fewer bits change in masks and in the cup-to-disc ratio."""
    changes = []
    for name, (figure, allowed) in LOSSES.items():
        sides = sides_of(before, after, name)
        if len(sides.before_N):
            changes.append(
                ClinicalChange(
                    figure=figure,
                    photographs=len(sides.before_N),
                    fp32=float(sides.before_N.mean()),
                    value=float(sides.after_N.mean()),
                    allowed=allowed,
                )
            )
    ratio = sides_of(before, after, RATIO)
    alone = sum((RATIO in before[p]) != (RATIO in after[p]) for p in before)
    changes.append(_moved("cup-to-disc ratio read once only, share", alone / len(before), before))
    if len(ratio.before_N):
        figure = "vertical cup-to-disc ratio, mean change"
        changes.append(_moved(figure, float(ratio.moved.mean()), ratio.before_N))
    return changes


def findings_changes(
    before: Judged, after: Judged, thresholds: Mapping[str, float]
) -> list[ClinicalChange]:
    """Return what fewer bits change in the probabilities and in who is referred."""
    referable = sides_of(before, after, REFERABLE)
    of_all = [sides_of(before, after, name) for name in PROBABILITIES]
    largest = max(float(sides.moved.max(initial=0.0)) for sides in of_all)
    mean = float(referable.moved.mean())
    changes = [
        _moved("referable, mean change of probability", mean, referable.before_N),
        _moved("any probability, largest change", largest, referable.before_N),
    ]
    if REFERABLE in thresholds:
        cut = thresholds[REFERABLE]
        turned = float(((referable.before_N >= cut) != (referable.after_N >= cut)).mean())
        changes.append(_moved("referral, share turned", turned, referable.before_N))
    return [*changes, *_areas(before, after)]


def _areas(before: Judged, after: Judged) -> list[ClinicalChange]:
    true_N = sides_of(before, after, TRUTH).before_N > 0.5
    if true_N.all() or not true_N.any():
        return []
    graded = [p for p in before if TRUTH in before[p]]
    said = [np.array([side[p][REFERABLE] for p in graded]) for side in (before, after)]
    return [
        ClinicalChange(
            figure="referable, AUC",
            photographs=len(graded),
            fp32=area_under_curve(said[0], true_N),
            value=area_under_curve(said[1], true_N),
            allowed=LARGEST_LOSS,
        )
    ]


def check(model: str, precision: str, changes: Sequence[ClinicalChange]) -> None:
    """Return when no change is larger than allowed; raise ToleranceError naming those that are."""
    if not any(change.photographs for change in changes):
        raise ToleranceError(f"{model} in {precision}: no tuning photograph to judge on")
    broken = [change for change in changes if not _worse_by(change) <= change.allowed]
    if broken:
        raise ToleranceError(f"{model} in {precision}: {'; '.join(map(in_words, broken))}")


def in_words(change: ClinicalChange) -> str:
    """Return one change as people read it."""
    on = f"{change.photographs} photographs, {change.allowed:g} allowed"
    if change.fp32 is None:
        return f"{change.figure} {change.value:.4f} ({on})"
    return f"{change.figure} {change.fp32:.4f} to {change.value:.4f} ({on})"


def _worse_by(change: ClinicalChange) -> float:
    return change.value if change.fp32 is None else change.fp32 - change.value


def _moved(figure: str, value: float, judged: Sized) -> ClinicalChange:
    return ClinicalChange(
        figure=figure, photographs=len(judged), value=value, allowed=ALLOWED[figure]
    )

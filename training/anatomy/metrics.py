"""Scores of anatomy masks, as the field reports them.

Definitions: vessel F1 at a cut inside the known pixels; arteriole-against-venule accuracy = the
balanced accuracy over labelled pixels that the output calls vessel, with their share; disc and
cup Dice, with truth = at least half of the experts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from training.evaluation.statistics import area_under_curve


@dataclass(frozen=True)
class Overlap:
    """Counts of one mask against its truth; they add up over photographs."""

    hit: float = 0.0
    false_alarm: float = 0.0
    missed: float = 0.0

    def __add__(self, other: Overlap) -> Overlap:
        return Overlap(
            self.hit + other.hit,
            self.false_alarm + other.false_alarm,
            self.missed + other.missed,
        )

    @property
    def dice(self) -> float:
        """Dice, which is F1, in [0, 1]; 1 when neither has a pixel."""
        total = 2 * self.hit + self.false_alarm + self.missed
        return 2 * self.hit / total if total else 1.0


def overlap(said_HW: BoolArray, truth_HW: BoolArray, known_HW: BoolArray) -> Overlap:
    """Return the counts of one photograph over the known pixels."""
    return Overlap(
        hit=float((said_HW & truth_HW & known_HW).sum()),
        false_alarm=float((said_HW & ~truth_HW & known_HW).sum()),
        missed=float((~said_HW & truth_HW & known_HW).sum()),
    )


def best_cut(probability: FloatArray, truth: BoolArray, cuts: FloatArray) -> float:
    """Return the cut of `cuts` with the highest F1; flat arrays of known pixels."""
    everywhere = np.ones_like(truth)
    scores = [overlap(probability >= cut, truth, everywhere).dice for cut in cuts]
    return float(cuts[int(np.argmax(scores))])


def area_under_roc(score: FloatArray | UInt8Array, truth: BoolArray) -> float:
    """Return the chance that a true pixel scores above a false one, ties counted half.

    Raises ValueError when one of the classes is empty.
    """
    if truth.all() or not truth.any():
        raise ValueError("the area under the ROC curve needs both classes")
    return area_under_curve(score.astype(np.float64), truth)


def artery_vein_accuracy(
    arteriole_HW: FloatArray,
    venule_HW: FloatArray,
    vessel_HW: BoolArray,
    truth_arteriole_HW: BoolArray,
    truth_venule_HW: BoolArray,
) -> tuple[float, float]:
    """Return balanced accuracy over labelled pixels called vessel, and the share so called.

    Raises ValueError when one of the two classes has no such pixel.
    """
    labelled = truth_arteriole_HW | truth_venule_HW
    judged = labelled & vessel_HW
    says_arteriole = arteriole_HW >= venule_HW
    of_arterioles = says_arteriole[judged & truth_arteriole_HW]
    of_venules = ~says_arteriole[judged & truth_venule_HW]
    if not of_arterioles.size or not of_venules.size:
        raise ValueError("arterioles and venules are both needed")
    accuracy = (float(of_arterioles.mean()) + float(of_venules.mean())) / 2.0
    return accuracy, float(judged.sum() / labelled.sum())

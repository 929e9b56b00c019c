"""Judges whether a photograph can be read, and tells the technician what to do about it.

A logistic over the measurements of `quality_measurements` tells what a grader could read at all;
each defect has a probability of its own, and any that is sure refuses the photograph. All numbers
are fitted in training and travel in the bundle.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from edge_runtime.domain import FieldOfView, Photograph
from edge_runtime.fundus.quality_framing import unseen_defect
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from edge_runtime.fundus.quality_weights import DEFECTS, QualityWeights
from edge_runtime.fundus.quality_wording import (
    ADVICE,
    CAUSE,
    NO_COLOUR,
    NO_FIELD,
    NO_SINGLE_CAUSE,
    REASONS,
    Cause,
)

__all__ = [
    "ADVICE",
    "CAUSE",
    "DEFECTS",
    "REASONS",
    "QualityJudgement",
    "QualityWeights",
    "gradable_probability",
    "judge_quality",
    "judged_measurements",
]

STRUCTURAL = ("small_field", "clipped_field")
"""Defects of the field itself; what is measured inside says nothing of them."""

HIDING = ("not_a_fundus", "dark", "bright", "glare")
"""Where one of these is there, vessels that do not show are its result."""

WORTH_SAYING = 0.5
"""From here on a defect is named and advice is given."""

COLOURLESS = 0.24
"""A picture of less saturation is grey, or tinted as a whole: red-free, an angiogram, a scan."""

FARTHEST_SD = 4.0
"""Measurements count at most this far from the mean, so that none alone can outweigh the rest."""


@dataclass(frozen=True)
class QualityJudgement:
    """Whether a photograph can be read, what is wrong with it, who causes that, and what to do.

    `probability` that a grader would call it gradable and all `defects` are in [0, 1]. `advice` has
    the most important first, and may stand beside a gradable photograph; `cause` is that of the
    first advice, None without any; `reason` is empty exactly when the photograph is gradable.
    """

    gradable: bool
    probability: float
    defects: dict[str, float]
    advice: tuple[str, ...]
    reason: str
    cause: Cause | None


def judge_quality(
    photograph: Photograph, field: FieldOfView | None, weights: QualityWeights
) -> QualityJudgement:
    """Return the judgement of a photograph, on what is inside its field."""
    measured = None if field is None else measure_quality(photograph, field)
    if measured is None:
        return _refused_unseen(unseen_defect(photograph, field))
    return judged_measurements(measured, weights)


def judged_measurements(measured: QualityMeasurements, weights: QualityWeights) -> QualityJudgement:
    """Return the judgement of what was measured of a photograph's field."""
    defects = weights.defects(asdict(measured))
    probability = gradable_probability(measured, weights)
    for name in DEFECTS:  # always in one order, or the last digit would differ by process
        if name in STRUCTURAL or name in weights.signs:
            probability *= 1.0 - defects[name]
    gradable = probability >= weights.threshold
    named = _named(defects)
    reason = "" if gradable else _reason(named, measured)
    if not gradable and not named:
        named = [max(DEFECTS, key=lambda name: defects[name])]
    advice = tuple(ADVICE[name] for name in named)
    cause = CAUSE[named[0]] if named else None
    return QualityJudgement(gradable, probability, defects, advice, reason, cause)


def _reason(named: list[str], measured: QualityMeasurements) -> str:
    """Why a photograph is refused; a grey one may well be of an eye, which nobody may deny."""
    if not named:
        return NO_SINGLE_CAUSE
    if named[0] == "not_a_fundus" and measured.saturation < COLOURLESS:
        return NO_COLOUR
    return REASONS[named[0]]


def _named(defects: dict[str, float]) -> list[str]:
    """The defects worth saying, the surest first; of equally sure ones those that hide others."""
    worth_saying = [name for name in DEFECTS if defects[name] >= WORTH_SAYING]
    return sorted(worth_saying, key=lambda name: (-defects[name], name not in HIDING))


def gradable_probability(measured: QualityMeasurements, weights: QualityWeights) -> float:
    """Return the probability, from what is measured inside the field, that it can be read."""
    log_odds = weights.bias
    values = asdict(measured)
    for name, term in weights.terms.items():
        away_sd = np.clip((values[name] - term.mean) / term.scale, -FARTHEST_SD, FARTHEST_SD)
        log_odds += term.coefficient * float(away_sd)
    return float(1.0 / (1.0 + np.exp(-log_odds)))


def _refused_unseen(defect: str) -> QualityJudgement:
    defects = {name: float(name == defect) for name in DEFECTS}
    reason = NO_FIELD if defect == "not_a_fundus" else REASONS[defect]
    return QualityJudgement(False, 0.0, defects, (ADVICE[defect],), reason, CAUSE[defect])

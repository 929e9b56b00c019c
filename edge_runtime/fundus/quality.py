"""Judges whether a photograph can be read, and tells the technician what to do about it.

The probability is a logistic over the measurements of `quality_measurements`; each defect is a ramp
over one or several of them. All numbers are fitted in training and travel in the bundle.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from edge_runtime.domain import FieldOfView, Photograph
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from edge_runtime.fundus.quality_weights import DEFECTS, QualityWeights

__all__ = [
    "DEFECTS",
    "QualityJudgement",
    "QualityWeights",
    "gradable_probability",
    "judge_quality",
]

STRUCTURAL = ("small_field", "clipped_field")
"""Defects of the field itself; what is measured inside says nothing of them."""

CAUSES = ("not_a_fundus", "dark", "bright", "glare")
"""Where one of these is worth saying it is said first: vessels that do not show are its result."""

WORTH_SAYING = 0.5
"""From here on a defect is named and advice is given."""

FARTHEST_SD = 4.0
"""Measurements count at most this far from the mean, so that none alone can outweigh the rest."""

ADVICE = {
    "blur": "Refocus, ask the person to keep still, and take it again.",
    "dark": "Raise the flash or darken the room so that the pupil widens, and take it again.",
    "bright": "Lower the flash and take it again.",
    "glare": "Move the camera a little to lose the reflection, and take it again.",
    "small_field": "Move closer until the field fills the picture, and take it again.",
    "clipped_field": "Centre the eye so that the whole round field is in the picture.",
    "haze": "Clean the lens and ask the person to blink, and take it again.",
    "not_a_fundus": "Point the camera at the inside of the eye and take it again.",
}

REASONS = {
    "blur": "The photograph is too blurred to read.",
    "dark": "The photograph is too dark to read.",
    "bright": "The photograph is overexposed.",
    "glare": "Reflected light hides too much of the retina.",
    "small_field": "The field of view is too small to show vessels.",
    "clipped_field": "Too much of the field of view is cut off.",
    "haze": "The photograph is too hazy to read.",
    "not_a_fundus": "This picture does not show the inside of an eye.",
}

NO_FIELD = "No round field of an eye was found in this picture."
NO_SINGLE_CAUSE = "Too little of the retina can be made out."


@dataclass(frozen=True)
class QualityJudgement:
    """Whether a photograph can be read, what is wrong with it, and what to do.

    `probability` that a grader would call it gradable and all `defects` are in [0, 1]. `advice` has
    the most important first, and may stand beside a gradable photograph; `reason` is empty exactly
    when the photograph is gradable.
    """

    gradable: bool
    probability: float
    defects: dict[str, float]
    advice: tuple[str, ...]
    reason: str


def judge_quality(
    photograph: Photograph, field: FieldOfView | None, weights: QualityWeights
) -> QualityJudgement:
    """Return the judgement of a photograph, on what is inside its field."""
    if field is None:
        return _refused_for("not_a_fundus", NO_FIELD)
    measured = measure_quality(photograph, field)
    if measured is None:
        return _refused_for("clipped_field", REASONS["clipped_field"])
    values = {
        **asdict(measured),
        "field_radius_px": field.circle.radius_px,
        "clipped_share": field.clipped,
    }
    defects = {name: max(ramp.value(values) for ramp in weights.ramps[name]) for name in DEFECTS}
    probability = gradable_probability(measured, weights)
    for name in STRUCTURAL:
        probability *= 1.0 - defects[name]
    gradable = probability >= weights.threshold
    named = _named(defects)
    reason = "" if gradable else REASONS[named[0]] if named else NO_SINGLE_CAUSE
    if not gradable and not named:
        named = [max(DEFECTS, key=lambda name: defects[name])]
    advice = tuple(ADVICE[name] for name in named)
    return QualityJudgement(gradable, probability, defects, advice, reason)


def _named(defects: dict[str, float]) -> list[str]:
    """The defects worth saying: causes first, then by how bad they are."""
    worth_saying = [name for name in DEFECTS if defects[name] >= WORTH_SAYING]
    return sorted(worth_saying, key=lambda name: (name not in CAUSES, -defects[name]))


def gradable_probability(measured: QualityMeasurements, weights: QualityWeights) -> float:
    """Return the probability, from what is measured inside the field, that it can be read."""
    log_odds = weights.bias
    for name, value in asdict(measured).items():
        term = weights.terms[name]
        away_sd = np.clip((value - term.mean) / term.scale, -FARTHEST_SD, FARTHEST_SD)
        log_odds += term.coefficient * float(away_sd)
    return float(1.0 / (1.0 + np.exp(-log_odds)))


def _refused_for(defect: str, reason: str) -> QualityJudgement:
    defects = {name: float(name == defect) for name in DEFECTS}
    return QualityJudgement(False, 0.0, defects, (ADVICE[defect],), reason)

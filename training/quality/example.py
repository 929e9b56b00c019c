"""One example for the quality gate: a picture's origin, its verdict, what is measured of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality_measurements import QualityMeasurements
from training.cohort.roles import BY_ROLE_ALWAYS
from training.recipe import FOLDS

PHOTOGRAPH, CAMERA, COPY, AT_RETAKE = "photograph", "camera", "copy", "at_retake"
PHONE, SCENE = "phone", "scene"

LEARNED_FROM = (PHOTOGRAPH, CAMERA, COPY, PHONE, SCENE)
"""All but what is only judged."""

SEEN_FROM = 0.4
"""Severity from which a copy counts as one to take again: short of RETAKE, so that what is named
there is named for sure."""


@dataclass(frozen=True)
class Example:
    """A photograph, or what was made of one.

    `kind` is `photograph`; `camera`, another camera's picture of the same eye; `copy` with one
    defect at a random severity; `at_retake`, the same at the severity from which a grader would
    take it again, to be judged and never learned from; `phone`, a telephone's; or `scene`, no eye
    at all. `group` is the set, with DRIMDB's folder after a stroke. `measured` is None where no
    field was found: such a photograph is refused without weights, as `unseen`.
    """

    kind: str
    group: str
    person: str
    role: Role
    fold: int
    gradable: bool
    measured: QualityMeasurements | None
    defect: str = ""
    severity: float = 0.0
    unseen: str = ""


def with_fold(example: Example, fold: int | None) -> Example:
    """Return the example in the role that it has when a fold is held out; None changes nothing.

    As `training.cohort.roles` deals the rows of a manifest.
    """
    if fold is None or example.group in BY_ROLE_ALWAYS:
        return example
    if example.fold == fold:
        return replace(example, role=Role.TEST)
    tuned_on = example.fold == (fold + 1) % FOLDS
    return replace(example, role=Role.TUNE if tuned_on else Role.TRAIN)

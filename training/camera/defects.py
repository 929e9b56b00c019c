"""A good photograph with one defect, more or less badly: for training, and for judging names.

Severity 0 changes next to nothing; from RETAKE on a grader would take the photograph again, and at
1 nothing can be read. The strengths at RETAKE were set by looking, against what graders ask for:
the vessels of third order and the fovea's surround must show over most of the field.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array
from training.camera.framing import clipped, far_away
from training.camera.light import Scene, picture_of, scene_of
from training.camera.optics import blurred, glared, hazed
from training.camera.sensor import brightened, darkened

RETAKE = 0.5
"""From this severity on a grader would take the photograph again."""

Operator = Callable[[Scene, float, np.random.Generator], FloatArray]

OPERATORS: dict[str, Operator] = {
    "blur": blurred,
    "dark": darkened,
    "bright": brightened,
    "glare": glared,
    "small_field": far_away,
    "clipped_field": clipped,
    "haze": hazed,
}
"""By the names of the result contract; what is no fundus is no degradation of one."""


def spoilt(
    picture_HWC: UInt8Array,
    circle: FovCircle,
    defect: str,
    severity: float,
    rng: np.random.Generator,
) -> UInt8Array:
    """Return an RGB photograph with one defect of OPERATORS, at the same size.

    `circle` is the field in the picture's own pixels, `severity` in [0, 1]. The same generator
    state gives the same picture. Raises KeyError for an unknown defect and ValueError for a
    severity out of range.
    """
    if not 0.0 <= severity <= 1.0:
        raise ValueError(f"severity must be in [0, 1], got {severity}")
    operator = OPERATORS[defect]
    return picture_of(operator(scene_of(picture_HWC, circle), severity, rng))

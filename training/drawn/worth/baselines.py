"""What stands beside the networks and learns next to nothing: a ridge filter, and the mean mask.

Legend: K structures, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge_runtime.domain import BoolArray, UInt8Array
from training.anatomy.eyes import LabelledEye
from training.anatomy.vessel_task import HALF
from training.drawn.worth.judging import Sayer
from training.evaluation.vesselness import SCALES, tuned_filter, vesselness


def ridge_filter(tune: Sequence[LabelledEye]) -> Sayer:
    """Return the vessel filter with the scales that were best on the eyes it may be tuned on."""
    tuned = tuned_filter(
        (eye.image_HWC, _field(eye), np.asarray(eye.label_KHW[0] >= HALF)) for eye in tune
    )
    assert tuned is not None  # a cell has somebody to tune on
    scales = SCALES[tuned.scales]

    def say(eye: LabelledEye) -> UInt8Array:
        return vesselness(eye.image_HWC, _field(eye), scales)[None]

    return say


def mean_place(learned: Sequence[LabelledEye]) -> Sayer:
    """Return what says of every eye the share of learned eyes that had the structure there."""
    mean_KHW = np.mean([eye.label_KHW.astype(np.float32) for eye in learned], axis=0)
    said_KHW = np.asarray(np.rint(mean_KHW), np.uint8)
    return lambda _: said_KHW


def _field(eye: LabelledEye) -> BoolArray:
    return np.asarray(eye.image_HWC.any(axis=2))

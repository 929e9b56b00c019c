"""The signs that one photograph shows and a forecast knows: their names, and both eyes in one.

Most are those that cohort studies graded and that hazards of the drawn population depend on.

Legend: S signs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from edge_runtime.domain import Eye, FloatArray
from edge_runtime.fundus.preprocess import NetworkFrame


class Eyes(str, Enum):
    """How two eyes make one person."""

    MEAN = "mean"
    WORST = "worst"


@dataclass(frozen=True)
class Sign:
    """One sign: its UCUM unit, the span in which it can lie, and how two eyes make one person."""

    name: str
    unit: str
    eyes: Eyes
    lowest: float
    highest: float


SIGNS = (
    Sign("crae_um", "um", Eyes.MEAN, 60.0, 300.0),
    Sign("crve_um", "um", Eyes.MEAN, 80.0, 400.0),
    Sign("retinopathy", "1", Eyes.WORST, 0.0, 1.0),
    Sign("nicking", "1", Eyes.MEAN, 0.0, 1.0),
    Sign("dr_severity", "{icdr_grade}", Eyes.WORST, 0.0, 5.0),
    Sign("cdr_vertical", "1", Eyes.WORST, 0.0, 1.0),
    Sign("disc_haemorrhage", "1", Eyes.WORST, 0.0, 1.0),
    Sign("log_drusen", "{log_dd2}", Eyes.WORST, -9.0, 2.0),
    Sign("peripapillary_atrophy_dd", "{disc_diameter}", Eyes.WORST, 0.0, 3.0),
    Sign("nerve_fibre_loss", "1", Eyes.MEAN, 0.0, 1.0),
)
"""In the order of `sign_NS`. Those without a scale of their own are shares or chances."""

SIGN_NAMES = tuple(sign.name for sign in SIGNS)
_WORST_S = np.array([sign.eyes is Eyes.WORST for sign in SIGNS])


STRANGE = "strangeness"
"""Name of the threshold beyond which a photograph is unlike all that were learned from."""


@dataclass(frozen=True)
class SeenSigns:
    """What one photograph shows, as the forecast takes it; `attention_SHW` in the image's frame."""

    eye: Eye | None
    sign_S: FloatArray
    attention_SHW: FloatArray
    frame: NetworkFrame
    strange: bool
    """True where the photograph is unlike all that the signs were learned from."""


def of_person(read: Mapping[Eye | None, list[FloatArray]]) -> FloatArray | None:
    """Return a person's signs (S,) from those read in each photograph of each eye, None of none.

    Photographs of one eye count alike, whatever the other eye has; an eye of which nothing tells
    the side counts as a third.
    """
    eyes = [np.mean(np.stack(photographs), axis=0) for photographs in read.values() if photographs]
    if not eyes:
        return None
    eye_ES = np.stack(eyes)
    found = np.where(_WORST_S, eye_ES.max(axis=0), eye_ES.mean(axis=0))
    return np.asarray(found, np.float32)


def signs_of(seen: Sequence[SeenSigns]) -> FloatArray | None:
    """Return a person's signs (S,) from the photographs that are not strange, None of none."""
    read: dict[Eye | None, list[FloatArray]] = defaultdict(list)
    for photograph in seen:
        if not photograph.strange:
            read[photograph.eye].append(photograph.sign_S)
    return of_person(read)


@dataclass(frozen=True)
class BodyValue:
    """What an eye may tell of the body: its name among the findings, and as a covariate."""

    name: str
    covariate: str
    unit: str


BODY = (
    BodyValue("retinal_age_years", "age_years", "a"),
    BodyValue("hba1c_percent", "hba1c_percent", "%"),
    BodyValue("egfr_ml_min_1_73m2", "egfr_ml_min_1_73m2", "mL/min/{1.73_m2}"),
    BodyValue("sbp_mmhg", "sbp_mmhg", "mm[Hg]"),
)
"""In the order of `body_NB`."""

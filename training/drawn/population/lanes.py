"""What is true of many people at one moment, as arrays by name, and the chance that moves them.

A lane is one person in a block, or one possible future of one person in the oracle: the same
rules move both. Arrays are (L,) for a body and (L, 2) for its eyes, the right eye first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
STEP_YEARS = 0.25
STEP = np.float32(STEP_YEARS)

NORMALS = (
    "sbp_mmhg",
    "dbp_mmhg",
    "hba1c_percent",
    "total_cholesterol_mmol_l",
    "hdl_cholesterol_mmol_l",
    "bmi_kg_m2",
    "egfr_ml_min_1_73m2",
    "log10_acr_mg_g",
    "iop_mmhg",
    "calibre",
)
UNIFORMS = (
    "quitting",
    "antihypertensive",
    "glucose_lowering",
    "iop_lowering",
    "statin",
    "kind_of_event",
    "dr_clock",
    "glaucoma_clock",
    "new_suspect",
    "haemorrhage_od",
    "haemorrhage_os",
    "fellow_amd",
    "laser",
    "surgery_od",
    "surgery_os",
)


@dataclass
class Lanes:
    """`fixed` stays for life; `moving` is all else that the future depends on, and what shows."""

    fixed: dict[str, Array]
    moving: dict[str, Array]

    def __len__(self) -> int:
        return len(self.fixed["sex"])

    def value(self, name: str) -> Array:
        """Return a state or trait by name; KeyError if there is none."""
        return self.moving[name] if name in self.moving else self.fixed[name]


@dataclass(frozen=True)
class Chance:
    """The chance of one step: normals (N, L) and uniforms (U, L), rows named above."""

    normals: Array
    uniforms: Array

    def normal(self, name: str) -> Array:
        """Return the step's normal deviates of a state."""
        return np.asarray(self.normals[NORMALS.index(name)])

    def uniform(self, name: str) -> Array:
        """Return the step's uniform deviates of a thing that may happen, in [0, 1)."""
        return np.asarray(self.uniforms[UNIFORMS.index(name)])

    def happens(self, name: str, per_year: Array | float) -> npt.NDArray[np.bool_]:
        """Return whether a thing of this rate happens within the step."""
        chance = -np.expm1(-STEP * np.asarray(per_year, np.float32))
        return np.asarray(self.uniform(name) < chance)

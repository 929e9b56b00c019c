"""What a forecast may know of a person besides the photographs, as the model takes it.

The names, units and ranges are those of the cohort manifest. Anything may be missing, age and sex
with it; a value that is out of range is refused with its field named, never cut to fit.

Legend: D covariates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.cohort import COVARIATES, ManifestRow
from edge_runtime.contracts.person import person_from
from edge_runtime.domain import FloatArray, Person, Sex

AGE, SEX = "age_years", "sex"
NAMES = (AGE, SEX, *COVARIATES)
"""The order of `covariate_ND` and `known_ND`; sex is 0 for F and 1 for M, a yes is 1."""

UNITS = {
    "age_years": "a",
    "sbp_mmhg": "mm[Hg]",
    "hba1c_percent": "%",
    "egfr_ml_min_1_73m2": "mL/min/{1.73_m2}",
    "bmi_kg_m2": "kg/m2",
    "iop_mmhg": "mm[Hg]",
    "axial_length_mm": "mm",
}
"""UCUM units of the covariates that have one; the others are codes."""


@dataclass(frozen=True)
class Known:
    """What is known of one person: values (D,), 0 where not known, and whether known (D,)."""

    value_D: FloatArray
    known_D: FloatArray

    @property
    def has_age_and_sex(self) -> bool:
        """Return whether both age and sex are known."""
        return bool(self.known_D[0] > 0 and self.known_D[1] > 0)

    @property
    def has_more(self) -> bool:
        """Return whether anything besides age and sex is known."""
        return bool(np.any(self.known_D[2:] > 0))

    def age_and_sex(self) -> Known:
        """Return the same person with all else forgotten."""
        kept = np.zeros_like(self.known_D)
        kept[:2] = self.known_D[:2]
        return Known(self.value_D * kept, kept)


def known_of(person: Person) -> Known:
    """Return a person's covariates in the order of NAMES.

    Raises InvalidField, naming the field, for a value out of the manifest's range or a name that
    it has not.
    """
    checked = person_from(person.age_years, person.sex, person.covariates)
    said: dict[str, float] = dict(checked.covariates)
    if checked.age_years is not None:
        said[AGE] = checked.age_years
    if checked.sex is not None:
        said[SEX] = float(checked.sex is Sex.M)
    known = np.array([name in said for name in NAMES], np.float32)
    return Known(np.array([said.get(name, 0.0) for name in NAMES], np.float32), known)


def range_of(name: str) -> tuple[float, float]:
    """Return the lowest and highest value of a covariate that the manifest takes."""
    limits = {
        kind: getattr(rule, kind)
        for rule in ManifestRow.model_fields[name].metadata
        for kind in ("ge", "le")
        if hasattr(rule, kind)
    }
    return float(limits.get("ge", 0.0)), float(limits.get("le", 2.0 if name == "smoking" else 1.0))

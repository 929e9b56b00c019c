"""What may be known of a person besides age and sex: names, ranges and steps, as the screen asks.

Names and ranges are the cohort manifest's (`tests/ui/test_covariates.py` holds them to it). Each
may be left empty: not known is never zero.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A number that may be asked for, in the unit of its name."""

    name: str
    low: float
    high: float
    step: float
    decimals: int = 0


MEASURED = (
    Measured("sbp_mmhg", 50, 300, 1),
    Measured("hba1c_percent", 3, 20, 0.1, 1),
    Measured("egfr_ml_min_1_73m2", 1, 200, 1),
    Measured("bmi_kg_m2", 8, 100, 0.1, 1),
    Measured("iop_mmhg", 1, 80, 1),
    Measured("axial_length_mm", 15, 40, 0.1, 1),
)

SMOKING = (0.0, 1.0, 2.0)
"""Never, former, current."""

PRESENT = (
    "has_ischaemic_cvd",
    "has_stroke",
    "has_chronic_kidney_disease",
    "has_type_2_diabetes",
    "has_glaucoma",
    "has_late_amd",
    "has_high_myopia",
    "has_parkinson",
    "has_dementia",
)
"""Answered by yes (1), no (0), or left open."""

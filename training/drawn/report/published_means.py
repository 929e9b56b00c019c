"""Published means and standard deviations that drawn people are laid beside.

They are of other people than those whose papers the parameters were taken from, wherever such were
found. `read` says that the numbers were read in the abstract or table cited; the others are cited
from memory and are to be verified before anybody relies on them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedMean:
    """One mean of one measure among people of some ages, in the measure's own unit."""

    measure: str
    mean: float
    sd: float | None
    from_age: float
    until_age: float
    source: str
    read: bool
    sex: str | None = None
    """F or M; None: of both."""
    without_diabetes: bool = False


_MESA = "Wong 2006, MESA, Invest Ophthalmol Vis Sci 47:2341, abstract"
_BEAVER_DAM = "Myers 2012, Beaver Dam, Ophthalmology 119:2563, abstract: mean at this age"
_BLUE_MOUNTAINS = "Healey 1997, Blue Mountains, abstract; SD from its 95 % interval and 3654 people"
_UK_BIOBANK = "UK Biobank, Sci Rep 2024 s41598-024-52023-5, table 1"
_VASCULOMETRY = "retinal vasculometry in UK Biobank and EPIC-Norfolk, Br J Ophthalmol, table 1"
_EYE_STUDIES = f"UK Biobank with eye assessment: {_VASCULOMETRY}"
_EPIC = f"EPIC-Norfolk at 67.6 (SD 7.6) years: {_VASCULOMETRY}"
_CHAN = "Chan 2016, UK Biobank, Ophthalmology 123:771, right eyes, IOPg"

PUBLISHED_MEANS = (
    PublishedMean("crae_um", 144.1, 14.4, 45, 85, _MESA, read=True),
    PublishedMean("crve_um", 214.0, 22.2, 45, 85, _MESA, read=True),
    PublishedMean("crve_um", 230.0, None, 48, 52, _BEAVER_DAM, read=True),
    PublishedMean("crve_um", 225.0, None, 68, 72, _BEAVER_DAM, read=True),
    PublishedMean("avr", 0.673, None, 45, 85, f"{_MESA}: quotient of its means", read=True),
    PublishedMean("cdr_vertical", 0.43, 0.15, 49, 90, _BLUE_MOUNTAINS, read=True),
    PublishedMean("disc_height_um", 1510.0, 185.0, 49, 90, _BLUE_MOUNTAINS, read=True),
    PublishedMean("disc_height_um", 1880.0, None, 40, 80,
                  "Quigley 1990, 60 adult eye-bank eyes, Arch Ophthalmol 108:51, abstract",
                  read=True),
    PublishedMean("sbp_mmhg", 137.4, 18.6, 40, 70, _UK_BIOBANK, read=True),
    PublishedMean("sbp_mmhg", 135.7, 16.6, 60, 76, _EPIC, read=True),
    PublishedMean("hba1c_percent", 5.35, 0.34, 40, 70,
                  f"{_UK_BIOBANK}: 35.0 (3.7) mmol/mol; none is said to have diabetes yet",
                  read=True, without_diabetes=True),
    PublishedMean("bmi_kg_m2", 27.2, 4.6, 40, 70, _UK_BIOBANK, read=True),
    PublishedMean("bmi_kg_m2", 26.8, 4.3, 60, 76, _EPIC, read=True),
    PublishedMean("total_cholesterol_mmol_l", 5.7, 1.1, 40, 70, _EYE_STUDIES, read=True),
    PublishedMean("hdl_cholesterol_mmol_l", 1.5, 0.4, 40, 70, _EYE_STUDIES, read=True),
    PublishedMean("egfr_ml_min_1_73m2", 90.5, 13.0, 40, 70, "UK Biobank baseline, CKD-EPI",
                  read=False),
    PublishedMean("iop_mmhg", 15.4, 3.7, 40, 50, _CHAN, read=True, sex="M"),
    PublishedMean("iop_mmhg", 15.9, 4.0, 50, 60, _CHAN, read=True, sex="M"),
    PublishedMean("iop_mmhg", 16.3, 4.0, 60, 70, _CHAN, read=True, sex="M"),
    PublishedMean("iop_mmhg", 15.3, 3.6, 40, 50, _CHAN, read=True, sex="F"),
    PublishedMean("iop_mmhg", 15.6, 3.7, 50, 60, _CHAN, read=True, sex="F"),
    PublishedMean("iop_mmhg", 16.2, 3.8, 60, 70, _CHAN, read=True, sex="F"),
    PublishedMean("iop_mmhg", 16.3, 3.6, 48, 92, "EPIC-Norfolk, BMJ 2017, PMC5596699, abstract",
                  read=True),
    PublishedMean("axial_length_mm", 23.69, 1.16, 58, 96,
                  "Beaver Dam fourth examination, ARVO abstract 2390647", read=True),
)  # fmt: skip

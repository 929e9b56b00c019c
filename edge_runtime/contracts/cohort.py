"""The cohort manifest and its outcomes: one row a photograph, one row a person and condition.

Empty means not known, never zero. A cell that is out of range is refused, so that a slip of the
units (an HbA1c in mmol/mol, a pressure in kPa) does not reach a model. `cohort_tables` beside this
file reads and writes the tables, `cohort_check` judges them whole.
"""

from __future__ import annotations

import re
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.contracts.mask_reference import mask_reference
from edge_runtime.contracts.strict import Strict
from edge_runtime.domain import Eye, Sex

LESION_PREFIX = "lesion_"
LESION_COLUMN = re.compile(r"^lesion_[a-z][a-z0-9_]*$")
MASKS = ("arteriole", "venule", "vessel", "disc", "cup")
COVARIATES = (
    "sbp_mmhg",
    "hba1c_percent",
    "egfr_ml_min_1_73m2",
    "bmi_kg_m2",
    "smoking",
    "iop_mmhg",
    "axial_length_mm",
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
"""Columns that become `Person.covariates`; age and sex are fields of their own."""


class Role(str, Enum):
    """What a person's photographs are used for; everything of one person has one role."""

    TRAIN = "train"
    TUNE = "tune"
    TEST = "test"


class EvidenceKind(str, Enum):
    """Whether a camera took the photograph or the project drew it."""

    REAL = "real"
    DRAWN = "drawn"


class Smoking(IntEnum):
    """Smoking, in rising order of exposure."""

    NEVER = 0
    FORMER = 1
    CURRENT = 2


class Event(IntEnum):
    """How a person's time at risk of a condition ended."""

    CENSORED = 0
    EVENT = 1
    DEATH_FIRST = 2


def _inside_the_folder(text: str) -> str:
    if "\\" in text:
        raise ValueError("folders are separated by /, not by a backslash")
    if text.startswith("/") or re.match(r"^[A-Za-z]:", text):
        raise ValueError("the path must be relative")
    if ".." in PurePosixPath(text).parts:
        raise ValueError("the path must not leave its folder (..)")
    return text


def _mask_inside_the_folder(text: str) -> str:
    _inside_the_folder(mask_reference(text).path)
    return text


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")
]
_PATH = Field(json_schema_extra={"format": "path"})
RelativePath = Annotated[Text, AfterValidator(_inside_the_folder), _PATH]
MaskPath = Annotated[Text, AfterValidator(_mask_inside_the_folder), _PATH]
Pixels = Annotated[float, Field(ge=0, le=65535)]
"""A place in the upright photograph at its own full size."""
LesionClass = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class ManifestRow(Strict):
    """One photograph, what is drawn on it, what is known of the eye and of the person that day."""

    set: Text = Field(description="The data set; person ids are unique inside one set.")
    person_id: Text = Field(description="The person, as text: 007 is not 7.")
    eye: Eye | None = Field(None, description="OD (right) or OS (left).")
    visit_time_years: float | None = Field(
        None, ge=0, le=120, description="Years since the person's first visit."
    )
    photograph: RelativePath = Field(
        description="Path relative to the manifest's folder, or to the root given to the reader."
    )
    role: Role = Field(description="train, tune or test; one for everything of a person.")
    fold: int = Field(ge=0, le=999, description="Cross-validation fold; one for each person.")
    evidence_kind: EvidenceKind = Field(description="real (a camera) or drawn (by the project).")
    camera: Text | None = Field(None, description="Make and model of the camera.")
    terms: Text = Field(description="Terms of use of the photograph and its labels.")

    arteriole: MaskPath | None = Field(None, description="Mask of arterioles.")
    venule: MaskPath | None = Field(None, description="Mask of venules.")
    vessel: MaskPath | None = Field(None, description="Mask of all vessels, crossings with them.")
    disc: MaskPath | None = Field(None, description="Mask of the optic disc, the cup with it.")
    cup: MaskPath | None = Field(None, description="Mask of the cup.")
    lesions: dict[LesionClass, MaskPath] = Field(
        default_factory=dict, description="Masks by class, from the columns lesion_<class>."
    )

    disc_x_px: Pixels | None = Field(None, description="Centre of the disc, from the left edge.")
    disc_y_px: Pixels | None = Field(
        None, validate_default=True, description="Centre of the disc, from the top edge."
    )
    fovea_x_px: Pixels | None = Field(None, description="The fovea, from the left edge.")
    fovea_y_px: Pixels | None = Field(
        None, validate_default=True, description="The fovea, from the top edge."
    )

    fundus: bool | None = Field(None, description="Whether the picture shows a fundus at all.")
    gradable: bool | None = Field(None, description="Whether a grader could read it.")
    dr_grade: int | None = Field(
        None, ge=0, le=4, description="Diabetic retinopathy, International Clinical DR scale 0-4."
    )
    dr_present: bool | None = Field(
        None, description="Diabetic retinopathy of any grade, from sets that give no grade."
    )
    maculopathy: bool | None = Field(None, description="Diabetic maculopathy is present.")
    glaucoma: bool | None = Field(None, description="Glaucoma is diagnosed in this eye.")

    age_years: float | None = Field(None, ge=0, le=120, description="Age at this visit, years.")
    sex: Sex | None = Field(None, description="F or M, as recorded.")
    sbp_mmhg: float | None = Field(None, ge=50, le=300, description="Systolic pressure, mmHg.")
    hba1c_percent: float | None = Field(None, ge=3, le=20, description="HbA1c, % (NGSP).")
    egfr_ml_min_1_73m2: float | None = Field(
        None, ge=1, le=200, description="Estimated GFR, mL/min/1.73 m2."
    )
    bmi_kg_m2: float | None = Field(None, ge=8, le=100, description="Body mass index, kg/m2.")
    smoking: Smoking | None = Field(None, description="0 never, 1 former, 2 current.")
    iop_mmhg: float | None = Field(None, ge=1, le=80, description="Intra-ocular pressure, mmHg.")
    axial_length_mm: float | None = Field(None, ge=15, le=40, description="Axial length, mm.")

    has_ischaemic_cvd: bool | None = Field(
        None, description="Has had a myocardial infarction or an ischaemic stroke, at this visit."
    )
    has_stroke: bool | None = Field(None, description="Has had a stroke of any kind.")
    has_chronic_kidney_disease: bool | None = Field(
        None, description="Is known to have chronic kidney disease, stage 3 or beyond."
    )
    has_type_2_diabetes: bool | None = Field(None, description="Is known to have type 2 diabetes.")
    has_glaucoma: bool | None = Field(
        None, description="Is in care for glaucoma, or for the suspicion of it."
    )
    has_late_amd: bool | None = Field(
        None, description="Has neovascular AMD or geographic atrophy in either eye."
    )
    has_high_myopia: bool | None = Field(
        None, description="Has -6 dioptres or beyond in either eye."
    )
    has_parkinson: bool | None = Field(None, description="Is known to have Parkinson's disease.")
    has_dementia: bool | None = Field(None, description="Is known to have dementia.")

    @field_validator("disc_y_px", "fovea_y_px")
    @classmethod
    def _a_place_has_both(cls, y_px: float | None, info: ValidationInfo) -> float | None:
        across = str(info.field_name).replace("_y_", "_x_")
        if across in info.data and (info.data[across] is None) != (y_px is None):
            raise ValueError(f"{across} and {info.field_name} are given together or not at all")
        return y_px

    @field_validator("dr_present")
    @classmethod
    def _as_the_grade_says(cls, present: bool | None, info: ValidationInfo) -> bool | None:
        grade = info.data.get("dr_grade")
        if grade is not None and present is not None and (grade > 0) != present:
            raise ValueError(f"dr_grade is {grade}")
        return present

    def masks(self) -> dict[str, str]:
        """Return the masks that the row has, by column (`vessel`, `lesion_haemorrhage`)."""
        named = {name: getattr(self, name) for name in MASKS}
        named |= {LESION_PREFIX + name: path for name, path in self.lesions.items()}
        return {column: path for column, path in named.items() if path is not None}

    def covariates(self) -> dict[str, float]:
        """Return the known covariates by name, as `Person.covariates` takes them."""
        return {
            name: float(getattr(self, name))
            for name in COVARIATES
            if getattr(self, name) is not None
        }


class OutcomeRow(Strict):
    """How one person's time at risk of one condition went, death competing."""

    set: Text = Field(description="The data set, as in the manifest.")
    person_id: Text = Field(description="The person, as in the manifest.")
    condition: ForecastCondition = Field(description="One of the ten forecast conditions.")
    entry_years: float = Field(
        ge=0, le=120, description="When the person came at risk, years since the first visit."
    )
    exit_years: float = Field(
        ge=0, le=120, description="Event, death or last contact, years since the first visit."
    )
    event: Event = Field(description="0 censored, 1 event, 2 death first.")
    prevalent: bool = Field(description="The condition was already there at entry: not at risk.")

    @field_validator("exit_years")
    @classmethod
    def _no_exit_before_entry(cls, exit_years: float, info: ValidationInfo) -> float:
        entry_years = info.data.get("entry_years")
        if entry_years is not None and exit_years < entry_years:
            raise ValueError(f"the exit comes before the entry at {entry_years}")
        return exit_years

    @field_validator("prevalent")
    @classmethod
    def _nobody_gets_what_he_has(cls, prevalent: bool, info: ValidationInfo) -> bool:
        if prevalent and info.data.get("event") is Event.EVENT:
            raise ValueError("a prevalent condition cannot also be the event")
        return prevalent


MANIFEST_COLUMNS = tuple(name for name in ManifestRow.model_fields if name != "lesions")
OUTCOME_COLUMNS = tuple(OutcomeRow.model_fields)

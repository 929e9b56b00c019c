"""`exam.json`: one person, one time, one or two eyes (schema foreseye.exam/1)."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

from pydantic import Field, model_validator

from edge_runtime.contracts.strict import Probability, Strict, contract_json
from edge_runtime.domain import USE, Evidence, Sex

EXAM_SCHEMA: Final = "foreseye.exam/1"


class ForecastCondition(str, Enum):
    """The ten conditions that are forecast."""

    ISCHAEMIC_CVD = "ischaemic_cvd"
    STROKE = "stroke"
    CHRONIC_KIDNEY_DISEASE = "chronic_kidney_disease"
    TYPE_2_DIABETES = "type_2_diabetes"
    DR_PROGRESSION = "dr_progression"
    GLAUCOMA_PROGRESSION = "glaucoma_progression"
    LATE_AMD = "late_amd"
    HIGH_MYOPIA = "high_myopia"
    PARKINSON = "parkinson"
    DEMENTIA = "dementia"


class Missing(str, Enum):
    """Why a forecast, or one step of it, is not given."""

    OUT_OF_DISTRIBUTION = "out_of_distribution"
    ALREADY_PRESENT = "already_present"
    NOT_AT_RISK = "not_at_risk"
    UNGRADABLE = "ungradable"
    AGE_OR_SEX_UNKNOWN = "age_or_sex_unknown"


class ForecastStep(Strict):
    """One step's cumulative incidence with its evidence, or the reason why it is not given."""

    value: Probability | None = None
    interval_90: tuple[Probability, Probability] | None = None
    """Where the chance lies that would be given if all of the person were known, nine times of
    ten."""
    evidence: Evidence | None = None
    missing_because: Missing | None = None
    sentence: str | None = None

    @model_validator(mode="after")
    def _a_value_or_a_reason(self) -> ForecastStep:
        if (self.value is None) == (self.missing_because is None):
            raise ValueError("a step holds a value or a reason, not both and not neither")
        if (self.value is None) != (self.evidence is None):
            raise ValueError("a value has its evidence")
        if self.value is None and self.interval_90 is not None:
            raise ValueError("only a value has an interval")
        return self


class ForecastSteps(Strict):
    """Age and sex alone, then with covariates, then with photographs: what each adds."""

    age_sex: ForecastStep
    covariates: ForecastStep
    photographs: ForecastStep | None = None
    """Absent when the bundle holds no forecast from photographs."""


class Forecast(Strict):
    """The chance of one condition by one horizon, death competing; or why there is none."""

    condition: ForecastCondition
    horizon_years: float = Field(gt=0)
    cumulative_incidence: Probability | None = None
    interval_90: tuple[Probability, Probability] | None = None
    steps: ForecastSteps | None = None
    step: Literal["age_sex", "covariates", "photographs"] | None = None
    """Which step `cumulative_incidence` shows."""
    evidence: Evidence | None = None
    missing_because: Missing | None = None
    sentence: str | None = None
    """The reason in words, beside missing_because; beside a value, for whom it holds where nothing
    given says that this person is one of them."""

    @model_validator(mode="after")
    def _a_value_or_a_reason(self) -> Forecast:
        shown = (self.cumulative_incidence, self.steps, self.step, self.evidence)
        if self.missing_because is None and any(part is None for part in shown):
            raise ValueError("a forecast has its value, steps, step and evidence, or a reason")
        if self.missing_because is not None and any(part is not None for part in shown):
            raise ValueError("a forecast holds a value or a reason, not both")
        if self.missing_because is not None and not self.sentence:
            raise ValueError("a reason has its sentence")
        return self


class RefusedPhotograph(Strict):
    """A photograph of the exam that could not be read, with the public reason."""

    name: str
    error: str
    """The name of the error class, as in edge_runtime/errors.py."""
    reason: str


class ExamRecord(Strict):
    """One exam, as written to exam.json and sent over the wire."""

    schema_: Literal["foreseye.exam/1"] = Field(default=EXAM_SCHEMA, alias="schema")
    exam_id: str
    person_id: str | None = None
    age_years: float | None = None
    sex: Sex | None = None
    covariates: dict[str, float] = Field(default_factory=dict)
    photographs: list[str]
    """Where each result.json lies, relative to exam.json (on the wire: the photographs' names)."""
    refused: list[RefusedPhotograph] = Field(default_factory=list)
    forecast: list[Forecast] | None = None
    """None when the bundle holds no forecast model."""
    use: Literal["Research use only. Not a medical device."] = USE

    def to_json(self, indent: int | None = 2) -> str:
        """Return the text of exam.json."""
        return contract_json(self, indent)

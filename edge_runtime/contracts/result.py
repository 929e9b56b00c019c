"""`result.json`: what foreseye saw in one photograph (schema foreseye.screening/1).

What the bundle does not hold is absent (None here, no key in the file): never faked.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from edge_runtime.contracts.strict import Probability, Sha256, Strict, contract_json
from edge_runtime.domain import USE, Evidence, Eye

SCREENING_SCHEMA: Final = "foreseye.screening/1"

STAGES = (
    "decode",
    "field_of_view",
    "quality",
    "anatomy",
    "biomarkers",
    "findings",
    "forecast",
    "write",
    "total",
)
"""The stages that `timings_ms` may name; a stage that did not run has no entry."""


class BundleIdentity(Strict):
    """Which bundle made the answer."""

    name: str
    version: str
    sha256: Sha256
    """SHA-256 of bundle.json, which holds the SHA-256 of every other file."""


class ModelIdentity(Strict):
    """Which engine ran a model, and in which precision."""

    backend: str
    precision: str


class PhotographIdentity(Strict):
    """The photograph, upright, at full size."""

    name: str
    sha256: Sha256
    """Of the file's bytes as they came."""
    width_px: int = Field(ge=1)
    height_px: int = Field(ge=1)
    fov_circle_px: tuple[float, float, float] | None
    """Centre x, centre y and radius of the round field; null when there is none."""


class EyeReading(Strict):
    """Which eye it is, who says so, and whether picture and person disagree."""

    laterality: Eye | None
    source: Literal["given", "picture", "unknown"]
    conflict: bool = False
    """True when the picture shows the other eye than the one given."""


class Quality(Strict):
    """Whether the photograph is good enough to read, what is wrong and what to do about it."""

    gradable: bool
    probability: Probability
    """Probability that a grader would call it gradable."""
    defects: dict[str, Probability]
    """blur, dark, bright, glare, small_field, clipped_field, haze, not_a_fundus: 0 none, 1 sure."""
    advice: list[str]
    """What the operator can do, the most important first; empty when nothing is wrong."""
    reason: str = ""
    """Why it is not gradable, in one sentence; empty when it is."""
    cause: Literal["operator", "eye"] | None = None
    """Who the first advice is about: another photograph helps against the operator's defects, not
    against the eye's own (clouded media). Null without advice."""
    evidence: Evidence

    @model_validator(mode="after")
    def _a_refusal_has_a_reason(self) -> Quality:
        if self.gradable == bool(self.reason):
            raise ValueError("a reason is given exactly when the photograph is not gradable")
        return self


class Measurement(Strict):
    """A number with its unit and evidence, or the reason why there is none. Never both."""

    value: float | None = None
    unit: str | None = None
    """UCUM unit; "1" for a ratio."""
    interval_90: tuple[float, float] | None = None
    evidence: Evidence | None = None
    missing_because: str | None = None

    @model_validator(mode="after")
    def _a_value_or_a_reason(self) -> Measurement:
        if (self.value is None) != bool(self.missing_because):
            raise ValueError("a measurement holds a value or a reason, not both and not neither")
        if self.value is not None and (self.evidence is None or self.unit is None):
            raise ValueError("a value has its unit and its evidence")
        return self


class DrGrade(Strict):
    """Diabetic retinopathy, International Clinical DR scale 0 to 4."""

    probabilities: tuple[Probability, Probability, Probability, Probability, Probability]
    referable: Probability
    """Probability of grade 2, 3 or 4."""
    referable_threshold: Probability | None = None
    """The bundle's cut: refer from this probability of `referable` on."""
    evidence: Evidence


class Condition(Strict):
    """The probability that a condition is present today."""

    probability: Probability
    threshold: Probability | None = None
    """The bundle's cut: the condition is called present from this probability on."""
    evidence: Evidence


class Findings(Strict):
    """What the eye shows today. A finding that no model of the bundle makes is absent."""

    dr_grade: DrGrade | None = None
    maculopathy: Condition | None = None
    glaucoma_suspicion: Condition | None = None
    retinal_age_years: Measurement | None = None
    hba1c_percent: Measurement | None = None
    egfr_ml_min_1_73m2: Measurement | None = None
    sbp_mmhg: Measurement | None = None


class ScreeningResult(Strict):
    """One photograph's result, as written to result.json and sent over the wire."""

    schema_: Literal["foreseye.screening/1"] = Field(default=SCREENING_SCHEMA, alias="schema")
    bundle: BundleIdentity
    models: dict[str, ModelIdentity]
    photograph: PhotographIdentity
    eye: EyeReading
    quality: Quality
    findings: Findings | None = None
    biomarkers: dict[str, Measurement] | None = None
    timings_ms: dict[str, float]
    use: Literal["Research use only. Not a medical device."] = USE

    @model_validator(mode="after")
    def _an_ungradable_photograph_has_no_findings(self) -> ScreeningResult:
        if not self.quality.gradable and (self.findings or self.biomarkers):
            raise ValueError("an ungradable photograph has no findings and no biomarkers")
        unknown = set(self.timings_ms) - set(STAGES)
        if unknown:
            raise ValueError(f"unknown stages in timings_ms: {sorted(unknown)}")
        return self

    def to_json(self, indent: int | None = 2) -> str:
        """Return the text of result.json; what is absent has no key, but for a null field."""
        return contract_json(self, indent)

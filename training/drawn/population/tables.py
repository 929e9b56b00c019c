"""The tables of a population's file but for the retina's: one record each, with unit and source."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Documented(BaseModel):
    """A table of the file: frozen, with its unit and its source, and no other key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    unit: str = Field(min_length=1)
    source: str = Field(min_length=1)


class Demography(Documented):
    """Who comes to the first visit."""

    adult_bands_years: tuple[float, ...]
    adult_shares: tuple[float, ...]
    young_band_years: tuple[float, float]
    young_share: float = Field(ge=0, le=1)
    men_share: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _bands_fit(self) -> Demography:
        if len(self.adult_bands_years) != len(self.adult_shares) + 1:
            raise ValueError("adult_bands_years has one edge more than adult_shares has bands")
        if abs(sum(self.adult_shares) - 1.0) > 1e-6:
            raise ValueError("adult_shares must sum to 1")
        return self


class Traits(Documented):
    """What a person has for life."""

    pigmentation_adult: tuple[float, float]
    pigmentation_young: tuple[float, float]
    disc_height_um: tuple[float, float, float]
    disc_height_range_um: tuple[float, float]
    iop_eyes_sd_mmhg: float = Field(ge=0)
    iop_eyes_range_mmhg: tuple[float, float]


class BodyState(Documented):
    """One measurable state of the body and how it moves."""

    women: float
    men: float
    trend_women: float
    trend_men: float
    under_25: float
    sd_people: float = Field(ge=0)
    sd_own_trend: float = Field(ge=0)
    sd_within: float = Field(ge=0)
    within_years: float = Field(gt=0)
    range: tuple[float, float]


class Correlations(Documented):
    """Correlations of people's own levels."""

    pairs: tuple[tuple[str, str, float], ...]


class SmokingShares(Documented):
    """Who smokes, and how people stop."""

    women: tuple[float, float, float]
    men: tuple[float, float, float]
    quitting_per_year: float = Field(ge=0)


class BodyEffects(Documented):
    """What diabetes does to the body, and the limits that define conditions."""

    hba1c_at_diabetes_percent: float
    hba1c_rise_per_diabetes_year: float
    hba1c_rise_sd: float
    acr_log10_per_diabetes_year: float
    egfr_loss_per_year_per_20_mmhg: float
    egfr_loss_per_year_per_hba1c_percent: float
    egfr_loss_from_sbp_mmhg: float
    egfr_loss_from_hba1c_percent: float
    diabetes_hba1c_percent: float
    hba1c_margin_percent: float
    kidney_disease_egfr: float
    egfr_margins: tuple[float, float]
    high_myopia_dioptres: float
    dioptre_margins: tuple[float, float]
    dbp_effect_share: float
    """Diastolic beside systolic change by treatment."""
    ischaemic_stroke_share: float = Field(ge=0, le=1)


class Entry(Documented):
    """What people have already when their history begins."""

    diabetes_years_mean: float = Field(gt=0)
    diabetes_from_age: float
    amd_years_most: float = Field(ge=0)
    dr_fraction_most: float = Field(ge=0, lt=1)
    share_most: float = Field(ge=0, le=1)
    """Of any age and sex."""


class Treatment(Documented):
    """A treatment that starts above a threshold and stays."""

    threshold: float
    starts_per_year: float = Field(ge=0)
    treated_before: float = Field(ge=0, le=1)
    effect: float


class Incidence(Documented):
    """Cited events per 1000 person-years at risk, by age band and sex."""

    ages: tuple[float, ...]
    women: tuple[float, ...]
    men: tuple[float, ...]

    @model_validator(mode="after")
    def _one_rate_a_band(self) -> Incidence:
        if not len(self.women) == len(self.men) == len(self.ages) - 1:
            raise ValueError("women and men have one rate a band: one less than ages has edges")
        if list(self.ages) != sorted(set(self.ages)):
            raise ValueError("ages must rise")
        return self


class Prevalence(Documented):
    """Who has the condition five years before the first visit."""

    share_at_60: float = Field(ge=0, le=1)
    factor_per_year: float = Field(gt=0)
    men_to_women: float = Field(gt=0)
    liability: tuple[tuple[str, float], ...]


class Effect(BaseModel):
    """One hazard ratio: what is put in and, of a retinal sign, what a study published."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    state: str
    kind: Literal["body", "sign"]
    hazard_ratio: float = Field(gt=0)
    per: float = Field(gt=0)
    reference: float
    source: str = Field(min_length=1)
    published: tuple[float, float] | None = None
    published_per: float | None = None
    adjusted: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _published_whole(self) -> Effect:
        if (self.published is None) != (self.published_per is None):
            raise ValueError("published and published_per are given together")
        if self.published is not None and not self.adjusted:
            raise ValueError("a published interval has its adjustment set in adjusted")
        return self


class Cause(BaseModel):
    """One condition, or death: who is at risk, how often, and what moves its hazard."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    definition: str
    at_risk: str
    from_age: float
    until_age: float
    incidence: Incidence
    prevalence: Prevalence
    effects: tuple[Effect, ...]


class Observation(Documented):
    """When people are seen, and when they are lost."""

    visits: int = Field(ge=1)
    years_between_median: float = Field(gt=0)
    years_between_log_sd: float = Field(ge=0)
    administrative_years: tuple[float, float]
    drop_out_per_year: float = Field(ge=0)


class Measured(Documented):
    """Covariates as a clinic writes them: error, missing at a visit, never taken."""

    sbp_mmhg: tuple[float, float, float]
    hba1c_percent: tuple[float, float, float]
    egfr_ml_min_1_73m2: tuple[float, float, float]
    bmi_kg_m2: tuple[float, float, float]
    smoking: tuple[float, float, float]
    iop_mmhg: tuple[float, float, float]
    axial_length_mm: tuple[float, float, float]

"""The parameters by which a retina follows its body; see reference_population.toml for sources."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from training.drawn.population.tables import Documented


class Calibre(Documented):
    """Widths of the vessels: levels, what moves them, and how people and eyes differ."""

    crae_um: float
    crve_um: float
    crae_per_year: float
    crve_per_year: float
    crae_per_mmhg: float
    """Per mmHg of mean arterial pressure over 93."""
    crae_with_smoking: float
    crve_with_smoking: float
    crve_per_hba1c_percent: float
    crve_per_bmi: float
    crae_sd_people: float
    crve_sd_people: float
    crae_sd_eyes: float
    crve_sd_eyes: float
    sd_within: float
    within_years: float


class Wear(Documented):
    """Signs that pressure and glucose leave behind."""

    rarefaction: tuple[float, float, float, float, float]
    """At 40 years, a year of age, by pressure load, by glucose load, sd of people."""
    nicking: tuple[float, float, float, float]
    """At 40 years, a year of age, by pressure load, sd of people."""
    tortuosity: tuple[float, float, float, float]
    """A year of age over 40, by pressure load, a step of retinopathy, sd of people."""
    load_before_entry_years: float
    """Years of pressure that are behind a person when the history begins."""


class Disc(Documented):
    """The disc and what lies around it."""

    cdr_vertical: float
    cdr_sd_people: float
    cdr_sd_eyes: float
    cdr_per_disc_um: float
    cdr_lost_rim: float
    """How much of the way to a full cup an eye goes when all its rim is lost."""
    notch_share: float
    """Of the lost rim, how much shows as a notch in an eye that notches."""
    atrophy_dd: tuple[float, float, float, float]
    """Base, per mm of axial length over 24, by lost rim, sd of eyes."""
    tilt_per_mm: tuple[float, float, float]
    """Axial length from which discs tilt, tilt per mm, sd of eyes."""
    tessellation: tuple[float, float, float, float, float]
    """Base at 40, a year of age, per mm over 24, by pigmentation, sd of eyes."""
    disc_haemorrhage_per_year: tuple[float, float, float]
    """Chance a year of healthy people, of suspects and of people with glaucoma."""
    disc_haemorrhage_memory_years: float


class Glaucoma(Documented):
    """Who is in care for glaucoma, and how rim is lost."""

    under_care_at_60: float
    factor_per_year: float
    men_to_women: float
    glaucoma_share: float
    new_per_year: float
    new_per_mmhg: float
    rim_lost_at_glaucoma: float
    rim_lost_a_progression: float
    rim_lost_a_year: float
    fellow_share: tuple[float, float]
    """Rim lost in the fellow eye as a share of the lead eye's: mean and sd."""


class Diabetic(Documented):
    """Diabetic retinopathy."""

    grades_before: tuple[float, float, float, float, float]
    """Shares of the worse eye's grades five years before the first visit, with diabetes."""
    creep_per_year: float
    """How fast severity creeps up inside a grade."""
    fellow_gap: float
    """Mean steps by which the fellow eye stays behind."""
    oedema_sd_eyes: float
    laser_per_year: float
    """Chance a year that an eye with proliferation gets panretinal laser."""


class Macula(Documented):
    """Drusen and late AMD."""

    log_drusen_at_60: float
    log_drusen_per_year: float
    log_drusen_sd_people: float
    log_drusen_sd_trend: float
    log_drusen_sd_eyes: float
    drusen_max_dd2: float
    atrophy_root_dd_per_year: float
    neovascular_share: float
    fellow_per_year: float


class Refraction(Documented):
    """Refraction and the length of the eye."""

    adult_dioptres: tuple[float, float]
    young_dioptres_at_6: tuple[float, float]
    young_dioptres_per_year: tuple[float, float]
    growth_ends_years: float
    growth_fades_over_years: float
    eye_difference_dioptres: float
    axial_length_mm: tuple[float, float]
    """Of women and men at 0 dioptres."""
    axial_sd_mm: float
    dioptres_per_mm: float


class Media(Documented):
    """Clouding of the lens."""

    middle_years: float
    spread_years: float
    sd_people_years: float
    sd_eyes_years: float
    smoking_years: float
    diabetes_years: float
    surgery_opacity: float
    surgery_per_year: float
    clear: float


class Nerve(Documented):
    """Neurodegeneration and what it leaves of the nerve fibres."""

    logit_at_60: float
    logit_per_year: float
    logit_sd_people: float
    logit_sd_trend: float
    loss_with_neurodegeneration: float
    loss_with_rim: float
    loss_sd_people: float
    loss_sd_eyes: float
    loss_at_60: float
    loss_per_year: float


class RetinaParameters(BaseModel):
    """All tables of the retina."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calibre: Calibre
    wear: Wear
    disc: Disc
    glaucoma: Glaucoma
    diabetic: Diabetic
    macula: Macula
    refraction: Refraction
    media: Media
    nerve: Nerve

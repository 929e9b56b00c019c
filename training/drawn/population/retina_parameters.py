"""The parameters by which a retina follows its body; see reference_population.toml for sources."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from training.drawn.population.ageing_parameters import Macula, Media, Nerve, Refraction
from training.drawn.population.tables import Documented


class Calibre(Documented):
    """Widths of the vessels: levels, what moves them, and how people and eyes differ."""

    crae_um: float
    crve_um: float
    at_arterial_mmhg: float
    at_hba1c_percent: float
    at_bmi_kg_m2: float
    crae_per_year: float
    crve_per_year: float
    crae_per_mmhg: float
    """Per mmHg of mean arterial pressure."""
    crae_with_smoking: float
    crve_with_smoking: float
    crve_per_hba1c_percent: float
    crve_per_bmi: float
    crae_sd_people: float
    crve_sd_people: float
    crae_sd_eyes: float
    crve_sd_eyes: float
    crae_range_um: tuple[float, float]
    crve_range_um: tuple[float, float]
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
    load_from: tuple[float, float]
    """mmHg of systolic pressure and % of HbA1c above which loads add up."""
    load_per: tuple[float, float]
    """mmHg-years and %-years of one unit of load."""
    from_age: float
    sd_eyes: float
    nicking_eyes: float
    """How many times further nicking differs between eyes than rarefaction."""
    nicking_present: float
    """Mean nicking of both eyes from which a grader calls it present."""
    rarefaction_most: float
    tortuosity_range: tuple[float, float]


class Disc(Documented):
    """The disc and what lies around it."""

    cdr_vertical: float
    cdr_sd_people: float
    cdr_sd_eyes: float
    cdr_per_disc_um: float
    cdr_at_disc_um: float
    cdr_grown_range: tuple[float, float]
    """Of cups before rim is lost."""
    cdr_lost_rim: float
    """How much of the way to a full cup an eye goes when all its rim is lost."""
    cdr_without_rim: float
    cdr_range: tuple[float, float]
    notching_eyes: float
    """Share of eyes whose rim is lost in a notch first."""
    notch_share: float
    """Of the lost rim, how much shows as a notch in an eye that notches."""
    notch_hours_below: tuple[float, float]
    notch_hours_above: tuple[float, float]
    notch_below_share: float
    axial_from_mm: float
    """Length above which crescents widen and the choroid shows through."""
    atrophy_dd: tuple[float, float, float, float]
    """Base, per mm of axial length, by lost rim, sd of eyes."""
    atrophy_most_dd: float
    tilt_per_mm: tuple[float, float, float]
    """Axial length from which discs tilt, tilt per mm, sd of eyes."""
    tilt_most: float
    tessellation: tuple[float, float, float, float, float]
    """Base, a year of age, per mm of length, by pigmentation, sd of eyes."""
    tessellation_from_age: float
    tessellation_at_pigmentation: float
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
    new_from_age: float
    new_at_mmhg: float
    """Pressure at which `new_per_year` holds."""
    rim_lost_before: float
    """Most that may be lost beyond `rim_lost_at_glaucoma` when the history begins."""
    rim_lost_most: float
    rim_lost_end: float
    """From here on nothing is left to be lost: the person is no longer at risk."""
    rim_lost_manifest: float
    """Lost rim of one eye from which a grader calls the eye glaucomatous."""
    liability: tuple[tuple[str, float], ...]


class Diabetic(Documented):
    """Diabetic retinopathy."""

    grades_before: tuple[float, float, float, float, float]
    """Shares of the worse eye's grades five years before the first visit, with diabetes."""
    creep_per_year: float
    """How fast severity creeps up inside a grade."""
    creep_to: float
    """Where in a grade the creep ends, 1 being the next grade."""
    fraction_after_progression: float
    fellow_gap: float
    """Mean steps by which the fellow eye stays behind."""
    oedema_from_severity: float
    oedema_per_step: float
    oedema_sd_eyes: float
    laser_from_severity: float
    laser_per_year: float
    """Chance a year that an eye with proliferation gets panretinal laser."""


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

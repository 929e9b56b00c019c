"""Parameters of macula, refraction, lens and nerve; reference_population.toml has the sources."""

from __future__ import annotations

from training.drawn.population.tables import Documented


class Macula(Documented):
    """Drusen and late AMD."""

    log_drusen_at_60: float
    log_drusen_per_year: float
    log_drusen_sd_people: float
    log_drusen_sd_trend: float
    log_drusen_sd_eyes: float
    log_drusen_least: float
    drusen_max_dd2: float
    drusen_seen_dd2: float
    """Less than this shows as none."""
    drusen_left_by_atrophy: float
    atrophy_root_dd: float
    """Square root of the area of geographic atrophy at its onset."""
    atrophy_root_dd_per_year: float
    atrophy_max_dd2: float
    neovascular_share: float
    fellow_per_year: float


class Refraction(Documented):
    """Refraction and the length of the eye."""

    adult_dioptres: tuple[float, float]
    adult_myopic_tail: tuple[float, float]
    """Square and begin, in standard deviations below the mean, of a tail towards myopia."""
    young_dioptres_at_6: tuple[float, float]
    young_dioptres_per_year: tuple[float, float]
    growth_begins_years: float
    growth_ends_years: float
    growth_fades_over_years: float
    eye_difference_dioptres: float
    axial_length_mm: tuple[float, float]
    """Of women and men at 0 dioptres."""
    axial_sd_mm: float
    dioptres_per_mm: float
    range_dioptres: tuple[float, float]
    axial_length_range_mm: tuple[float, float]


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

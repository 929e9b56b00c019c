"""How both eyes follow their body: calibre, wear, disc, retina, macula, refraction, media.

Arrays are (L, 2), the right eye first. Signs are functions of body, age, what an eye is born with
and what it remembers (`eye_memory`).
"""

from __future__ import annotations

import numpy as np

from training.drawn.population.lanes import Array, Lanes
from training.drawn.population.parameters import Parameters
from training.drawn.population.retina_parameters import Wear

NEVER = np.float32(np.inf)


def show_eyes(lanes: Lanes, p: Parameters) -> None:
    """Set what shows of both eyes, after `show_body`."""
    _show_refraction(lanes, p)
    _show_nerve(lanes, p)
    _show_diabetic(lanes, p)
    _show_vessels(lanes, p)
    _show_disc(lanes, p)
    _show_macula(lanes, p)
    _show_media(lanes, p)
    _summarise(lanes.moving, p)


def _show_vessels(lanes: Lanes, p: Parameters) -> None:
    f, m, c, w = lanes.fixed, lanes.moving, p.retina.calibre, p.retina.wear
    age, grown = m["age_years"], np.maximum(m["age_years"] - w.from_age, 0.0)
    arterial = m["dbp_mmhg"] + (m["sbp_mmhg"] - m["dbp_mmhg"]) / 3.0
    higher = arterial - c.at_arterial_mmhg
    crae = c.crae_um + c.crae_per_year * (age - 60.0) + c.crae_per_mmhg * higher
    crae += c.crae_with_smoking * m["smoking_current"] + f["crae_usual"] + m["calibre_wave"]
    crve = c.crve_um + c.crve_per_year * (age - 60.0) + c.crve_with_smoking * m["smoking_current"]
    crve += c.crve_per_hba1c_percent * (m["hba1c_percent"] - c.at_hba1c_percent)
    crve += c.crve_per_bmi * (m["bmi_kg_m2"] - c.at_bmi_kg_m2)
    crve += f["crve_usual"] + m["calibre_wave"]
    m["crae_um"] = np.clip(crae[:, None] + f["crae_eyes"], *c.crae_range_um)
    m["crve_um"] = np.clip(crve[:, None] + f["crve_eyes"], *c.crve_range_um)
    _show_wear(f, m, grown, w)


def _show_wear(f: dict[str, Array], m: dict[str, Array], grown: Array, w: Wear) -> None:
    pressure, glucose = m["pressure_load"], m["glucose_load"]
    at, a_year, by_pressure, by_glucose, _ = w.rarefaction
    rare = at + a_year * grown + by_pressure * pressure + by_glucose * glucose
    rare = (rare + f["rarefaction_usual"])[:, None] + f["wear_eyes"]
    m["rarefaction"] = np.clip(rare, 0.0, w.rarefaction_most)
    at, a_year, by_pressure, _ = w.nicking
    nick = at + a_year * grown + by_pressure * pressure + f["nicking_usual"]
    m["nicking"] = np.clip(nick[:, None] + w.nicking_eyes * f["wear_eyes"], 0.0, 1.0)
    a_year, by_pressure, a_step, _ = w.tortuosity
    bends = 1.0 + a_year * grown + by_pressure * pressure + f["tortuosity_usual"]
    bends = bends[:, None] + a_step * m["dr_severity"] + f["wear_eyes"]
    m["tortuosity"] = np.clip(bends, *w.tortuosity_range)


def _show_disc(lanes: Lanes, p: Parameters) -> None:
    f, m, d = lanes.fixed, lanes.moving, p.retina.disc
    rim = m["rim_loss"][:, None] * f["rim_share"]
    small = d.cdr_vertical + f["cdr_usual"][:, None] + f["cdr_eyes"]
    small = small + d.cdr_per_disc_um * (f["disc_height_um"] - d.cdr_at_disc_um)
    small = np.clip(small, *d.cdr_grown_range)
    cup = np.clip(small + d.cdr_lost_rim * rim * (d.cdr_without_rim - small), *d.cdr_range)
    m["rim_loss_eyes"], m["cdr_vertical"] = rim, cup
    m["notch_depth"] = np.clip(d.notch_share * rim * f["notches"], 0.0, 1.0)
    longer = np.maximum(m["axial_length_mm"] - d.axial_from_mm, 0.0)
    base, per_mm, by_rim, _ = d.atrophy_dd
    zone = base + per_mm * longer + by_rim * rim + f["atrophy_eyes"]
    m["peripapillary_atrophy_dd"] = np.clip(zone, 0.0, d.atrophy_most_dd)
    start, per_mm, _ = d.tilt_per_mm
    tilt = per_mm * np.maximum(m["axial_length_mm"] - start, 0.0) + f["tilt_eyes"]
    m["disc_tilt"] = np.clip(tilt, 0.0, d.tilt_most)
    base, a_year, per_mm, dark, _ = d.tessellation
    aged = a_year * np.maximum(m["age_years"] - d.tessellation_from_age, 0.0)
    aged = aged + dark * (f["pigmentation"] - d.tessellation_at_pigmentation)
    shown = base + aged[:, None] + per_mm * longer + f["tessellation_eyes"]
    m["tessellation"] = np.clip(shown, 0.0, 1.0)


def _show_nerve(lanes: Lanes, p: Parameters) -> None:
    f, m, n = lanes.fixed, lanes.moving, p.retina.nerve
    older = m["age_years"] - 60.0
    own = f["neurodegeneration_usual"] + f["neurodegeneration_trend"] * older
    m["neurodegeneration_z"] = own / np.float32(n.logit_sd_people)
    logit = n.logit_at_60 + n.logit_per_year * older + own
    m["neurodegeneration"] = np.asarray(1.0 / (1.0 + np.exp(-logit)), np.float32)
    lost = n.loss_at_60 + n.loss_per_year * older + f["nerve_usual"]
    lost = lost + n.loss_with_neurodegeneration * m["neurodegeneration"]
    rim = m["rim_loss"][:, None] * f["rim_share"]
    shown = lost[:, None] + f["nerve_eyes"] + n.loss_with_rim * rim
    m["nerve_fibre_loss"] = np.clip(shown, 0.0, 1.0)


def _show_diabetic(lanes: Lanes, p: Parameters) -> None:
    f, m, d = lanes.fixed, lanes.moving, p.retina.diabetic
    has = m["type_2_diabetes"][:, None]
    severity = (m["dr_grade"] + m["dr_fraction"])[:, None] - f["dr_gap"]
    m["dr_severity"] = np.clip(has * severity, 0.0, 5.0)
    leak = (m["dr_severity"] - d.oedema_from_severity) * d.oedema_per_step + f["oedema_eyes"]
    m["oedema_severity"] = np.where(m["dr_severity"] >= 1.0, np.clip(leak, 0.0, 1.0), 0.0)


def _show_macula(lanes: Lanes, p: Parameters) -> None:
    f, m, a = lanes.fixed, lanes.moving, p.retina.macula
    older = m["age_years"] - 60.0
    log_area = (
        a.log_drusen_at_60 + f["drusen_usual"] + (a.log_drusen_per_year + f["drusen_trend"]) * older
    )
    log_area = log_area[:, None] + f["drusen_eyes"]
    m["log_drusen"] = np.clip(log_area, a.log_drusen_least, np.log(a.drusen_max_dd2))
    since = np.where(np.isfinite(m["amd_years"]), m["years"][:, None] - m["amd_years"], -1.0)
    atrophic = (f["neovascular"] < 0.5) & (since >= 0.0)
    root = a.atrophy_root_dd + a.atrophy_root_dd_per_year * since
    area = np.where(atrophic, np.minimum(root * root, a.atrophy_max_dd2), 0.0)
    m["geographic_atrophy_dd2"] = area
    shown = np.exp(m["log_drusen"])
    shown = np.where(shown < a.drusen_seen_dd2, 0.0, shown)
    m["drusen_area_dd2"] = np.where(atrophic, a.drusen_left_by_atrophy * shown, shown)
    wet = (f["neovascular"] >= 0.5) & np.isfinite(m["amd_years"])
    m["neovascular_amd_years"] = np.where(wet, m["amd_years"], NEVER)


def _show_refraction(lanes: Lanes, p: Parameters) -> None:
    f, m, r = lanes.fixed, lanes.moving, p.retina.refraction
    age = m["age_years"]
    fade, end, begin = r.growth_fades_over_years, r.growth_ends_years, r.growth_begins_years
    # Long after the growth has ended its exponential would overflow; it is over by 80 years.
    grown = (
        age
        - begin
        - fade
        * (
            np.log1p(np.exp((np.minimum(age, 80.0) - end) / fade))
            - np.log1p(np.exp((begin - end) / fade))
        )
    )
    drift = f["refraction_per_year"] * grown
    worst = np.float32(p.body_effects.high_myopia_dioptres)
    below, above = (np.float32(margin) for margin in p.body_effects.dioptre_margins)
    shown = (f["refraction_usual"] + drift)[:, None] + f["refraction_eyes"]
    lead = lower(shown)
    shift = np.where(
        m["high_myopia"] > 0,
        np.minimum(worst - below - lead, 0.0),
        np.maximum(worst + above - lead, 0.0),
    )
    m["spherical_equivalent_d"] = np.clip(shown + shift[:, None], *r.range_dioptres)
    length = r.axial_length_mm[0] + (r.axial_length_mm[1] - r.axial_length_mm[0]) * f["sex"]
    length = (length + f["axial_usual"])[:, None] - m["spherical_equivalent_d"] / r.dioptres_per_mm
    m["axial_length_mm"] = np.clip(length, *r.axial_length_range_mm)


def _show_media(lanes: Lanes, p: Parameters) -> None:
    f, m, c = lanes.fixed, lanes.moving, p.retina.media
    earlier = c.smoking_years * m["smoking_current"] + c.diabetes_years * m["type_2_diabetes"]
    older = m["age_years"] + earlier + f["media_usual"] - c.middle_years
    opaque = 1.0 / (1.0 + np.exp(-(older[:, None] + f["media_eyes"]) / c.spread_years))
    m["lens_opacity"] = np.asarray(opaque, np.float32)
    m["media_opacity"] = np.where(m["pseudophakic"] > 0, np.float32(c.clear), m["lens_opacity"])


def _summarise(m: dict[str, Array], p: Parameters) -> None:
    for name in ("crae", "crve"):
        m[f"{name}_mean_um"] = mean(m[f"{name}_um"])
    for name in ("rarefaction", "tortuosity", "nicking", "nerve_fibre_loss"):
        m[f"{name}_mean"] = mean(m[name])
    seen = m["nicking_mean"] >= p.retina.wear.nicking_present
    m["nicking_present"] = seen.astype(np.float32)
    m["dr_severity_worst"] = upper(m["dr_severity"])
    m["retinopathy"] = (m["dr_severity_worst"] >= 1.0).astype(np.float32)
    m["cdr_vertical_worst"] = upper(m["cdr_vertical"])
    m["log_drusen_worst"] = upper(m["log_drusen"])
    m["spherical_equivalent_worst_d"] = lower(m["spherical_equivalent_d"])
    m["atrophy_worst_dd"] = upper(m["peripapillary_atrophy_dd"])


def mean(eyes: Array) -> Array:
    """Return the mean of both eyes, (L,) of (L, 2); many times faster than over an axis of two."""
    return np.asarray(0.5 * (eyes[:, 0] + eyes[:, 1]))


def upper(eyes: Array) -> Array:
    """Return the greater of both eyes, (L,) of (L, 2)."""
    return np.asarray(np.maximum(eyes[:, 0], eyes[:, 1]))


def lower(eyes: Array) -> Array:
    """Return the smaller of both eyes, (L,) of (L, 2)."""
    return np.asarray(np.minimum(eyes[:, 0], eyes[:, 1]))

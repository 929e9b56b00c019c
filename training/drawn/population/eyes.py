"""How both eyes follow their body: calibre, wear, disc, retina, macula, refraction, media.

Arrays are (L, 2), the right eye first. Signs are functions of body, age, what an eye is born with
and what it remembers (`eye_memory`).
"""

from __future__ import annotations

import numpy as np

from training.drawn.population.lanes import Array, Lanes
from training.drawn.population.parameters import Parameters

NEVER = np.float32(np.inf)


def show_eyes(lanes: Lanes, p: Parameters) -> None:
    """Set what shows of both eyes, after `show_body`."""
    _show_refraction(lanes, p)
    _show_nerve(lanes, p)
    _show_diabetic(lanes)
    _show_vessels(lanes, p)
    _show_disc(lanes, p)
    _show_macula(lanes, p)
    _show_media(lanes, p)
    _summarise(lanes.moving)


def _show_vessels(lanes: Lanes, p: Parameters) -> None:
    f, m, c, w = lanes.fixed, lanes.moving, p.retina.calibre, p.retina.wear
    age, grown = m["age_years"], np.maximum(m["age_years"] - 40.0, 0.0)
    arterial = m["dbp_mmhg"] + (m["sbp_mmhg"] - m["dbp_mmhg"]) / 3.0
    crae = c.crae_um + c.crae_per_year * (age - 60.0) + c.crae_per_mmhg * (arterial - 93.0)
    crae += c.crae_with_smoking * m["smoking_current"] + f["crae_usual"] + m["calibre_wave"]
    crve = c.crve_um + c.crve_per_year * (age - 60.0) + c.crve_with_smoking * m["smoking_current"]
    crve += c.crve_per_hba1c_percent * (m["hba1c_percent"] - 5.5)
    crve += c.crve_per_bmi * (m["bmi_kg_m2"] - 27.0) + f["crve_usual"] + m["calibre_wave"]
    m["crae_um"] = np.clip(crae[:, None] + f["crae_eyes"], 80.0, 230.0)
    m["crve_um"] = np.clip(crve[:, None] + f["crve_eyes"], 130.0, 340.0)
    pressure, glucose = m["pressure_load"], m["glucose_load"]
    at, a_year, by_pressure, by_glucose, _ = w.rarefaction
    rare = at + a_year * grown + by_pressure * pressure + by_glucose * glucose
    m["rarefaction"] = np.clip((rare + f["rarefaction_usual"])[:, None] + f["wear_eyes"], 0, 0.5)
    at, a_year, by_pressure, _ = w.nicking
    nick = at + a_year * grown + by_pressure * pressure + f["nicking_usual"]
    m["nicking"] = np.clip(nick[:, None] + 2.0 * f["wear_eyes"], 0.0, 1.0)
    a_year, by_pressure, a_step, _ = w.tortuosity
    bends = 1.0 + a_year * grown + by_pressure * pressure + f["tortuosity_usual"]
    bends = bends[:, None] + a_step * m["dr_severity"] + f["wear_eyes"]
    m["tortuosity"] = np.clip(bends, 0.7, 2.0)


def _show_disc(lanes: Lanes, p: Parameters) -> None:
    f, m, d = lanes.fixed, lanes.moving, p.retina.disc
    rim = m["rim_loss"][:, None] * f["rim_share"]
    small = d.cdr_vertical + f["cdr_usual"][:, None] + f["cdr_eyes"]
    small = np.clip(small + d.cdr_per_disc_um * (f["disc_height_um"] - 1850.0), 0.10, 0.80)
    cup = np.clip(small + d.cdr_lost_rim * rim * (0.97 - small), 0.10, 0.95)
    m["rim_loss_eyes"], m["cdr_vertical"] = rim, cup
    m["notch_depth"] = np.clip(d.notch_share * rim * f["notches"], 0.0, 1.0)
    longer = np.maximum(m["axial_length_mm"] - 24.0, 0.0)
    base, per_mm, by_rim, _ = d.atrophy_dd
    zone = base + per_mm * longer + by_rim * rim + f["atrophy_eyes"]
    m["peripapillary_atrophy_dd"] = np.clip(zone, 0.0, 1.5)
    start, per_mm, _ = d.tilt_per_mm
    tilt = per_mm * np.maximum(m["axial_length_mm"] - start, 0.0) + f["tilt_eyes"]
    m["disc_tilt"] = np.clip(tilt, 0.0, 0.5)
    base, a_year, per_mm, dark, _ = d.tessellation
    aged = a_year * np.maximum(m["age_years"] - 40.0, 0.0) + dark * (f["pigmentation"] - 0.4)
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


def _show_diabetic(lanes: Lanes) -> None:
    f, m = lanes.fixed, lanes.moving
    has = m["type_2_diabetes"][:, None]
    severity = (m["dr_grade"] + m["dr_fraction"])[:, None] - f["dr_gap"]
    m["dr_severity"] = np.clip(has * severity, 0.0, 5.0)
    leak = (m["dr_severity"] - 1.6) * 0.35 + f["oedema_eyes"]
    m["oedema_severity"] = np.where(m["dr_severity"] >= 1.0, np.clip(leak, 0.0, 1.0), 0.0)


def _show_macula(lanes: Lanes, p: Parameters) -> None:
    f, m, a = lanes.fixed, lanes.moving, p.retina.macula
    older = m["age_years"] - 60.0
    log_area = (
        a.log_drusen_at_60 + f["drusen_usual"] + (a.log_drusen_per_year + f["drusen_trend"]) * older
    )
    m["log_drusen"] = np.clip(log_area[:, None] + f["drusen_eyes"], -9.0, np.log(a.drusen_max_dd2))
    since = np.where(np.isfinite(m["amd_years"]), m["years"][:, None] - m["amd_years"], -1.0)
    atrophic = (f["neovascular"] < 0.5) & (since >= 0.0)
    root = 0.15 + a.atrophy_root_dd_per_year * since
    m["geographic_atrophy_dd2"] = np.where(atrophic, np.minimum(root * root, 12.0), 0.0)
    shown = np.exp(m["log_drusen"])
    shown = np.where(shown < 0.002, 0.0, shown)
    m["drusen_area_dd2"] = np.where(atrophic, 0.6 * shown, shown)
    wet = (f["neovascular"] >= 0.5) & np.isfinite(m["amd_years"])
    m["neovascular_amd_years"] = np.where(wet, m["amd_years"], NEVER)


def _show_refraction(lanes: Lanes, p: Parameters) -> None:
    f, m, r = lanes.fixed, lanes.moving, p.retina.refraction
    age = m["age_years"]
    fade, end = r.growth_fades_over_years, r.growth_ends_years
    grown = (
        age
        - 6.0
        - fade
        * (
            np.log1p(np.exp((np.minimum(age, 80.0) - end) / fade))
            - np.log1p(np.exp((6.0 - end) / fade))
        )
    )
    drift = f["refraction_per_year"] * grown
    worst = np.float32(p.body_effects.high_myopia_dioptres)
    shown = (f["refraction_usual"] + drift)[:, None] + f["refraction_eyes"]
    lead = lower(shown)
    shift = np.where(
        m["high_myopia"] > 0,
        np.minimum(worst - np.float32(0.05) - lead, 0.0),
        np.maximum(worst + np.float32(0.1) - lead, 0.0),
    )
    m["spherical_equivalent_d"] = np.clip(shown + shift[:, None], -20.0, 9.0)
    length = r.axial_length_mm[0] + (r.axial_length_mm[1] - r.axial_length_mm[0]) * f["sex"]
    length = (length + f["axial_usual"])[:, None] - m["spherical_equivalent_d"] / r.dioptres_per_mm
    m["axial_length_mm"] = np.clip(length, 19.0, 36.0)


def _show_media(lanes: Lanes, p: Parameters) -> None:
    f, m, c = lanes.fixed, lanes.moving, p.retina.media
    earlier = c.smoking_years * m["smoking_current"] + c.diabetes_years * m["type_2_diabetes"]
    older = m["age_years"] + earlier + f["media_usual"] - c.middle_years
    opaque = 1.0 / (1.0 + np.exp(-(older[:, None] + f["media_eyes"]) / c.spread_years))
    m["lens_opacity"] = np.asarray(opaque, np.float32)
    m["media_opacity"] = np.where(m["pseudophakic"] > 0, np.float32(c.clear), m["lens_opacity"])


def _summarise(m: dict[str, Array]) -> None:
    for name in ("crae", "crve"):
        m[f"{name}_mean_um"] = mean(m[f"{name}_um"])
    for name in ("rarefaction", "tortuosity", "nicking", "nerve_fibre_loss"):
        m[f"{name}_mean"] = mean(m[name])
    m["nicking_present"] = (m["nicking_mean"] >= 0.4).astype(np.float32)
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

"""How a body moves: its states, its treatments, its smoking, and what diabetes does to it."""

from __future__ import annotations

import numpy as np

from training.drawn.population.lanes import STEP, Array, Chance, Lanes
from training.drawn.population.parameters import Parameters, States
from training.drawn.population.tables import BodyState, Treatment

STATES = tuple(States.model_fields)


def level(state: BodyState, name: str, lanes: Lanes) -> Array:
    """Return a state before treatment and disease act on it: usual, own trend and wave."""
    fixed, moving = lanes.fixed, lanes.moving
    sex, age = fixed["sex"], moving["age_years"]
    mean = state.women + (state.men - state.women) * sex
    trend = state.trend_women + (state.trend_men - state.trend_women) * sex
    grown_up = np.maximum(age, 25.0)
    shown = mean + trend * (grown_up - 60.0) + state.under_25 * (grown_up - age)
    own = fixed[f"{name}_usual"] + fixed[f"{name}_trend"] * moving["years"]
    return np.asarray(shown + own + moving[f"{name}_wave"], np.float32)


def show_body(lanes: Lanes, p: Parameters) -> None:
    """Set what shows of every body: states after treatment and disease, and their summaries."""
    m = lanes.moving
    m["age_years"] = lanes.fixed["entry_age_years"] + m["years"]
    for name in STATES:
        m[name] = level(getattr(p.states, name), name, lanes)
    _act_treatments(m, p)
    _show_glucose(lanes, p)
    _show_kidney(m, p)
    for name in STATES:
        low, high = getattr(p.states, name).range
        np.clip(m[name], low, high, out=m[name])
    m["smoking_current"] = (m["smoking"] == 2).astype(np.float32)
    m["glaucoma_manifest"] = (m["glaucoma_status"] == 2).astype(np.float32)
    m["iop_eyes_mmhg"] = np.clip(
        m["iop_mmhg"][:, None] + lanes.fixed["iop_eyes"], *p.traits.iop_eyes_range_mmhg
    )


def _act_treatments(m: dict[str, Array], p: Parameters) -> None:
    t = p.treatments
    share = p.body_effects.dbp_effect_share
    m["sbp_mmhg"] += t.antihypertensive.effect * m["antihypertensive"]
    m["dbp_mmhg"] += share * t.antihypertensive.effect * m["antihypertensive"]
    m["total_cholesterol_mmol_l"] *= 1.0 + t.statin.effect * m["statin"]
    m["iop_mmhg"] *= 1.0 + t.iop_lowering.effect * m["iop_lowering"]


def _show_glucose(lanes: Lanes, p: Parameters) -> None:
    e, m = p.body_effects, lanes.moving
    years, limit = m["diabetes_years"], np.float32(e.diabetes_hba1c_percent)
    risen = e.hba1c_at_diabetes_percent + lanes.fixed["hba1c_rise"] * years
    diabetic = m["hba1c_percent"] + risen
    diabetic = np.maximum(diabetic, limit)
    diabetic += p.treatments.glucose_lowering.effect * m["glucose_lowering"]
    free = np.minimum(m["hba1c_percent"], limit - np.float32(e.hba1c_margin_percent))
    m["hba1c_percent"] = np.where(m["type_2_diabetes"] > 0, diabetic, free)
    m["log10_acr_mg_g"] += e.acr_log10_per_diabetes_year * years


def _show_kidney(m: dict[str, Array], p: Parameters) -> None:
    e = p.body_effects
    limit = np.float32(e.kidney_disease_egfr)
    below, above = (np.float32(margin) for margin in e.egfr_margins)
    rate = m["egfr_ml_min_1_73m2"] - m["egfr_loss"]
    with_disease = np.minimum(rate, limit - below)
    without = np.maximum(rate, limit + above)
    m["egfr_ml_min_1_73m2"] = np.where(m["chronic_kidney_disease"] > 0, with_disease, without)


def advance_body(lanes: Lanes, chance: Chance, p: Parameters) -> None:
    """Move every body by one step; call before `show_body` of the next moment."""
    m = lanes.moving
    _start_treatments(m, chance, p)
    stopped = chance.happens("quitting", p.smoking.quitting_per_year) & (m["smoking"] == 2)
    m["smoking"] = np.where(stopped, np.float32(1), m["smoking"])
    for name in STATES:
        state: BodyState = getattr(p.states, name)
        kept = np.float32(np.exp(-float(STEP) / state.within_years))
        fresh = np.float32(state.sd_within * np.sqrt(1.0 - float(kept) ** 2))
        m[f"{name}_wave"] = kept * m[f"{name}_wave"] + fresh * chance.normal(name)
    _wear(m, p)
    m["diabetes_years"] = m["diabetes_years"] + STEP * m["type_2_diabetes"]
    m["years"] = m["years"] + STEP


def _wear(m: dict[str, Array], p: Parameters) -> None:
    e, w = p.body_effects, p.retina.wear
    pressure = np.maximum(m["sbp_mmhg"] - w.load_from[0], 0.0)
    glucose = np.maximum(m["hba1c_percent"] - w.load_from[1], 0.0)
    m["pressure_load"] = m["pressure_load"] + STEP * pressure / w.load_per[0]
    m["glucose_load"] = m["glucose_load"] + STEP * glucose / w.load_per[1]
    high = np.maximum(m["sbp_mmhg"] - e.egfr_loss_from_sbp_mmhg, 0.0)
    sweet = np.maximum(m["hba1c_percent"] - e.egfr_loss_from_hba1c_percent, 0.0)
    lost = e.egfr_loss_per_year_per_20_mmhg * high / 20.0
    lost += e.egfr_loss_per_year_per_hba1c_percent * sweet
    m["egfr_loss"] = m["egfr_loss"] + STEP * lost


def _start_treatments(m: dict[str, Array], chance: Chance, p: Parameters) -> None:
    for name in ("antihypertensive", "glucose_lowering", "iop_lowering", "statin"):
        treatment: Treatment = getattr(p.treatments, name)
        starts = chance.happens(name, treatment.starts_per_year) & wanted(name, m, treatment)
        m[name] = np.maximum(m[name], starts.astype(np.float32))


def wanted(name: str, m: dict[str, Array], t: Treatment) -> np.ndarray:
    """Return who would be given a treatment now: the rule of each, as the file words it."""
    if name == "antihypertensive":
        return np.asarray(m["sbp_mmhg"] >= t.threshold)
    if name == "glucose_lowering":
        return np.asarray((m["type_2_diabetes"] > 0) & (m["hba1c_percent"] >= t.threshold))
    if name == "iop_lowering":
        return np.asarray((m["glaucoma_status"] == 2) | (m["iop_mmhg"] >= t.threshold))
    high = m["total_cholesterol_mmol_l"] >= t.threshold
    return np.asarray(high | (m["ischaemic_cvd"] > 0))

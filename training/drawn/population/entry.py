"""People as they are when their history begins, five years before the first visit.

Nobody dies before the first visit: the cohort is of those who came. What people already have at
the first visit is what they had five years before, by the file's prevalence, and what befell them
since.
"""

from __future__ import annotations

from math import erf, sqrt

import numpy as np

from training.drawn.population.body import STATES, show_body, wanted
from training.drawn.population.born import fixed_traits, own_levels
from training.drawn.population.deviates import Deviates
from training.drawn.population.events import FLAGS, fresh_clocks
from training.drawn.population.eyes import lower
from training.drawn.population.lanes import Array, Lanes
from training.drawn.population.parameters import CAUSES, CONDITIONS, Parameters
from training.drawn.population.tables import Prevalence

HISTORY_YEARS = 5
_normal_share = np.frompyfunc(lambda z: 0.5 * (1.0 + erf(z / sqrt(2.0))), 1, 1)


def enter(normals: Deviates, uniforms: Deviates, p: Parameters) -> Lanes:
    """Return people at the beginning of their history, nothing shown yet but their bodies."""
    own = own_levels(normals, p)
    fixed = fixed_traits(normals, uniforms, p)
    lanes = Lanes(fixed, _begin(normals, uniforms, fixed, p))
    _give_conditions(lanes, own, normals, uniforms, p)
    _give_treatments(lanes, uniforms, p)
    _give_loads(lanes, p)
    return lanes


def _begin(n: Deviates, u: Deviates, fixed: dict[str, Array], p: Parameters) -> dict[str, Array]:
    people = len(fixed["sex"])
    zero, eyes = np.zeros(people, np.float32), np.zeros((people, 2), np.float32)
    never = np.full((people, 2), np.inf, np.float32)
    m: dict[str, Array] = {
        "years": zero - HISTORY_YEARS,
        "dead": zero,
        "diabetes_years": zero,
        "egfr_loss": zero,
    }
    for name in STATES:
        m[f"{name}_wave"] = getattr(p.states, name).sd_within * n[f"{name}_wave"]
    m["calibre_wave"] = p.retina.calibre.sd_within * n["calibre_wave"]
    m |= dict.fromkeys((*FLAGS, *(f"had_{name}" for name in CONDITIONS)), zero)
    m |= dict.fromkeys(p.treatments.__class__.model_fields, zero)
    m |= {"pressure_load": zero, "glucose_load": zero, "dr_grade": zero, "rim_loss": zero}
    m |= {"glaucoma_status": zero, "disc_haemorrhage_memory": zero, "disc_haemorrhage": eyes}
    m |= {"laser_years": never, "amd_years": never, "pseudophakic": eyes}
    m["dr_fraction"] = p.entry.dr_fraction_most * u["dr_fraction"]
    shares = np.where(fixed["sex"][:, None] > 0, p.smoking.men, p.smoking.women)
    smokes = (u["smoking"][:, None] >= np.cumsum(shares, axis=1)[:, :2]).sum(axis=1)
    m["smoking"] = np.where(fixed["young"] > 0, 0, smokes)
    m |= fresh_clocks(np.stack([u[f"clock_{name}"] for name in CAUSES]))
    return {name: np.asarray(value, np.float32) for name, value in m.items()}


def _has_from_before(
    rule: Prevalence, lanes: Lanes, own: dict[str, Array], chance: Array, p: Parameters
) -> np.ndarray:
    older = lanes.moving["age_years"] - 60.0
    share = rule.share_at_60 * np.power(rule.factor_per_year, older)
    share = share * np.power(rule.men_to_women, lanes.fixed["sex"] - 0.5)
    known = sum(weight * own[name] for name, weight in rule.liability)
    left = sqrt(1.0 - sum(weight**2 for _, weight in rule.liability))
    rank = np.asarray(_normal_share(known + left * chance), np.float64)
    share = np.minimum(share, p.entry.share_most)
    return np.asarray((rank > 1.0 - share) & (lanes.fixed["young"] == 0))


def _give_conditions(
    lanes: Lanes, own: dict[str, Array], n: Deviates, u: Deviates, p: Parameters
) -> None:
    f, m = lanes.fixed, lanes.moving
    show_body(lanes, p)
    levels = own | {"drusen": n["own_drusen"], "neurodegeneration": n["own_neurodegeneration"]}
    for name in FLAGS:
        rule = p.cause(name).prevalence
        had = _has_from_before(rule, lanes, levels, n[f"had_{name}"], p)
        m[name] = np.asarray(had, np.float32)
    ischaemic = (m["stroke"] > 0) & (u["stroke_kind"] < p.body_effects.ischaemic_stroke_share)
    m["ischaemic_cvd"] = np.maximum(m["ischaemic_cvd"], ischaemic)
    raw = f["egfr_ml_min_1_73m2_usual"] + p.states.egfr_ml_min_1_73m2.women
    raw = raw + p.states.egfr_ml_min_1_73m2.trend_women * (m["age_years"] - 60.0)
    low = (raw < p.body_effects.kidney_disease_egfr) & (f["young"] == 0)
    m["chronic_kidney_disease"] = np.maximum(m["chronic_kidney_disease"], low)
    worst = lower(f["refraction_usual"][:, None] + f["refraction_eyes"])
    strong = (worst <= p.body_effects.high_myopia_dioptres) & (f["young"] == 0)
    m["high_myopia"] = np.maximum(m["high_myopia"], strong)
    _give_diabetes(lanes, u, p)
    _give_glaucoma(lanes, levels, n, u, p)
    first = f["lead_macula"][:, None] == np.arange(2)
    onset = (m["years"] - p.entry.amd_years_most * u["amd_years"])[:, None]
    m["amd_years"] = np.where(first & (m["late_amd"] > 0)[:, None], onset, m["amd_years"])


def _give_diabetes(lanes: Lanes, u: Deviates, p: Parameters) -> None:
    m, has = lanes.moving, lanes.moving["type_2_diabetes"]
    e = p.entry
    duration = -e.diabetes_years_mean * np.log1p(-u["diabetes_years"])
    duration = np.minimum(duration, m["age_years"] - e.diabetes_from_age)
    m["diabetes_years"] = np.asarray(has * np.maximum(duration, 0.0), np.float32)
    steps = np.cumsum(p.retina.diabetic.grades_before)[:4]
    grade = (u["dr_grade"][:, None] >= steps).sum(axis=1)
    m["dr_grade"] = np.asarray(has * grade, np.float32)
    m["dr_fraction"] = np.asarray(has * m["dr_fraction"], np.float32)


def _give_glaucoma(
    lanes: Lanes, levels: dict[str, Array], n: Deviates, u: Deviates, p: Parameters
) -> None:
    g, m = p.retina.glaucoma, lanes.moving
    rule = Prevalence(
        unit="share", source="retina.glaucoma", share_at_60=g.under_care_at_60,
        factor_per_year=g.factor_per_year, men_to_women=g.men_to_women,
        liability=g.liability,
    )  # fmt: skip
    known = levels | {"cdr": n["own_cdr"]}
    care = _has_from_before(rule, lanes, known, n["own_glaucoma"], p)
    manifest = care & (u["manifest"] < g.glaucoma_share)
    m["glaucoma_status"] = np.asarray(care.astype(int) + manifest, np.float32)
    further = g.rim_lost_before * u["manifest"] / max(g.glaucoma_share, 1e-6)
    m["rim_loss"] = np.asarray(manifest * (g.rim_lost_at_glaucoma + further), np.float32)


def _give_treatments(lanes: Lanes, u: Deviates, p: Parameters) -> None:
    show_body(lanes, p)
    for name in p.treatments.__class__.model_fields:
        rule = getattr(p.treatments, name)
        given = wanted(name, lanes.moving, rule) & (u[name] < rule.treated_before)
        lanes.moving[name] = np.asarray(given, np.float32)
    show_body(lanes, p)


def _give_loads(lanes: Lanes, p: Parameters) -> None:
    m, w = lanes.moving, p.retina.wear
    pressure = np.maximum(m["sbp_mmhg"] - w.load_from[0], 0.0) * (lanes.fixed["young"] == 0)
    load = w.load_before_entry_years * pressure / w.load_per[0]
    m["pressure_load"] = np.asarray(load, np.float32)
    glucose = np.maximum(m["hba1c_percent"] - w.load_from[1], 0.0) * m["diabetes_years"]
    m["glucose_load"] = np.asarray(glucose / w.load_per[1], np.float32)

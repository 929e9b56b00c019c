"""What people are born with or bring along for life: levels, traits, the shape of their eyes."""

from __future__ import annotations

import numpy as np

from training.drawn.population.body import STATES
from training.drawn.population.deviates import CORRELATED, Deviates, correlate
from training.drawn.population.lanes import Array
from training.drawn.population.parameters import ParameterError, Parameters
from training.drawn.population.retina_parameters import Disc, RetinaParameters


def fixed_traits(normals: Deviates, uniforms: Deviates, p: Parameters) -> dict[str, Array]:
    """Return all that stays for life, (P,) or (P, 2) by name."""
    own = own_levels(normals, p)
    fixed = _demography(uniforms, normals, p)
    fixed |= _body_traits(own, normals, p)
    fixed |= _eye_traits(own, normals, uniforms, p.retina)
    fixed |= _disc_traits(normals, uniforms, p)
    fixed |= _refraction_traits(normals, fixed, p.retina)
    return fixed


def own_levels(normals: Deviates, p: Parameters) -> dict[str, Array]:
    """Return people's own levels in standard deviations, correlated as the file says."""
    return correlate(normals, correlation_factor(p))


def correlation_factor(p: Parameters) -> np.ndarray:
    """Return the Cholesky factor of people's own levels; raise ParameterError if there is none."""
    matrix = np.eye(len(CORRELATED))
    for first, second, value in p.correlations.pairs:
        if first not in CORRELATED or second not in CORRELATED:
            raise ParameterError(f"correlations.pairs: no level is called {first} or {second}")
        i, j = CORRELATED.index(first), CORRELATED.index(second)
        matrix[i, j] = matrix[j, i] = value
    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError as error:
        raise ParameterError("correlations.pairs: they contradict each other") from error


def _demography(u: Deviates, n: Deviates, p: Parameters) -> dict[str, Array]:
    d, t = p.demography, p.traits
    young = u["young"] < d.young_share
    sex = u["sex"] < d.men_share
    edges = np.asarray(d.adult_bands_years, np.float32)
    band = np.searchsorted(np.cumsum(d.adult_shares)[:-1], u["age_band"], side="right")
    adult_age = edges[band] + u["age"] * np.diff(edges)[band]
    first, last = d.young_band_years
    age = np.where(young, first + u["age"] * (last - first), adult_age)
    light = np.where(young[:, None], t.pigmentation_young, t.pigmentation_adult)
    dark = np.clip(light[:, 0] + light[:, 1] * n["own_pigmentation"], 0.0, 1.0)
    found = {"young": young, "sex": sex, "entry_age_years": age, "pigmentation": dark}
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def _body_traits(own: dict[str, Array], n: Deviates, p: Parameters) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name in STATES:
        state = getattr(p.states, name)
        found[f"{name}_usual"] = state.sd_people * own[name]
        found[f"{name}_trend"] = state.sd_own_trend * n[f"{name}_trend"]
    e = p.body_effects
    rise = e.hba1c_rise_per_diabetes_year + e.hba1c_rise_sd * n["own_hba1c_rise"]
    found["hba1c_rise"] = np.maximum(rise, 0.0)
    found["iop_eyes"] = p.traits.iop_eyes_sd_mmhg * n.eyes("iop")
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def _eye_traits(
    own: dict[str, Array], n: Deviates, u: Deviates, r: RetinaParameters
) -> dict[str, Array]:
    c, w, k, a, m = r.calibre, r.wear, r.nerve, r.macula, r.media
    wet = u.eyes("neovascular") < a.neovascular_share
    eyes = np.arange(2)
    lead = u["lead_diabetic"][:, None] < 0.5
    behind = (lead == (eyes == 1)) * -np.log1p(-u["dr_gap"])[:, None] * r.diabetic.fellow_gap
    found = {
        "crae_usual": c.crae_sd_people * own["crae"],
        "crve_usual": c.crve_sd_people * own["crve"],
        "crae_eyes": c.crae_sd_eyes * n.eyes("crae"),
        "crve_eyes": c.crve_sd_eyes * n.eyes("crve"),
        "rarefaction_usual": w.rarefaction[-1] * n["own_rarefaction"],
        "nicking_usual": w.nicking[-1] * n["own_nicking"],
        "tortuosity_usual": w.tortuosity[-1] * n["own_tortuosity"],
        "wear_eyes": w.sd_eyes * n.eyes("wear"),
        "neurodegeneration_usual": k.logit_sd_people * n["own_neurodegeneration"],
        "neurodegeneration_trend": k.logit_sd_trend * n["own_neurodegeneration_trend"],
        "nerve_usual": k.loss_sd_people * n["own_nerve"],
        "nerve_eyes": k.loss_sd_eyes * n.eyes("nerve"),
        "drusen_usual": a.log_drusen_sd_people * n["own_drusen"],
        "drusen_trend": a.log_drusen_sd_trend * n["own_drusen_trend"],
        "drusen_eyes": a.log_drusen_sd_eyes * n.eyes("drusen"),
        "neovascular": wet,
        "lead_macula": u["lead_macula"] < 0.5,
        "dr_gap": behind,
        "oedema_eyes": r.diabetic.oedema_sd_eyes * n.eyes("oedema"),
        "media_usual": m.sd_people_years * n["own_media"],
        "media_eyes": m.sd_eyes_years * n.eyes("media"),
    }
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def _disc_traits(n: Deviates, u: Deviates, p: Parameters) -> dict[str, Array]:
    d, g = p.retina.disc, p.retina.glaucoma
    mean, of_people, of_eyes = p.traits.disc_height_um
    height = mean + of_people * n["own_disc_height"][:, None] + of_eyes * n.eyes("disc_height")
    share = np.clip(g.fellow_share[0] + g.fellow_share[1] * n["own_rim_share"], 0.0, 1.0)
    leads = (u["lead_glaucoma"][:, None] < 0.5) == (np.arange(2) == 0)
    found = {
        "disc_height_um": np.clip(height, *p.traits.disc_height_range_um),
        "cdr_usual": d.cdr_sd_people * n["own_cdr"],
        "cdr_eyes": d.cdr_sd_eyes * n.eyes("cdr"),
        "rim_share": np.where(leads, 1.0, share[:, None]),
        "notches": u.eyes("notch") < d.notching_eyes,
        "notch_clock_hour": _notch_hours(u.eyes("notch_hour"), d),
        "atrophy_eyes": d.atrophy_dd[-1] * n.eyes("atrophy"),
        "tilt_eyes": d.tilt_per_mm[-1] * n.eyes("tilt"),
        "tessellation_eyes": d.tessellation[-1] * n.eyes("tessellation"),
    }
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def _notch_hours(chance: Array, d: Disc) -> Array:
    low, high = d.notch_hours_below
    below = low + (high - low) * chance / d.notch_below_share
    low, high = d.notch_hours_above
    above = low + (high - low) * (chance - d.notch_below_share) / (1.0 - d.notch_below_share)
    return np.where(chance < d.notch_below_share, below, above)


def _refraction_traits(
    n: Deviates, fixed: dict[str, Array], r: RetinaParameters
) -> dict[str, Array]:
    f, z = r.refraction, n["own_refraction"]
    young = fixed["young"] > 0
    square, begin = f.adult_myopic_tail
    tailed = z - square * np.square(np.maximum(-z - begin, 0.0))
    adult = f.adult_dioptres[0] + f.adult_dioptres[1] * tailed
    child = f.young_dioptres_at_6[0] + f.young_dioptres_at_6[1] * z
    rate = (
        f.young_dioptres_per_year[0] + f.young_dioptres_per_year[1] * n["own_refraction_per_year"]
    )
    found = {
        "refraction_usual": np.where(young, child, adult),
        "refraction_per_year": np.where(young, np.minimum(rate, 0.0), 0.0),
        "refraction_eyes": f.eye_difference_dioptres * n.eyes("refraction"),
        "axial_usual": f.axial_sd_mm * n["own_axial"],
    }
    return {name: np.asarray(value, np.float32) for name, value in found.items()}

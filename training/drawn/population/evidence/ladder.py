"""The ladder of discrimination: what age and sex, covariates and the true retina can tell.

C is taken against true probabilities, not against one throw of events. With p the oracle's chance
by a horizon and s a score, C = sum over pairs of p_i (1 - p_j) [s_i > s_j, half at ties] over the
sum of p_i (1 - p_j): the chance that of a person who will have the event and one who will not,
the first has the higher score. The oracle's own C is the ceiling; 0.5 is chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from training.drawn.population.bodies import Bodies
from training.drawn.population.evidence.cox import Floats
from training.drawn.population.evidence.reading import table
from training.drawn.population.oracle import HORIZONS_YEARS, expected_at
from training.drawn.population.parameters import CONDITIONS

HORIZON_YEARS = 10
AGE_SEX = ("age_years", "sex")
COVARIATES = (
    "sbp_mmhg", "hba1c_percent", "egfr_ml_min_1_73m2", "bmi_kg_m2", "smoking", "smoking_current",
    "iop_mmhg", "axial_mean_mm",
)  # fmt: skip
SIGNS = (
    "crae_mean_um", "crve_mean_um", "tortuosity_mean", "rarefaction_mean", "nicking_mean",
    "nicking_present", "cdr_vertical_worst", "nerve_fibre_loss_mean", "dr_severity_worst",
    "retinopathy", "log_drusen_worst", "atrophy_worst_dd", "disc_haemorrhage_any",
)  # fmt: skip
STEPS = {
    "age_sex": AGE_SEX,
    "covariates": AGE_SEX + COVARIATES,
    "signs": AGE_SEX + COVARIATES + SIGNS,
}
_RIDGE = 0.03


@dataclass(frozen=True)
class Rungs:
    """C of one condition at ten years against true probabilities."""

    condition: str
    age_sex: float
    covariates: float
    signs: float
    oracle: float
    people: int


def concordance(p: Floats, score: Floats) -> float:
    """Return C of a score against true probabilities, as the module defines it."""
    order = np.argsort(score, kind="stable")
    p, score = p[order], score[order]
    free = np.concatenate([[0.0], np.cumsum(1.0 - p)])
    below = free[np.searchsorted(score, score, side="left")]
    tied = free[np.searchsorted(score, score, side="right")] - below - (1.0 - p)
    pairs = p.sum() * (1.0 - p).sum() - (p * (1.0 - p)).sum()
    return float((p * (below + 0.5 * tied)).sum() / pairs)


def ladder(blocks: Iterable[Bodies], futures: int = 64) -> list[Rungs]:
    """Return the ladder of every condition for people at risk at their first visit.

    A rung's score is a least-squares fit of log(-log(1 - p)), in which hazards are nearly linear,
    on its features, their squares and their products with age, fitted on one half of the people
    and judged on the other, twice.
    """
    features: dict[str, list[Floats]] = {name: [] for name in CONDITIONS}
    chances: dict[str, list[Floats]] = {name: [] for name in CONDITIONS}
    for bodies in blocks:
        p = expected_at(bodies, np.zeros(len(bodies), np.float32), futures).cumulative_incidence
        for k, name in enumerate(CONDITIONS):
            chance = p[:, k, HORIZONS_YEARS.index(HORIZON_YEARS)].astype(np.float64)
            people = np.flatnonzero(np.isfinite(chance))
            chances[name].append(chance[people])
            features[name].append(_features(bodies, people))
    rungs = (_rungs(n, np.concatenate(features[n]), np.concatenate(chances[n])) for n in CONDITIONS)
    return [rung for rung in rungs if rung is not None]


def _features(bodies: Bodies, people: np.ndarray) -> Floats:
    now = int(bodies.moment(0.0))
    moments = np.full(len(people), now)
    states = bodies.states
    ours = {
        "axial_mean_mm": states["axial_length_mm"][people, :, now].mean(axis=1),
        "disc_haemorrhage_any": states["disc_haemorrhage"][people, :, now].max(axis=1),
    }
    columns = [
        ours[name] if name in ours else table(bodies, (name,), people, moments)[:, 0]
        for name in STEPS["signs"]
    ]
    return np.stack(columns, axis=1).astype(np.float64)


def _rungs(name: str, x: Floats, p: Floats) -> Rungs | None:
    if len(p) < 200:
        return None
    half = np.arange(len(p)) % 2 == 0
    found = {}
    for step, names in STEPS.items():
        wide = _widen(x[:, : len(names)])
        scores = [wide[kept] @ _log_linear(wide[~kept], p[~kept]) for kept in (half, ~half)]
        judged = [concordance(p[k], s) for k, s in zip((half, ~half), scores, strict=True)]
        found[step] = float(np.mean(judged))
    best = float(np.mean([concordance(p[k], p[k]) for k in (half, ~half)]))
    return Rungs(name, found["age_sex"], found["covariates"], found["signs"], best, len(p))


def _widen(x: Floats) -> Floats:
    spread = x.std(axis=0)
    x = ((x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0))[:, spread > 0]
    return np.column_stack([np.ones(len(x)), x, np.square(x), x[:, 1:] * x[:, :1]])


def _log_linear(x: Floats, p: Floats) -> Floats:
    target = np.log(-np.log1p(-np.clip(p, 1e-7, 1.0 - 1e-7)))
    ridge = _RIDGE * len(p) * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    return np.asarray(np.linalg.solve(x.T @ x + ridge, x.T @ target))

"""The ladder of discrimination: what age and sex, covariates and the true retina can tell.

C is taken against true probabilities, not against one throw of events. With p the oracle's chance
by a horizon and s a score, C = sum over pairs of p_i (1 - p_j) [s_i > s_j, half at ties] over the
sum of p_i (1 - p_j): the chance that of a person who will have the event and one who will not,
the first has the higher score. The oracle's own C is the ceiling; 0.5 is chance.

A rung's score is a least-squares fit of log(-log(1 - p)), in which hazards are nearly linear, on
its features, their squares and their products with age, fitted on four fifths of the people and
judged on the last fifth, five times. Conditions that few are at risk of take their people from
more blocks: with a thousand people the seventy coefficients of a fit cost more C than signs add.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
MOST_PEOPLE = 8000
"""People a condition is judged on; from then on its people are passed over."""
FUTURES = 64
"""Of the oracle for the ladder: its error is below a tenth of the spread among people."""
FOLDS = 5
_FEWEST = 200
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
    standard_error: float
    """Of the least certain rung, from the spread among folds."""
    gain_error: float
    """Standard error of signs less covariates, which rest on the same people."""


def concordance(p: Floats, score: Floats) -> float:
    """Return C of a score against true probabilities, as the module defines it."""
    order = np.argsort(score, kind="stable")
    p, score = p[order], score[order]
    free = np.concatenate([[0.0], np.cumsum(1.0 - p)])
    below = free[np.searchsorted(score, score, side="left")]
    tied = free[np.searchsorted(score, score, side="right")] - below - (1.0 - p)
    pairs = p.sum() * (1.0 - p).sum() - (p * (1.0 - p)).sum()
    return float((p * (below + 0.5 * tied)).sum() / pairs)


class LadderRows:
    """Gathers people at risk at their first visit, block by block, until conditions have enough."""

    def __init__(self, most_people: int = MOST_PEOPLE) -> None:
        self.most_people = most_people
        self.features: dict[str, list[Floats]] = {name: [] for name in CONDITIONS}
        self.chances: dict[str, list[Floats]] = {name: [] for name in CONDITIONS}
        self.people = dict.fromkeys(CONDITIONS, 0)

    def add(self, bodies: Bodies) -> None:
        """Add one block to the conditions that still lack people."""
        lacking = [name for name in CONDITIONS if self.people[name] < self.most_people]
        first = int(bodies.moment(0.0))
        wanted = np.zeros(len(bodies), bool)
        for name in lacking:
            wanted |= bodies.at_risk[name][:, first]
        if not wanted.any():
            return
        some = bodies.take(wanted)
        p = expected_at(some, np.zeros(len(some), np.float32), FUTURES).cumulative_incidence
        horizon = HORIZONS_YEARS.index(HORIZON_YEARS)
        for name in lacking:
            chance = p[:, CONDITIONS.index(name), horizon].astype(np.float64)
            people = np.flatnonzero(np.isfinite(chance))
            self.chances[name].append(chance[people])
            self.features[name].append(_features(some, people))
            self.people[name] += len(people)

    def rungs(self) -> list[Rungs]:
        """Return the ladder of every condition with people enough for a fit."""
        enough = [name for name in CONDITIONS if self.people[name] >= _FEWEST]
        return [
            _rungs(name, np.concatenate(self.features[name]), np.concatenate(self.chances[name]))
            for name in enough
        ]


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


def _rungs(name: str, x: Floats, p: Floats) -> Rungs:
    fold = np.arange(len(p)) % FOLDS
    judged = {step: _judged(x[:, : len(names)], p, fold) for step, names in STEPS.items()}
    judged["oracle"] = np.array([concordance(p[fold == k], p[fold == k]) for k in range(FOLDS)])
    mean = {step: float(each.mean()) for step, each in judged.items()}
    gain = judged["signs"] - judged["covariates"]
    return Rungs(
        name, mean["age_sex"], mean["covariates"], mean["signs"], mean["oracle"], len(p),
        max(_error(each) for each in judged.values()), _error(gain),
    )  # fmt: skip


def _judged(x: Floats, p: Floats, fold: npt.NDArray[np.intp]) -> Floats:
    """Return C on each fold of a score that was fitted on the others."""
    wide, found = _widen(x), []
    for k in range(FOLDS):
        here = fold == k
        found.append(concordance(p[here], wide[here] @ _log_linear(wide[~here], p[~here])))
    return np.array(found)


def _error(each: Floats) -> float:
    return float(each.std(ddof=1) / np.sqrt(len(each)))


def _widen(x: Floats) -> Floats:
    spread = x.std(axis=0)
    x = ((x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0))[:, spread > 0]
    return np.column_stack([np.ones(len(x)), x, np.square(x), x[:, 1:] * x[:, :1]])


def _log_linear(x: Floats, p: Floats) -> Floats:
    target = np.log(-np.log1p(-np.clip(p, 1e-7, 1.0 - 1e-7)))
    ridge = _RIDGE * len(p) * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    return np.asarray(np.linalg.solve(x.T @ x + ridge, x.T @ target))

"""What a clinic sees of people: visits, loss to follow-up, covariates measured with error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.drawn.population.deviates import Stream, generator
from training.drawn.population.lanes import STEP_YEARS, Array
from training.drawn.population.parameters import Parameters
from training.drawn.population.tables import Measured


@dataclass(frozen=True)
class Seen:
    """When people are seen: last contact (P,) and visits (P, K), NaN for those that were missed."""

    censored_years: Array
    visit_years: Array


def observe(
    seed: int,
    block: int,
    indices: Sequence[int],
    death_years: Array,
    years: float,
    visits: int | None,
    p: Parameters,
) -> Seen:
    """Return when people are seen; `visits` None takes the parameters' number."""
    o, number = p.observation, p.observation.visits if visits is None else visits
    if number < 1:
        raise ValueError(f"everybody has a first visit, got {number} visits")
    uniforms = np.empty((len(indices), 2), np.float32)
    normals = np.empty((len(indices), number), np.float32)
    for row, index in enumerate(indices):
        rng = generator(seed, block, index, Stream.VISITS)
        rng.random(dtype=np.float32, out=uniforms[row])
        rng.standard_normal(dtype=np.float32, out=normals[row])
    first, last = o.administrative_years
    study = first + (last - first) * uniforms[:, 0]
    lost = -np.log1p(-uniforms[:, 1]) / np.float32(max(o.drop_out_per_year, 1e-9))
    censored = np.minimum(np.minimum(study, lost), np.float32(years))
    gaps = o.years_between_median * np.exp(o.years_between_log_sd * normals[:, 1:])
    planned = np.zeros((len(indices), number), np.float32)
    planned[:, 1:] = np.cumsum(np.maximum(np.round(gaps / STEP_YEARS), 1.0), axis=1) * STEP_YEARS
    missed = planned > np.minimum(death_years, censored)[:, None]
    missed[:, 0] = False
    return Seen(censored, np.where(missed, np.float32(np.nan), planned))


def measure(
    true: dict[str, float], seed: int, block: int, index: int, moment: int, p: Parameters
) -> dict[str, float | None]:
    """Return covariates as a clinic writes them at one moment; None is not known, never zero."""
    never = generator(seed, block, index, Stream.MEASURED)
    rng = generator(seed, block, index, Stream.MEASURED, moment + 1)
    found: dict[str, float | None] = {}
    for name in Measured.model_fields:
        if name in ("unit", "source"):
            continue
        error, missing, never_taken = getattr(p.measured, name)
        deviate, chance, lasting = rng.standard_normal(), rng.random(), never.random()
        known = chance >= missing and lasting >= never_taken
        found[name] = true[name] + error * deviate if known else None
    return found

"""What will happen, expected from the true state at a visit, death competing.

Fresh futures start from the true state: waves, treatments and events are drawn anew, traits are
not. The realised future is never read. Death is not thrown but weighs. Each future gives two
estimates of the cumulative incidence: the chances of the event added up over the steps at risk, A,
and the event itself, N. Both are unbiased and they err in opposite directions, so their mixture
A + m (N - A) errs far less than either; m is what is best when the hazard stands still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.drawn.population.bodies import Bodies
from training.drawn.population.deviates import Stream, generator
from training.drawn.population.events import fresh_clocks
from training.drawn.population.hazards import BoolArray
from training.drawn.population.lanes import (
    NORMALS,
    STEP,
    STEP_YEARS,
    UNIFORMS,
    Array,
    Chance,
    Lanes,
)
from training.drawn.population.parameters import CAUSES, CONDITIONS
from training.drawn.population.stepping import advance, show

HORIZONS_YEARS = (1, 2, 3, 5, 10)
FUTURES = 128
"""Futures a person; `expected` states the standard error of every value."""

_TOGETHER = 256
"""People whose futures run together: bounds the memory."""


@dataclass(frozen=True)
class Expected:
    """Cumulative incidence (P, C, H) and its Monte Carlo standard error; NaN: not at risk."""

    cumulative_incidence: Array
    standard_error: Array


def oracle(bodies: Bodies, visit: int, futures: int = FUTURES) -> Array:
    """Return expected cumulative incidence (P, C, H) from the true state at a visit.

    C are the ten conditions, H the horizons of 1, 2, 3, 5 and 10 years. NaN stands where a person
    has no such visit, has the condition already or is not at risk of it then.
    """
    return expected(bodies, visit, futures).cumulative_incidence


def expected(bodies: Bodies, visit: int, futures: int = FUTURES) -> Expected:
    """Return `oracle` together with the standard error of its Monte Carlo."""
    return expected_at(bodies, bodies.visit_years[:, visit], futures)


def expected_at(bodies: Bodies, years: Array, futures: int = FUTURES) -> Expected:
    """Return expectations from the true state at moments of the people's own, (P,), NaN: none."""
    if futures < 2:
        raise ValueError("a standard error needs two futures")
    shape = (len(bodies), len(CONDITIONS), len(HORIZONS_YEARS))
    mean, error = (np.full(shape, np.nan, np.float32) for _ in range(2))
    people = np.flatnonzero(np.isfinite(years))
    for start in range(0, len(people), _TOGETHER):
        some = people[start : start + _TOGETHER]
        part = bodies.take(some)
        moments = part.moment(years[some])
        mixed = _mix(*_run_futures(part, moments, futures))
        risk = _risk(part, moments)[:, :, None]
        rising = np.maximum.accumulate(np.clip(mixed.mean(axis=1), 0.0, 1.0), axis=2)
        mean[some] = np.where(risk, rising, np.nan)
        spread = mixed.std(axis=1, ddof=1) / np.sqrt(futures)
        error[some] = np.where(risk, spread, np.nan)
    return Expected(mean, error)


def _risk(bodies: Bodies, moments: np.ndarray) -> BoolArray:
    people = np.arange(len(bodies))
    return np.stack([bodies.at_risk[n][people, moments] for n in CONDITIONS], axis=1)


def _run_futures(bodies: Bodies, moments: np.ndarray, futures: int) -> tuple[Array, Array]:
    """Return A and N of every future, (P, F, C, H) each."""
    steps = round(HORIZONS_YEARS[-1] / STEP_YEARS)
    marks = {round(h / STEP_YEARS): k for k, h in enumerate(HORIZONS_YEARS)}
    lanes, chances = _begin(bodies, moments, futures, steps)
    alive = np.ones(len(lanes), np.float32)
    added, counted = (np.zeros((len(CONDITIONS), len(lanes)), np.float32) for _ in range(2))
    shape = (len(bodies), futures, len(CONDITIONS))
    found = [np.empty((*shape, len(HORIZONS_YEARS)), np.float32) for _ in range(2)]
    for step, chance in enumerate(chances, start=1):
        risks = [lanes.moving[f"risk_{name}"] for name in CONDITIONS]
        death = lanes.moving["hazard_death"]
        _add_chances(lanes, alive, added)
        events = advance(lanes, chance, bodies.parameters, mortal=False)
        for k, name in enumerate(CONDITIONS):
            within = events.within_years[name]
            weight = risks[k] * alive * np.exp(-death * np.minimum(within, STEP))
            counted[k] += np.where(within < STEP, weight, np.float32(0))
        alive = alive * np.exp(-death * STEP)
        if step in marks:
            found[0][..., marks[step]] = added.T.reshape(shape)
            found[1][..., marks[step]] = counted.T.reshape(shape)
        if step < steps:
            show(lanes, bodies.parameters, bodies.baselines)
    return found[0], found[1]


def _add_chances(lanes: Lanes, alive: Array, added: Array) -> None:
    m = lanes.moving
    death = m["hazard_death"]
    for k, name in enumerate(CONDITIONS):
        hazard = m[f"hazard_{name}"] * m[f"risk_{name}"]
        both = hazard + death
        first = -np.expm1(-both * STEP) * (hazard / np.maximum(both, np.float32(1e-20)))
        added[k] += alive * first


def _mix(added: Array, counted: Array) -> Array:
    """Return A + m (N - A), with the m that has least variance under a hazard that stands still."""
    p = np.clip(added.mean(axis=1, keepdims=True).astype(np.float64), 1e-3, 0.99)
    both = 1.0 - (1.0 - p) * (1.0 - np.log1p(-p))
    covariance = both - p * p
    of_added, of_counted = 2.0 * both - p * p, p * (1.0 - p)
    best = (of_added - covariance) / (of_added + of_counted - 2.0 * covariance)
    m = np.where(p < 0.02, p / 2.0, best).astype(np.float32)
    return np.asarray(added + m * (counted - added))


def _begin(
    bodies: Bodies, moments: np.ndarray, futures: int, steps: int
) -> tuple[Lanes, list[Chance]]:
    now = bodies.lanes_at(moments)
    lanes = Lanes(
        {name: np.repeat(array, futures, axis=0) for name, array in now.fixed.items()},
        {name: np.repeat(array, futures, axis=0) for name, array in now.moving.items()},
    )
    people = len(bodies)
    normals = np.empty((steps, len(NORMALS), people, futures), np.float32)
    uniforms = np.empty((steps, len(UNIFORMS), people, futures), np.float32)
    clocks = np.empty((len(CAUSES), people, futures), np.float32)
    for row, (index, moment) in enumerate(zip(bodies.indices, moments, strict=True)):
        rng = generator(bodies.seed, bodies.block, int(index), Stream.FUTURES, int(moment))
        clocks[:, row] = rng.random(clocks[:, row].shape, dtype=np.float32)
        normals[:, :, row] = rng.standard_normal(normals[:, :, row].shape, dtype=np.float32)
        uniforms[:, :, row] = rng.random(uniforms[:, :, row].shape, dtype=np.float32)
    lanes.moving |= fresh_clocks(clocks.reshape(len(CAUSES), -1))
    show(lanes, bodies.parameters, bodies.baselines)
    flat = (n.reshape(n.shape[0], -1) for n in normals)
    return lanes, [
        Chance(n, u.reshape(u.shape[0], -1)) for n, u in zip(flat, uniforms, strict=True)
    ]

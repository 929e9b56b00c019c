"""No easy world: each retinal sign's effect, fitted as its study did, beside what was published.

As in the studies, covariates and signs are those of the first visit (true ones, which gives signs
more strength than a photograph could), people are followed for up to ten years, death ends time
at risk, and the fit takes the study's own adjustment set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from training.drawn.population.bodies import Bodies
from training.drawn.population.events import AGAIN
from training.drawn.population.evidence.cox import Floats, fit_cox
from training.drawn.population.evidence.reading import table
from training.drawn.population.parameters import CONDITIONS, Parameters
from training.drawn.population.tables import Effect

FOLLOWED_YEARS = 10.0
KEPT_WITHOUT_EVENT = 0.5


@dataclass(frozen=True)
class SignEffect:
    """One sign's fitted hazard ratio with its 95 % interval beside the published interval."""

    condition: str
    sign: str
    put_in: float
    """The direct effect, per the published unit."""
    fitted: float
    low: float
    high: float
    published: tuple[float, float] | None
    """None: no study stands behind the sign; the file says `assumed`."""
    adjusted: tuple[str, ...]
    events: int

    @property
    def inside(self) -> bool | None:
        """Return whether the fitted effect lies in the published interval; None without one."""
        if self.published is None:
            return None
        return self.published[0] <= self.fitted <= self.published[1]


class BaselineRows:
    """Gathers people at risk at their first visit, block by block."""

    def __init__(self, p: Parameters) -> None:
        self.p = p
        self.names = {name: _columns(p, name) for name in CONDITIONS}
        self.rows: dict[str, list[Floats]] = {name: [] for name in CONDITIONS}

    def add(self, bodies: Bodies) -> None:
        """Add one block."""
        for name in CONDITIONS:
            if self.names[name]:
                self._add(name, bodies)

    def _add(self, name: str, bodies: Bodies) -> None:
        first = int(bodies.moment(0.0))
        people = np.flatnonzero(bodies.at_risk[name][:, first])
        happens, end = bodies.event_years[name][people], bodies.death_years[people]
        years = np.minimum(np.minimum(happens, end), FOLLOWED_YEARS).astype(np.float64)
        event = happens <= np.minimum(end, FOLLOWED_YEARS)
        share = 1.0 if name in AGAIN else KEPT_WITHOUT_EVENT
        rng = np.random.default_rng([bodies.seed, bodies.block, 100 + CONDITIONS.index(name)])
        kept = (event | (rng.random(len(people)) < share)) & (years > 0)
        moments = np.full(int(kept.sum()), first)
        x = table(bodies, self.names[name], people[kept], moments).astype(np.float64)
        weight = np.where(event[kept], 1.0, 1.0 / share)
        head = np.column_stack([years[kept], event[kept], weight])
        self.rows[name].append(np.column_stack([head, x]))

    def fit(self) -> list[SignEffect]:
        """Return every sign's effect, fitted by its study's adjustment set."""
        found = []
        for name in CONDITIONS:
            signs = [e for e in self.p.cause(name).effects if e.kind == "sign"]
            found += [self._fit(name, effect) for effect in signs]
        return found

    def _fit(self, name: str, effect: Effect) -> SignEffect:
        rows = np.concatenate(self.rows[name])
        adjusted = effect.adjusted or ("age_years", "sex")
        columns = [3 + self.names[name].index(n) for n in (effect.state, *adjusted)]
        fit = fit_cox(rows[:, 0], rows[:, 1] > 0, rows[:, columns], rows[:, 2])
        per = effect.published_per or effect.per
        beta, error = fit.log_hazard_ratio[0] * per, fit.standard_error[0] * per
        low, high = np.exp([beta - 1.96 * error, beta + 1.96 * error])
        return SignEffect(
            name, effect.state, effect.hazard_ratio ** (per / effect.per), float(np.exp(beta)),
            float(low), float(high), effect.published, adjusted, int(rows[:, 1].sum()),
        )  # fmt: skip


def _columns(p: Parameters, name: str) -> tuple[str, ...]:
    signs = [e for e in p.cause(name).effects if e.kind == "sign"]
    names = [n for e in signs for n in (e.state, *(e.adjusted or ("age_years", "sex")))]
    return tuple(dict.fromkeys(names))


def published_effects(blocks: Iterable[Bodies], p: Parameters) -> list[SignEffect]:
    """Return the effect of each retinal sign on each hazard beside its published interval."""
    rows = BaselineRows(p)
    for bodies in blocks:
        rows.add(bodies)
    return rows.fit()

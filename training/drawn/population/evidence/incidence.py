"""True incidence by age band and sex against the cited rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.drawn.population.bodies import Bodies
from training.drawn.population.lanes import STEP_YEARS
from training.drawn.population.parameters import CAUSES, CONDITIONS, DEATH, Parameters

Table = npt.NDArray[np.float64]
SEXES = ("F", "M")


@dataclass(frozen=True)
class BandRate:
    """One age band and sex of one condition, rates per 1000 person-years at risk."""

    condition: str
    sex: str
    from_age: float
    until_age: float
    person_years: float
    events: int
    cited: float
    true: float
    """From true hazards: their time-weighted mean over people at risk."""

    @property
    def ratio(self) -> float:
        """Return the true rate over the cited one."""
        return self.true / self.cited


class Exposure:
    """Adds up time at risk, true hazards and events, block by block, in constant memory."""

    def __init__(self, p: Parameters) -> None:
        self.p = p
        shapes = {name: (2, len(p.cause(name).incidence.women)) for name in CAUSES}
        self.years: dict[str, Table] = {n: np.zeros(s) for n, s in shapes.items()}
        self.expected: dict[str, Table] = {n: np.zeros(s) for n, s in shapes.items()}
        self.events: dict[str, Table] = {n: np.zeros(s) for n, s in shapes.items()}

    def add(self, bodies: Bodies) -> None:
        """Add one block: all moments from the first visit to death, censored or not."""
        first = int(bodies.moment(0.0))
        steps = slice(first, len(bodies.grid_years) - 1)
        lived = bodies.states["dead"][:, steps] == 0
        ages = bodies.states["age_years"][:, steps]
        for name in CAUSES:
            risk = lived if name == DEATH else lived & bodies.at_risk[name][:, steps]
            self._add(name, bodies, risk, ages, bodies.hazards[name][:, steps])

    def _add(
        self,
        name: str,
        bodies: Bodies,
        risk: npt.NDArray[np.bool_],
        ages: npt.NDArray[np.float32],
        hazards: npt.NDArray[np.float32],
    ) -> None:
        edges = np.asarray(self.p.cause(name).incidence.ages)
        people, steps = np.nonzero(risk)
        band = np.searchsorted(edges, ages[people, steps], side="right") - 1
        inside = (band >= 0) & (band < len(edges) - 1)
        people, steps, band = people[inside], steps[inside], band[inside]
        place = (bodies.fixed["sex"][people].astype(int), band)
        np.add.at(self.years[name], place, STEP_YEARS)
        np.add.at(self.expected[name], place, STEP_YEARS * hazards[people, steps])
        at = bodies.death_years if name == DEATH else bodies.event_years[name]
        began = bodies.grid_years[int(bodies.moment(0.0)) + steps]
        here = (at[people] >= began) & (at[people] < began + STEP_YEARS)
        np.add.at(self.events[name], place, here)

    def rates(self, name: str) -> Table:
        """Return true incidence a year, (2, bands), women first; 0 where nobody was at risk."""
        return np.asarray(self.expected[name] / np.maximum(self.years[name], 1e-12))

    def bands(self, names: Iterable[str] = CONDITIONS) -> list[BandRate]:
        """Return every band with anybody at risk, beside its cited rate."""
        found = []
        for name in names:
            cited = self.p.cause(name).incidence
            rows = (cited.women, cited.men)
            for (s, k), years in np.ndenumerate(self.years[name]):
                if years > 0:
                    found.append(
                        BandRate(
                            name, SEXES[s], cited.ages[k], cited.ages[k + 1], float(years),
                            int(self.events[name][s, k]), rows[s][k],
                            float(1000.0 * self.expected[name][s, k] / years),
                        )
                    )  # fmt: skip
        return found


def incidence_by_band(blocks: Iterable[Bodies], p: Parameters) -> list[BandRate]:
    """Return true incidence of every condition by age band and sex beside the cited rate."""
    exposure = Exposure(p)
    for bodies in blocks:
        exposure.add(bodies)
    return exposure.bands()

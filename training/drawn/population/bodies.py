"""Many drawn people with all that is true of them: states, hazards, events, visits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from training.drawn.population.hazards import Baselines, BoolArray
from training.drawn.population.lanes import STEP_YEARS, Array, Lanes
from training.drawn.population.parameters import Parameters

if TYPE_CHECKING:
    from training.drawn.population.person import Person


@dataclass(frozen=True)
class Bodies:
    """People of one block. P people, T moments a quarter of a year apart, K visits, V eyes (2)."""

    seed: int
    block: int
    indices: npt.NDArray[np.intp]
    """Places of these people in their block, (P,)."""

    parameters: Parameters
    baselines: Baselines
    grid_years: Array
    """Moments (T,), years since the first visit, from -5."""

    fixed: dict[str, Array]
    """What stays for life, (P,) or (P, 2) by name."""

    states: dict[str, Array]
    """What moves, (P, T) or (P, 2, T) by name; right eye first."""

    hazards: dict[str, Array]
    """A year, by condition and `death`, (P, T); 0 where the event cannot come."""

    at_risk: dict[str, BoolArray]
    """Whether a first event since the first visit can come, (P, T) by condition."""

    event_years: dict[str, Array]
    """The first event since the first visit, (P,) by condition; inf when there is none."""

    death_years: Array
    censored_years: Array
    """Last contact had the person lived: drop-out, or the end of the study."""

    prevalent: dict[str, BoolArray]
    """Whether the condition was there at the first visit, (P,) by condition."""

    visit_years: Array
    """(P, K) on the grid; NaN for visits that death or censoring prevented."""

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def end_years(self) -> Array:
        """Return the last moment at which each person is seen alive, (P,)."""
        return np.asarray(np.minimum(self.death_years, self.censored_years))

    def moment(self, years: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return the index of the last moment at or before `years`; ValueError off the grid."""
        index = np.floor((np.asarray(years) - self.grid_years[0]) / STEP_YEARS + 1e-6)
        if np.any(index < 0) or np.any(index >= len(self.grid_years)):
            raise ValueError(f"years lie outside {self.grid_years[0]} to {self.grid_years[-1]}")
        return np.asarray(index, np.intp)

    def lanes_at(self, moments: npt.NDArray[np.intp]) -> Lanes:
        """Return the true state of each person at a moment of their own, (P,)."""
        people = np.arange(len(self))
        moving = {n: np.ascontiguousarray(a[people, ..., moments]) for n, a in self.states.items()}
        return Lanes(dict(self.fixed), moving)

    def take(self, kept: npt.ArrayLike) -> Bodies:
        """Return the people that a mask or an index array names."""
        chosen = np.asarray(kept)
        people = np.flatnonzero(chosen) if chosen.dtype == bool else chosen

        def cut(arrays: dict[str, npt.NDArray[np.generic]]) -> dict[str, object]:
            return {name: array[people] for name, array in arrays.items()}

        tables = ("fixed", "states", "hazards", "at_risk", "event_years", "prevalent")
        plain = ("indices", "death_years", "censored_years", "visit_years")
        changes: dict[str, object] = {name: cut(getattr(self, name)) for name in tables}
        changes |= {name: getattr(self, name)[people] for name in plain}
        return replace(self, **changes)  # type: ignore[arg-type]

    def person(self, i: int) -> Person:
        """Return the i-th of these people."""
        from training.drawn.population.person import Person

        if not 0 <= i < len(self):
            raise IndexError(f"there are {len(self)} people, no person {i}")
        return Person(self, i)

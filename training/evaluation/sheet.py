"""Predictions as columns, and the bootstrap over their persons.

Legend: N photographs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from training.bootstrap import DRAWS, SEED
from training.evaluation.prediction import Prediction
from training.evaluation.statistics import Numbers, Truths

Index = npt.NDArray[np.int64]
Statistic = Callable[["Sheet"], float]

ACCEPTED = "accepted"
ALPHA_OF_A_SIDE = 0.025

MIN_SOUND_DRAWS = 0.9
"""Share of the draws that must give a number for there to be an interval at all."""


class Sheet:
    """Predictions by column; a number that a row does not have is NaN."""

    PLACE = "place"

    def __init__(self, predictions: Sequence[Prediction]) -> None:
        self.predictions = np.array([*predictions, None], dtype=object)[:-1]
        self.persons = np.array([f"{p.set}/{p.person_id}" for p in predictions], dtype=object)
        self._columns: dict[str, Numbers] = {}

    def __len__(self) -> int:
        return len(self.predictions)

    def column(self, name: str) -> Numbers:
        """Return one value of every row, shape (N,); `accepted` is 1 where it was read, else 0."""
        if name not in self._columns:
            values = (
                float(p.status == "read") if name == ACCEPTED else p.values.get(name, np.nan)
                for p in self.predictions
            )
            self._columns[name] = np.fromiter(values, dtype=np.float64, count=len(self))
        return self._columns[name]

    def at(self, index: Index | Truths) -> Sheet:
        """Return the rows at an index, which may hold a row several times."""
        chosen = np.arange(len(self))[index]
        part = Sheet.__new__(Sheet)
        part.predictions = self.predictions[chosen]
        part.persons = self.persons[chosen]
        part._columns = {name: column[chosen] for name, column in self._columns.items()}
        return part

    def where(self, keep: Callable[[Prediction], bool]) -> Sheet:
        """Return the rows that are kept."""
        return self.at(np.array([keep(p) for p in self.predictions], dtype=bool))

    def with_columns(self, *names: str) -> Sheet:
        """Return the rows that have a number in each of the columns."""
        known = np.ones(len(self), dtype=bool)
        for name in names:
            known &= ~np.isnan(self.column(name))
        return self.at(known)

    def with_places(self) -> Sheet:
        """Return the same rows with their places as the column PLACE, which draws carry along."""
        same = self.at(np.arange(len(self)))
        same._columns[self.PLACE] = np.arange(len(self), dtype=np.float64)
        return same

    @property
    def people(self) -> int:
        """How many persons the rows are of."""
        return len(set(self.persons))

    @property
    def refused(self) -> int:
        """How many of the photographs were refused, by the gate or before it."""
        return sum(p.status != "read" for p in self.predictions)


def interval_95(
    sheet: Sheet, statistic: Statistic, proportion: bool = False
) -> tuple[float, float] | None:
    """Return the 95 % percentile interval of a statistic, persons resampled with all their rows.

    None where the statistic has no value in too many of the draws, or there is one person only.
    A proportion of 0 or 1 would get an interval of no width: it gets the exact binomial bound
    (Clopper & Pearson 1934, Biometrika 26:404-413), with persons as the trials.
    """
    statistic(sheet)  # so that every draw finds its columns made
    _, member_N = np.unique(sheet.persons.astype(str), return_inverse=True)
    of_person = [np.flatnonzero(member_N == person) for person in range(sheet.people)]
    if len(of_person) < 2:
        return None
    chance = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        people = chance.integers(len(of_person), size=len(of_person))
        drawn.append(statistic(sheet.at(np.concatenate([of_person[p] for p in people]))))
    sound = np.array(drawn)[~np.isnan(drawn)]
    if len(sound) < MIN_SOUND_DRAWS * DRAWS:
        return None
    low, high = np.percentile(sound, (2.5, 97.5))
    least = ALPHA_OF_A_SIDE ** (1.0 / sheet.people)
    if proportion and low == high == 1.0:
        return least, 1.0
    if proportion and low == high == 0.0:
        return 0.0, 1.0 - least
    return float(low), float(high)

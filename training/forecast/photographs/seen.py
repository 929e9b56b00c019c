"""People with the photographs of one visit: from any cohort folder of the contract.

Legend: N people, K conditions, D covariates, L labels of a photograph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import Event, ManifestRow, OutcomeRow, Role
from edge_runtime.contracts.cohort_tables import read_manifest, read_outcomes
from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.domain import Eye, FloatArray, Sex
from edge_runtime.forecast.covariates import AGE, NAMES, SEX
from training.errors import CohortError
from training.forecast.people import SIGNS, People

MANIFEST, OUTCOMES = "cohort.parquet", "outcomes.parquet"
LABELS = ("dr_present", "maculopathy", "glaucoma")
"""What graders write of a photograph, that the network learns beside events."""
OF_ONE_EYE = ("iop_mmhg", "axial_length_mm")
CONDITIONS = tuple(ForecastCondition)


@dataclass(frozen=True)
class SeenEye:
    """One photograph: its file, which eye (None unknown), its labels (NaN not known), (L,)."""

    path: Path
    eye: Eye | None
    label_L: FloatArray


@dataclass(frozen=True)
class SeenPeople:
    """People and, in the same order, the photographs of each (one at least)."""

    people: People
    eyes: tuple[tuple[SeenEye, ...], ...]
    weight_N: FloatArray
    """The inverse of each person's chance to be in the sample."""
    visit: tuple[tuple[str, float], ...] = ()
    """Whose visit each is, and when; empty where that is not known."""

    def __len__(self) -> int:
        return len(self.eyes)


def people_of_cohort(folder: Path, role: Role, *, every_visit: bool = False) -> SeenPeople:
    """Return a role's people of a cohort folder at their first visit, or at every one.

    Photographs that nobody could read (`gradable` no) are left out. Raises CohortError where the
    role has nobody with a photograph and an outcome, and what reading the tables raises.
    """
    rows: dict[tuple[str, str], list[ManifestRow]] = defaultdict(list)
    for row in read_manifest(folder / MANIFEST):
        if row.role == role and row.gradable is not False:
            rows[row.set, row.person_id].append(row)
    outcomes: dict[tuple[str, str], list[OutcomeRow]] = defaultdict(list)
    for outcome in read_outcomes(folder / OUTCOMES):
        outcomes[outcome.set, outcome.person_id].append(outcome)
    both = [key for key in rows if key in outcomes]
    if not both:
        raise CohortError(f"{folder}: nobody of role {role.value} has photographs and outcomes")
    visits = [
        (key, visit) for key in both for visit in _visits(rows[key])[: None if every_visit else 1]
    ]
    told = [_person(visit, outcomes[key]) for key, visit in visits]
    value, known, at_risk, years, event = (np.stack(part) for part in zip(*told, strict=True))
    nothing = np.zeros((len(visits), len(SIGNS)), np.float32)
    no_oracle = np.empty((len(visits), len(CONDITIONS), 0), np.float32)
    people = People(value, known, at_risk, years, event, nothing, no_oracle)
    eyes = tuple(tuple(_eye(folder, row) for row in visit) for _, visit in visits)
    when = tuple((key[1], visit[0].visit_time_years or 0.0) for key, visit in visits)
    return SeenPeople(people, eyes, np.ones(len(visits), np.float32), when)


def _visits(rows: list[ManifestRow]) -> list[list[ManifestRow]]:
    """Return a person's rows by visit, in time."""
    of_time: dict[float, list[ManifestRow]] = defaultdict(list)
    for row in rows:
        of_time[row.visit_time_years or 0.0].append(row)
    return [of_time[years] for years in sorted(of_time)]


def _person(
    rows: list[ManifestRow], outcomes: Iterable[OutcomeRow]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    value_D, known_D = np.zeros(len(NAMES), np.float32), np.zeros(len(NAMES), np.float32)
    for place, name in enumerate(NAMES):
        said = [getattr(row, name) for row in rows if getattr(row, name) is not None]
        if said:
            known_D[place] = 1.0
            value_D[place] = _one(name, said)
    now = rows[0].visit_time_years or 0.0
    at_risk = np.zeros(len(CONDITIONS), bool)
    years, event = np.zeros(len(CONDITIONS), np.float32), np.zeros(len(CONDITIONS), np.int8)
    for row in outcomes:
        place = CONDITIONS.index(row.condition)
        at_risk[place] = not row.prevalent and row.entry_years <= now < row.exit_years
        years[place] = max(row.exit_years - now, 0.0)
        event[place] = int(row.event)
    return value_D, known_D, at_risk, years, event


def _one(name: str, said: list[float | Sex]) -> float:
    """Return what the photographs of one visit say together."""
    if name == SEX:
        return float(said[0] is Sex.M)
    numbers = [float(value) for value in said]
    return sum(numbers) / len(numbers) if name in (AGE, *OF_ONE_EYE) else numbers[0]


def _eye(folder: Path, row: ManifestRow) -> SeenEye:
    labels = [getattr(row, name) for name in LABELS]
    label_L = [np.nan if label is None else float(label) for label in labels]
    return SeenEye(folder / row.photograph, row.eye, np.asarray(label_L, np.float32))


def events_of(people: People) -> dict[str, int]:
    """Return how many events each condition has."""
    had = people.at_risk_NK & (people.event_NK == int(Event.EVENT))
    return {c.value: int(n) for c, n in zip(CONDITIONS, had.sum(axis=0), strict=True)}

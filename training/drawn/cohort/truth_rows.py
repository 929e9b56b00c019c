"""What is exactly true of a drawn photograph: body, eye, lesions, biomarkers, camera, oracle.

The oracle is the expected cumulative incidence given the true state at that visit. The clocks that
will bring the drawn person's own events are left out: they are the realised future.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.table_files import Cell
from training.drawn.cohort.parts import Row
from training.drawn.cohort.record import DrawRecord
from training.drawn.drawn_eye import DrawnPhotograph
from training.drawn.lesions.lesion import LesionKind
from training.drawn.population.bodies import Bodies
from training.drawn.population.oracle import HORIZONS_YEARS, expected_at
from training.drawn.population.parameters import CONDITIONS

REALISED = "clock_"
"""States that begin so hold when the drawn person's own events will come."""


def visit_truths(bodies: Bodies) -> list[list[Row]]:
    """Return what is true of each person at each visit: states, hazards, the oracle's answer."""
    people, visits = np.nonzero(np.isfinite(bodies.visit_years))
    years = bodies.visit_years[people, visits]
    answers = expected_at(bodies.take(people), years)
    truths: list[list[Row]] = [[] for _ in range(len(bodies))]
    for person, moment, incidence in zip(people, years, answers.cumulative_incidence, strict=True):
        body = bodies.person(int(person)).truth_at(float(moment))
        known = {name: _cell(value) for name, value in body.items() if not _future(name)}
        truths[person].append(known | _oracle(incidence))
    return truths


def photograph_truth(
    row: ManifestRow, visit: Row, picture: DrawnPhotograph, record: DrawRecord
) -> Row:
    """Return one row of truth.parquet, its keys the same for every photograph."""
    return {
        "photograph": row.photograph,
        "person_id": row.person_id,
        "eye": picture.eye.value,
        "visit_time_years": picture.years,
        "sampling_weight": record.sampling_weight,
        **_named("eye", vars(picture.state)),
        **{f"lesions_{kind.value}": picture.lesion_counts.get(kind, 0) for kind in LesionKind},
        **_named("biomarker", picture.biomarkers),
        **_named("camera", vars(picture.camera)),
        **{name: value for name, value in visit.items() if name != "person_id"},
    }


def truth_columns(row: Row) -> dict[str, type]:
    """Return the columns' types from any row: what may be empty is always a number."""
    return {name: float if value is None else type(value) for name, value in row.items()}


def _future(name: str) -> bool:
    return name.startswith(REALISED)


def _oracle(incidence_CH: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Row:
    return {
        f"oracle_{condition}_{years}y": _cell(float(incidence_CH[c, h]))
        for c, condition in enumerate(CONDITIONS)
        for h, years in enumerate(HORIZONS_YEARS)
    }


def _named(prefix: str, values: Mapping[str, object]) -> Row:
    return {f"{prefix}_{name}": _cell(value) for name, value in values.items()}


def _cell(value: object) -> Cell:
    """Return a cell: what is not finite is empty, an enum its value."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    number = float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) else None

"""People of a drawn cohort as forecasts know them, with the truth of the same visits.

Legend: N person's visits, S signs, K conditions, H horizons.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from edge_runtime.contracts.cohort import Role
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.errors import CohortError
from training.forecast.people import SIGNS
from training.forecast.photographs.seen import SeenPeople, people_of_cohort
from training.signs.eyes import TRUTH

ORACLE = [[f"oracle_{name}_{years}y" for years in HORIZONS_YEARS] for name in CONDITIONS]


def people_with_truth(folder: Path, role: Role, *, every_visit: bool = False) -> SeenPeople:
    """Return a role's people of a drawn cohort, their true signs and their oracle with them.

    Raises CohortError for a folder without its truth, and as `people_of_cohort`.
    """
    path = folder / TRUTH
    if not path.exists():
        raise CohortError(f"{path} is missing: only drawn eyes have a truth")
    seen = people_of_cohort(folder, role, every_visit=every_visit)
    names = [*SIGNS, *(name for row in ORACLE for name in row)]
    columns = ["person_id", "visit_time_years", *names]
    table = pq.read_table(path, columns=columns).to_pylist()
    truth = {(row["person_id"], row["visit_time_years"]): row for row in table}
    rows = [truth[visit] for visit in seen.visit]
    sign_NS = np.array([[row[name] for name in SIGNS] for row in rows], np.float32)
    oracle_NKH = np.array([[[row[n] for n in of] for of in ORACLE] for row in rows], np.float32)
    # Of somebody who is not at risk the truth has nothing.
    oracle_NKH[~seen.people.at_risk_NK] = np.nan
    return replace(seen, people=replace(seen.people, sign_NS=sign_NS, oracle_NKH=oracle_NKH))

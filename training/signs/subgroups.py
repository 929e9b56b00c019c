"""Figures of forecasts from photographs by part of the people: sex, age, pigmentation, camera.

Legend: N people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import BoolArray, Evidence
from training.bootstrap import interval_of
from training.drawn.population.parameters import CONDITIONS
from training.drawn.population.person import SET
from training.forecast.judging import (
    AGE_BANDS_YEARS,
    EYES,
    KNOWN,
    LEAST_INCIDENCE,
    LEAST_PEOPLE,
    MAIN_HORIZON_YEARS,
)
from training.forecast.people import People
from training.forecast.photographs.seen import SeenPeople
from training.forecast.scores import expected_c, oracle_over_forecast
from training.signs.eyes import TRUTH
from training.signs.gains import MAIN, Views

Labels = npt.NDArray[np.str_]
Groups = dict[str, Labels]
"""What part each of N people is of, by what parts them."""

PIGMENTATION = ((0.0, 0.35, "fair"), (0.35, 0.48, "between"), (0.48, 1.01, "dark"))
"""Thirds of the reference population's adults, on the drawn eyes' scale of 0 to 1."""
VIEW = "some_lost"


def groups_of(folder: Path, seen: SeenPeople) -> Groups:
    """Return the parts that people of a drawn cohort are of; a camera is that of their visit."""
    columns = ["person_id", "visit_time_years", "pigmentation", "camera_preset"]
    cameras: dict[tuple[str, float], set[str]] = defaultdict(set)
    pigment: dict[str, float] = {}
    for row in pq.read_table(folder / TRUTH, columns=columns).to_pylist():
        cameras[row["person_id"], row["visit_time_years"]].add(row["camera_preset"])
        pigment[row["person_id"]] = row["pigmentation"]
    age_N, male_N = seen.people.value_ND[:, 0], seen.people.value_ND[:, 1] > 0.5
    return {
        "sex": np.where(male_N, "M", "F"),
        "age_years": np.array([_age_band(age) for age in age_N]),
        "pigmentation": np.array([_shade(pigment[person]) for person, _ in seen.visit]),
        "camera": np.array([" and ".join(sorted(cameras[visit])) for visit in seen.visit]),
    }


def joined_groups(parts: list[Groups]) -> Groups:
    """Return the parts of all people of several cohorts, in order."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def by_subgroup(people: People, views: Views, groups: Groups, photographs: int) -> list[Metric]:
    """Return expected C and oracle over forecast of each part, at five years and with intervals.

    Photographs are known, and covariates of which 30 % were lost. A part of fewer than 300 people
    is left out; one of low incidence has no ratio.
    """
    found: list[Metric] = []
    for place, condition in enumerate(CONDITIONS):
        at_risk = ~np.isnan(people.oracle_NKH[:, place, MAIN])
        for parted_by, label_N in groups.items():
            for label in np.unique(label_N):
                who = at_risk & (label_N == label)
                if label and who.sum() >= LEAST_PEOPLE:
                    where = {"age_years": "all", "condition": condition, parted_by: str(label)}
                    found += _of_part(people, views, place, who, where, photographs)
    return found


def _of_part(
    people: People,
    views: Views,
    place: int,
    who: BoolArray,
    where: dict[str, str],
    photographs: int,
) -> Iterator[Metric]:
    oracle = people.oracle_NKH[who, place, MAIN]
    without, chance = (views[f"{VIEW}{suffix}"].chance[who, place, MAIN] for suffix in ("", EYES))

    def metric(name: str, statistic: Callable[..., float], baseline: float, beside: str) -> Metric:
        return Metric(
            name=name,
            value=statistic(chance, oracle),
            interval_95=interval_of(statistic, (chance, oracle)),
            set=SET,
            role=Role.TEST,
            split="test",
            subgroup={
                **where,
                "horizon_years": str(MAIN_HORIZON_YEARS),
                "known": KNOWN[f"{VIEW}{EYES}"],
            },
            people=int(who.sum()),
            photographs=photographs,
            baseline=baseline,
            baseline_name=beside,
            evidence=Evidence.DRAWN,
        )

    yield metric("expected_c", expected_c, expected_c(without, oracle), "no photographs")
    if oracle.mean() >= LEAST_INCIDENCE:
        yield metric("oracle_over_forecast", oracle_over_forecast, 1.0, "aim")


def _age_band(age_years: float) -> str:
    for low, high in AGE_BANDS_YEARS:
        if low <= age_years < high:
            return f"{low} to {high - 1}"
    return ""


def _shade(pigmentation: float) -> str:
    return next(name for low, high, name in PIGMENTATION if low <= pigmentation < high)

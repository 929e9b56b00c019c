"""Forecasts from photographs by part of the people: who is of which, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edge_runtime.forecast.covariates import NAMES
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.forecast.judging import Seen
from training.forecast.people import SIGNS, People
from training.forecast.photographs.seen import SeenPeople
from training.signs.subgroups import by_subgroup, groups_of, joined_groups

LATE_AMD = CONDITIONS.index("late_amd")


def people_aged(age_N: list[float], male_N: list[float], oracle: float = 0.1) -> People:
    count, conditions = len(age_N), len(CONDITIONS)
    value_ND = np.zeros((count, len(NAMES)), np.float32)
    value_ND[:, 0], value_ND[:, 1] = age_N, male_N
    oracle_NKH = np.full((count, conditions, len(HORIZONS_YEARS)), np.nan, np.float32)
    oracle_NKH[:, LATE_AMD] = oracle
    return People(
        value_ND,
        np.ones_like(value_ND),
        np.ones((count, conditions), bool),
        np.ones((count, conditions), np.float32),
        np.zeros((count, conditions), np.int8),
        np.zeros((count, len(SIGNS)), np.float32),
        oracle_NKH,
    )


def two_people(folder: Path) -> SeenPeople:
    rows = [
        {"person_id": "a", "pigmentation": 0.2, "camera_preset": "clinic"},
        {"person_id": "a", "pigmentation": 0.2, "camera_preset": "clinic"},
        {"person_id": "b", "pigmentation": 0.7, "camera_preset": "phone"},
        {"person_id": "b", "pigmentation": 0.7, "camera_preset": "clinic"},
    ]
    table = pa.Table.from_pylist([{**row, "visit_time_years": 0.0} for row in rows])
    pq.write_table(table, folder / "truth.parquet")
    people = people_aged([45.0, 85.0], [1.0, 0.0])
    return SeenPeople(people, ((), ()), np.ones(2, np.float32), (("a", 0.0), ("b", 0.0)))


def test_a_person_is_of_a_sex_an_age_a_shade_and_the_cameras_of_the_visit(tmp_path: Path) -> None:
    groups = groups_of(tmp_path, two_people(tmp_path))

    assert {name: list(label_N) for name, label_N in groups.items()} == {
        "sex": ["M", "F"],
        "age_years": ["40 to 49", ""],
        "pigmentation": ["fair", "dark"],
        "camera": ["clinic", "clinic and phone"],
    }


def test_people_of_several_cohorts_keep_their_order() -> None:
    parts = [{"sex": np.array(["M"])}, {"sex": np.array(["F", "M"])}]

    assert list(joined_groups(parts)["sex"]) == ["M", "F", "M"]


def test_a_part_of_which_twice_as_much_is_forecast_says_a_half() -> None:
    people = people_aged([55.0] * 700, [1.0] * 400 + [0.0] * 300)
    chance = np.full((700, len(CONDITIONS), len(HORIZONS_YEARS)), 0.1)
    chance[:400] = 0.2
    seen = Seen(chance, chance, chance)
    groups = {"sex": np.array(["M"] * 400 + ["F"] * 300)}

    found = by_subgroup(people, {"some_lost": seen, "some_lost_and_eyes": seen}, groups, 1400)

    ratio = {(m.subgroup or {})["sex"]: m.value for m in found if m.name == "oracle_over_forecast"}
    assert ratio == {"M": pytest.approx(0.5), "F": pytest.approx(1.0)}
    assert {m.people for m in found} == {400, 300}


def test_a_part_of_few_people_is_not_told() -> None:
    people = people_aged([55.0] * 299, [1.0] * 299)
    chance = np.full((299, len(CONDITIONS), len(HORIZONS_YEARS)), 0.1)
    seen = Seen(chance, chance, chance)

    views = {"some_lost": seen, "some_lost_and_eyes": seen}
    assert by_subgroup(people, views, {"sex": np.array(["M"] * 299)}, 598) == []

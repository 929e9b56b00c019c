"""Drawn people without pictures: the outcomes are those of the table that users have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime.contracts.cohort import Role
from edge_runtime.forecast.covariates import NAMES
from training.drawn.population.drawing import draw_block
from training.drawn.population.parameters import CONDITIONS, reference_population
from training.forecast.drawing import Wanted, people_of
from training.forecast.people import SIGNS, People, drawn_people, load_people

pytestmark = pytest.mark.slow

SEED, BLOCK, SOME = 7, 3, 150


@pytest.fixture(scope="module")
def people() -> People:
    return drawn_people(SEED, BLOCK, reference_population())


def test_outcomes_are_those_of_the_outcomes_table(people: People) -> None:
    bodies = draw_block(SEED, BLOCK, reference_population(), visits=1)
    for i in range(SOME):
        rows = {row.condition.value: row for row in bodies.person(i).outcomes()}
        for k, condition in enumerate(CONDITIONS):
            row = rows.get(condition)
            at_risk = row is not None and not row.prevalent and row.entry_years == 0.0
            assert people.at_risk_NK[i, k] == at_risk, (i, condition)
            if row is not None and at_risk:
                assert people.years_NK[i, k] == pytest.approx(row.exit_years, abs=1e-3)
                assert people.event_NK[i, k] == int(row.event)


def test_covariates_are_as_the_clinic_wrote_them(people: People) -> None:
    said = draw_block(SEED, BLOCK, reference_population(), visits=1).person(5).covariates_at(0.0)

    for place, name in enumerate(NAMES):
        known = said[name] is not None
        assert people.known_ND[5, place] == known
        if known and name != "sex":
            assert people.value_ND[5, place] == pytest.approx(float(str(said[name] + 0)))  # type: ignore[operator]


def test_who_has_a_condition_is_not_at_risk_of_it(people: People) -> None:
    diabetic = people.value_ND[:, NAMES.index("has_type_2_diabetes")] > 0

    assert not people.at_risk_NK[diabetic, CONDITIONS.index("type_2_diabetes")].any()
    assert not people.at_risk_NK[~diabetic, CONDITIONS.index("dr_progression")].any()


def test_people_come_back_as_saved(people: People, tmp_path: Path) -> None:
    people.save(tmp_path / "p.npz")

    again = load_people(tmp_path / "p.npz")

    assert np.array_equal(again.event_NK, people.event_NK)
    assert again.sign_NS.shape == (len(people), len(SIGNS))
    assert again.oracle_NKH.shape == (len(people), len(CONDITIONS), 0)


def test_drawn_people_are_found_again_and_roles_share_nobody(tmp_path: Path) -> None:
    wanted = Wanted(SEED, Role.TUNE, 1000)

    first = people_of(wanted, tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    again = people_of(wanted, tmp_path)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")} == written
    assert np.array_equal(first.value_ND, again.value_ND)
    spans = [Wanted(SEED, role, 300_000).blocks for role in Role]
    assert not set(spans[0]) & set(spans[1])
    assert not set(spans[1]) & set(spans[2])

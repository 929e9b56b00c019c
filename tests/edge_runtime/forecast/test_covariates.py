"""Covariates as the model takes them: known or not, in range or refused."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.domain import Person, Sex
from edge_runtime.errors import InvalidField
from edge_runtime.forecast.covariates import NAMES, UNITS, known_of, range_of


def test_what_is_not_known_is_marked_so_and_is_not_a_zero_that_counts() -> None:
    known = known_of(Person(age_years=61.0, sex=Sex.M, covariates={"sbp_mmhg": 150.0}))

    said = dict(zip(NAMES, zip(known.value_D, known.known_D, strict=True), strict=True))
    assert said["age_years"] == (61.0, 1.0)
    assert said["sex"] == (1.0, 1.0)
    assert said["sbp_mmhg"] == (150.0, 1.0)
    assert said["hba1c_percent"] == (0.0, 0.0)
    assert known.has_age_and_sex
    assert known.has_more


def test_a_pressure_in_kpa_is_refused_with_its_field() -> None:
    with pytest.raises(InvalidField) as refusal:
        known_of(Person(covariates={"sbp_mmhg": 20.0}))

    assert refusal.value.field == "sbp_mmhg"


@pytest.mark.parametrize(("name", "value"), [("smoking", 3.0), ("has_stroke", 0.5)])
def test_a_code_that_is_none_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidField, match=name):
        known_of(Person(covariates={name: value}))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(InvalidField, match="covariate"):
        known_of(Person(covariates={"cholesterol": 5.0}))


def test_forgetting_all_but_age_and_sex_leaves_nothing_behind() -> None:
    whole = known_of(Person(age_years=50.0, sex=Sex.F, covariates={"sbp_mmhg": 150.0}))

    rest = whole.age_and_sex()

    assert np.array_equal(rest.known_D[:2], [1.0, 1.0])
    assert not rest.has_more
    assert not rest.value_D[2:].any()


@pytest.mark.parametrize("name", COVARIATES)
def test_every_covariate_has_its_range(name: str) -> None:
    low, high = range_of(name)

    assert low < high
    assert known_of(Person(covariates={name: low})).has_more
    assert known_of(Person(covariates={name: high})).has_more


def test_units_are_of_known_names() -> None:
    assert set(UNITS) <= set(NAMES)

"""Who is at risk of what, by what is known."""

from __future__ import annotations

import pytest

from edge_runtime.contracts.exam import ForecastCondition as C
from edge_runtime.contracts.exam import Missing
from edge_runtime.domain import Person, Sex
from edge_runtime.forecast.conditions import CONDITIONS, standing
from edge_runtime.forecast.covariates import NAMES


def person(age_years: float | None = 61.0, **covariates: float) -> Person:
    return Person(age_years=age_years, sex=Sex.F, covariates=covariates)


def test_every_condition_has_its_rule_and_every_rule_a_covariate() -> None:
    assert list(CONDITIONS) == list(C)
    for rule in CONDITIONS.values():
        assert {rule.present, rule.needs} - {None} <= set(NAMES)


def test_a_stroke_that_was_cannot_be_the_first() -> None:
    found = standing(C.STROKE, person(has_stroke=1.0))

    assert found.missing is Missing.ALREADY_PRESENT
    assert "a stroke" in found.sentence


@pytest.mark.parametrize(("hba1c", "missing"), [(6.4, None), (6.5, Missing.ALREADY_PRESENT)])
def test_an_hba1c_of_diabetes_is_diabetes(hba1c: float, missing: Missing | None) -> None:
    assert standing(C.TYPE_2_DIABETES, person(hba1c_percent=hba1c)).missing is missing


def test_what_the_person_says_outweighs_a_measurement() -> None:
    said_no = person(hba1c_percent=6.6, has_type_2_diabetes=0.0)

    assert standing(C.TYPE_2_DIABETES, said_no).missing is None


def test_an_egfr_below_60_says_that_it_must_last() -> None:
    found = standing(C.CHRONIC_KIDNEY_DISEASE, person(egfr_ml_min_1_73m2=52.0))

    assert found.missing is Missing.ALREADY_PRESENT
    assert "three months" in found.sentence


@pytest.mark.parametrize(
    ("age", "condition", "missing"),
    [
        (39.9, C.DEMENTIA, Missing.NOT_AT_RISK),
        (40.0, C.DEMENTIA, None),
        (5.0, C.HIGH_MYOPIA, Missing.NOT_AT_RISK),
        (9.0, C.HIGH_MYOPIA, None),
        (34.0, C.HIGH_MYOPIA, Missing.NOT_AT_RISK),
    ],
)
def test_age_bounds_who_is_at_risk(age: float, condition: C, missing: Missing | None) -> None:
    assert standing(condition, person(age)).missing is missing


def test_without_diabetes_no_retinopathy_progresses() -> None:
    found = standing(C.DR_PROGRESSION, person(has_type_2_diabetes=0.0))

    assert found.missing is Missing.NOT_AT_RISK


def test_where_nothing_says_whether_there_is_diabetes_the_number_says_for_whom_it_holds() -> None:
    found = standing(C.DR_PROGRESSION, person(hba1c_percent=5.6))

    assert found.missing is None
    assert found.sentence.startswith("Holds for people with type 2 diabetes only")


def test_treated_diabetes_that_is_known_is_at_risk_whatever_the_hba1c() -> None:
    assert (
        standing(C.DR_PROGRESSION, person(hba1c_percent=6.0, has_type_2_diabetes=1.0)).sentence
        == ""
    )


def test_an_unknown_age_is_said() -> None:
    assert "age is not known" in standing(C.HIGH_MYOPIA, person(None)).sentence

"""The forecast list of exam.json, assembled from steps by hand."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contracts.exam import Forecast, ForecastCondition, Missing
from edge_runtime.domain import Evidence
from edge_runtime.forecast.conditions import Standing
from edge_runtime.forecast.steps import Curves, Step, StepName, Withheld, forecasts

K, T = len(ForecastCondition), 10
AT_RISK = {condition: Standing() for condition in ForecastCondition}
HORIZONS = (1.0, 5.0, 10.0)


def curves(a_year: float, adds: bool = True) -> Curves:
    incidence = np.tile(a_year * np.arange(1, T + 1), (K, 1))
    return Curves(incidence, incidence / 2.0, incidence * 2.0, Evidence.DRAWN, adds)


def made(
    age_sex: Step | None = None, covariates: Step | None = None, photographs: Step | None = None
) -> list[Forecast]:
    steps: dict[StepName, Step] = {
        "age_sex": age_sex or curves(0.01),
        "covariates": covariates or curves(0.02),
    }
    if photographs is not None:
        steps["photographs"] = photographs
    return forecasts(AT_RISK, steps, HORIZONS)


def of(found: list[Forecast], condition: ForecastCondition) -> list[Forecast]:
    return [each for each in found if each.condition is condition]


def test_forecasts_come_by_condition_then_by_horizon() -> None:
    found = made()

    assert [f.condition for f in found[:3]] == [ForecastCondition.ISCHAEMIC_CVD] * 3
    assert [f.horizon_years for f in found[:3]] == [1.0, 5.0, 10.0]
    assert len(found) == K * 3


def test_the_step_that_knows_most_is_shown_with_its_own_interval() -> None:
    five = of(made(photographs=curves(0.03)), ForecastCondition.STROKE)[1]

    assert five.step == "photographs"
    assert five.cumulative_incidence == pytest.approx(0.15)
    assert five.interval_90 == pytest.approx((0.075, 0.30))
    assert five.steps is not None
    assert five.steps.age_sex.value == pytest.approx(0.05)
    assert five.steps.covariates.value == pytest.approx(0.10)
    assert five.evidence is Evidence.DRAWN


def test_a_bundle_without_photographs_has_no_such_step() -> None:
    five = made()[1]

    assert five.step == "covariates"
    assert five.steps is not None
    assert five.steps.photographs is None


def test_with_nothing_known_but_age_and_sex_that_step_is_shown() -> None:
    five = made(covariates=curves(0.01, adds=False))[1]

    assert five.step == "age_sex"
    assert five.steps is not None
    assert five.steps.covariates.value == five.steps.age_sex.value


@pytest.mark.parametrize("missing", [Missing.UNGRADABLE, Missing.OUT_OF_DISTRIBUTION])
def test_a_bad_photograph_leaves_the_other_steps(missing: Missing) -> None:
    five = made(photographs=Withheld(missing, "No photograph can be read."))[1]

    assert five.step == "covariates"
    assert five.steps is not None
    assert five.steps.photographs is not None
    assert five.steps.photographs.missing_because is missing
    assert five.steps.photographs.value is None


def test_photographs_alone_forecast_where_age_is_not_known() -> None:
    unknown = Withheld(Missing.AGE_OR_SEX_UNKNOWN, "Age or sex is not known.")

    five = made(age_sex=unknown, covariates=unknown, photographs=curves(0.03))[1]

    assert five.step == "photographs"
    assert five.steps is not None
    assert five.steps.age_sex.missing_because is Missing.AGE_OR_SEX_UNKNOWN


def test_where_no_step_can_be_given_the_forecast_is_withheld_with_the_reason() -> None:
    unknown = Withheld(Missing.AGE_OR_SEX_UNKNOWN, "Age or sex is not known.")

    found = made(age_sex=unknown, covariates=unknown)

    assert {f.missing_because for f in found} == {Missing.AGE_OR_SEX_UNKNOWN}
    assert {f.sentence for f in found} == {"Age or sex is not known."}


def test_who_is_not_at_risk_gets_the_reason_and_no_number() -> None:
    gone = {**AT_RISK, ForecastCondition.STROKE: Standing(Missing.ALREADY_PRESENT, "Had one.")}
    steps: dict[StepName, Step] = {"age_sex": curves(0.01), "covariates": curves(0.02)}

    found = forecasts(gone, steps, HORIZONS)

    assert {f.sentence for f in of(found, ForecastCondition.STROKE)} == {"Had one."}
    assert of(found, ForecastCondition.DEMENTIA)[0].cumulative_incidence is not None


def test_a_number_says_for_whom_it_holds_where_nothing_says_it() -> None:
    for_some = Standing(None, "Holds for people with type 2 diabetes only.")
    standings = {**AT_RISK, ForecastCondition.DR_PROGRESSION: for_some}

    found = forecasts(standings, {"age_sex": curves(0.01), "covariates": curves(0.01)}, HORIZONS)

    shown = of(found, ForecastCondition.DR_PROGRESSION)[0]
    assert shown.sentence == "Holds for people with type 2 diabetes only."
    assert shown.cumulative_incidence == pytest.approx(0.01)

"""A person's forecasts from a model whose hazards can be worked by hand."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from edge_runtime.contracts.bundle import BundleManifest, ModelEntry, TensorSpec
from edge_runtime.contracts.exam import Forecast, ForecastCondition, Missing
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.contracts.tensors import LAYOUTS
from edge_runtime.domain import Evidence, Person, Sex, Tensors
from edge_runtime.errors import BundleUnsupported, InvalidField
from edge_runtime.forecast.covariates import NAMES
from edge_runtime.forecast.forecaster import Forecaster
from edge_runtime.models import LoadedModel

K, T = len(ForecastCondition), 10
SPANS = {"age_years": [(6.0, 17.0), (40.0, 80.0)], "sbp_mmhg": [(80.0, 220.0)]}


class OnePercentAndAsMuchForEachThousandthOfPressure:
    """Hazard 0.01 a year, and 0.0001 more for each mmHg that is known; no deaths."""

    name = "by-hand"

    def run(self, inputs: Tensors) -> Tensors:
        pressure = inputs["covariate_ND"][:, NAMES.index("sbp_mmhg")]
        hazard = np.tile((0.01 + 1e-4 * pressure)[:, None, None], (1, K, T)).astype(np.float32)
        zero = np.zeros_like(hazard)
        return {
            "hazard_NKT": hazard,
            "death_hazard_NKT": zero,
            "below_NKT": zero - 0.5,
            "above_NKT": zero + 0.5,
        }

    def close(self) -> None:
        """Nothing is held."""


def manifest(**changed: Any) -> BundleManifest:
    known: dict[str, Any] = {"horizons_years": [1.0, 5.0, 10.0], "learned_spans": SPANS, **changed}
    return BundleManifest.model_construct(**known)


def forecaster(labels: list[str] | None = None, **changed: Any) -> Forecaster:
    outputs = [
        TensorSpec(name=t.name, dtype=t.dtype, shape=["N", K, T])
        for t in LAYOUTS["forecast"].outputs
    ]
    entry = ModelEntry.model_construct(
        evidence=Evidence.DRAWN,
        outputs=outputs,
        labels=labels or [*NAMES, *(c.value for c in ForecastCondition)],
    )
    model = LoadedModel(
        "forecast",
        entry,
        ModelIdentity(backend="by-hand", precision="fp32"),
        OnePercentAndAsMuchForEachThousandthOfPressure(),
        threading.Lock(),
    )
    return Forecaster(manifest(**changed), {"forecast": model})


def stroke_in_five_years(person: Person) -> Forecast:
    found = forecaster().forecasts(person).forecasts
    return next(
        f for f in found if f.condition is ForecastCondition.STROKE and f.horizon_years == 5.0
    )


def test_each_step_knows_what_it_says_it_knows() -> None:
    person = Person(age_years=61.0, sex=Sex.F, covariates={"sbp_mmhg": 100.0})

    five = stroke_in_five_years(person)

    assert five.steps is not None
    assert five.steps.age_sex.value == pytest.approx(1 - 0.99**5, rel=1e-5)
    assert five.steps.covariates.value == pytest.approx(1 - 0.98**5, rel=1e-5)
    assert five.step == "covariates"
    assert five.interval_90 is not None
    assert five.cumulative_incidence is not None
    assert five.interval_90[0] < five.cumulative_incidence < five.interval_90[1]


def test_age_and_sex_alone_are_enough() -> None:
    assert stroke_in_five_years(Person(age_years=61.0, sex=Sex.F)).step == "age_sex"


@pytest.mark.parametrize("person", [Person(age_years=61.0), Person(sex=Sex.M), Person()])
def test_without_age_or_sex_there_is_none(person: Person) -> None:
    assert stroke_in_five_years(person).missing_because is Missing.AGE_OR_SEX_UNKNOWN


def test_an_age_that_nobody_had_in_training_is_out_of_distribution() -> None:
    five = stroke_in_five_years(Person(age_years=93.0, sex=Sex.F))

    assert five.missing_because is Missing.OUT_OF_DISTRIBUTION
    assert five.sentence is not None
    assert "40 to 80" in five.sentence


def test_a_pressure_that_nobody_had_leaves_age_and_sex() -> None:
    five = stroke_in_five_years(Person(age_years=61.0, sex=Sex.F, covariates={"sbp_mmhg": 290.0}))

    assert five.step == "age_sex"
    assert five.steps is not None
    assert five.steps.covariates.missing_because is Missing.OUT_OF_DISTRIBUTION
    assert "sbp_mmhg" in str(five.steps.covariates.sentence)


def test_a_covariate_out_of_range_is_refused_with_its_field() -> None:
    with pytest.raises(InvalidField, match="hba1c_percent"):
        stroke_in_five_years(Person(covariates={"hba1c_percent": 48.0}))


def test_horizons_never_fall() -> None:
    found = forecaster().forecasts(Person(age_years=61.0, sex=Sex.F)).forecasts
    values = [f.cumulative_incidence for f in found if f.condition is ForecastCondition.DEMENTIA]

    assert values == sorted(v for v in values if v is not None)
    assert len(values) == 3


def test_a_model_of_other_covariates_is_refused() -> None:
    with pytest.raises(BundleUnsupported, match="labels"):
        forecaster(labels=["age_years"])


def test_a_model_without_horizons_is_refused() -> None:
    with pytest.raises(BundleUnsupported, match="horizons"):
        forecaster(horizons_years=[])

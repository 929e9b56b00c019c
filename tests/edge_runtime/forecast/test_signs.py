"""Signs of a person from those of photographs, what they bring a forecast, and where they lie."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from edge_runtime.contracts.bundle import BundleManifest, ModelEntry, TensorSpec
from edge_runtime.contracts.exam import Forecast, ForecastCondition, Missing
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.contracts.tensors import LAYOUTS
from edge_runtime.domain import Evidence, Eye, FloatArray, Person, Sex, Tensors
from edge_runtime.errors import BundleUnsupported
from edge_runtime.forecast.body import body_told, with_body
from edge_runtime.forecast.covariates import NAMES
from edge_runtime.forecast.evidence import evidence_map
from edge_runtime.forecast.forecaster import Forecaster, PersonForecasts
from edge_runtime.forecast.signs import BODY, SIGN_NAMES, SeenSigns, of_person, signs_of
from edge_runtime.fundus.preprocess import NetworkFrame
from edge_runtime.models import LoadedModel

K, T, S = len(ForecastCondition), 10, len(SIGN_NAMES)
CUP, CALIBRE = SIGN_NAMES.index("cdr_vertical"), SIGN_NAMES.index("crae_um")
FRAME = NetworkFrame(left_px=0.0, top_px=0.0, side_px=64.0, size_px=32)
PERSON = Person(age_years=61.0, sex=Sex.F)


def signs(**values: float) -> FloatArray:
    return np.array([values.get(name, 0.0) for name in SIGN_NAMES], np.float32)


def seen(sign_S: FloatArray, eye: Eye | None = Eye.OD, *, strange: bool = False) -> SeenSigns:
    attention = np.zeros((S, 2, 2), np.float32)
    attention[CUP, 0, 1] = attention[CALIBRE, 1, 0] = 1.0
    return SeenSigns(eye, sign_S, attention, FRAME, strange)


def test_the_worse_cup_counts_and_the_mean_calibre() -> None:
    right, left = signs(cdr_vertical=0.3, crae_um=150.0), signs(cdr_vertical=0.7, crae_um=130.0)

    both = of_person({Eye.OD: [right], Eye.OS: [left]})

    assert both is not None
    assert both[CUP] == pytest.approx(0.7)
    assert both[CALIBRE] == pytest.approx(140.0)


def test_an_eye_photographed_twice_counts_once() -> None:
    twice = [signs(crae_um=160.0), signs(crae_um=140.0)]

    both = of_person({Eye.OD: twice, Eye.OS: [signs(crae_um=130.0)]})

    assert both is not None
    assert both[CALIBRE] == pytest.approx(140.0)


def test_a_strange_photograph_tells_nothing() -> None:
    good, strange = seen(signs(cdr_vertical=0.4)), seen(signs(cdr_vertical=0.9), strange=True)

    assert signs_of([strange]) is None
    told = signs_of([good, strange])
    assert told is not None
    assert told[CUP] == pytest.approx(0.4)


class OnePercentAndAsMuchForEachTenthOfCup:
    """Hazard 0.01 a year, and 0.01 more for each tenth of cup to disc that is known; no deaths."""

    name = "by-hand"

    def run(self, inputs: Tensors) -> Tensors:
        place = len(NAMES) + CUP
        cup = inputs["covariate_ND"][:, place] * inputs["known_ND"][:, place]
        hazard = np.tile((0.01 + 0.1 * cup)[:, None, None], (1, K, T)).astype(np.float32)
        zero = np.zeros_like(hazard)
        return {
            "hazard_NKT": hazard,
            "death_hazard_NKT": zero,
            "below_NKT": zero - 0.5,
            "above_NKT": zero + 0.5,
        }

    def close(self) -> None:
        """Nothing is held."""


def forecaster(*, reads: bool = True) -> Forecaster:
    outputs = [
        TensorSpec(name=t.name, dtype=t.dtype, shape=["N", K, T])
        for t in LAYOUTS["forecast"].outputs
    ]
    entry = ModelEntry.model_construct(
        evidence=Evidence.DRAWN,
        outputs=outputs,
        labels=[*NAMES, *SIGN_NAMES, *(c.value for c in ForecastCondition)],
    )
    identity = ModelIdentity(backend="by-hand", precision="fp32")
    backend = OnePercentAndAsMuchForEachTenthOfCup()
    model = LoadedModel("forecast", entry, identity, backend, threading.Lock())
    manifest = BundleManifest.model_construct(
        horizons_years=[1.0, 5.0], learned_spans={"age_years": [(40.0, 80.0)]}
    )
    return Forecaster(manifest, {"forecast": model, **({"signs": model} if reads else {})})


def stroke_in_five_years(found: PersonForecasts) -> Forecast:
    return next(
        f
        for f in found.forecasts
        if f.condition is ForecastCondition.STROKE and f.horizon_years == 5.0
    )


def test_photographs_are_the_third_step() -> None:
    five = stroke_in_five_years(forecaster().forecasts(PERSON, [seen(signs(cdr_vertical=0.4))]))

    assert five.steps is not None
    assert five.steps.photographs is not None
    assert five.steps.age_sex.value == pytest.approx(1 - 0.99**5, rel=1e-5)
    assert five.steps.photographs.value == pytest.approx(1 - 0.95**5, rel=1e-5)
    assert five.step == "photographs"


def test_the_sign_that_moved_the_forecast_weighs_all() -> None:
    weight_KS = forecaster().forecasts(PERSON, [seen(signs(cdr_vertical=0.4))]).weight_KS

    assert weight_KS is not None
    expected = np.log(np.log(0.95) / np.log(0.99))
    assert weight_KS[:, CUP] == pytest.approx(np.full(K, expected), rel=1e-4)
    assert np.delete(weight_KS, CUP, axis=1) == pytest.approx(0.0)


def test_photographs_alone_are_enough() -> None:
    five = stroke_in_five_years(forecaster().forecasts(Person(), [seen(signs(cdr_vertical=0.4))]))

    assert five.step == "photographs"
    assert five.cumulative_incidence == pytest.approx(1 - 0.95**5, rel=1e-5)
    assert five.steps is not None
    assert five.steps.age_sex.missing_because is Missing.AGE_OR_SEX_UNKNOWN


@pytest.mark.parametrize(
    ("photographs", "missing"),
    [
        ([], Missing.UNGRADABLE),
        ([seen(signs(), strange=True)], Missing.OUT_OF_DISTRIBUTION),
    ],
)
def test_without_a_photograph_to_read_the_other_steps_stay(
    photographs: list[SeenSigns], missing: Missing
) -> None:
    found = forecaster().forecasts(PERSON, photographs)
    five = stroke_in_five_years(found)

    assert five.step == "age_sex"
    assert five.steps is not None
    assert five.steps.photographs is not None
    assert five.steps.photographs.missing_because is missing
    assert found.weight_KS is None


def test_a_forecast_that_knows_signs_needs_a_model_that_reads_them() -> None:
    with pytest.raises(BundleUnsupported, match="signs"):
        forecaster(reads=False)


def test_the_map_is_bright_where_the_sign_was_looked_for() -> None:
    weight_S = np.zeros(S, np.float32)
    weight_S[CUP] = 2.0

    map_HW = evidence_map(seen(signs()), weight_S, 64, 64)

    assert map_HW.shape == (64, 64)
    assert map_HW[8, 56] == 255
    assert map_HW[56, 8] == 0


def test_without_weights_the_map_is_dark() -> None:
    assert evidence_map(seen(signs()), np.zeros(S, np.float32), 64, 48).max() == 0


def test_the_eye_tells_of_the_body_with_an_interval() -> None:
    value_B = np.array([60.0, 5.5, 80.0, 130.0], np.float32)

    told = body_told(value_B, np.full(len(BODY), 10.0, np.float32), False, Evidence.DRAWN)
    age = with_body(None, told).retinal_age_years

    assert age is not None
    assert age.value == pytest.approx(60.0)
    assert age.interval_90 == pytest.approx((60 - 16.449, 60 + 16.449), abs=1e-3)
    assert age.evidence is Evidence.DRAWN


def test_a_strange_photograph_tells_nothing_of_the_body() -> None:
    told = body_told(np.ones(4, np.float32), np.ones(4, np.float32), True, Evidence.DRAWN)

    assert all(measurement.value is None for measurement in told.values())
    assert all(measurement.missing_because for measurement in told.values())

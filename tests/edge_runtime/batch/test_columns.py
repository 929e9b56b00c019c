"""Every value of every result has its column, and every column its type."""

from __future__ import annotations

import pyarrow as pa
import pytest

from edge_runtime.batch.columns import cells, exam_columns, photograph_columns
from edge_runtime.batch.rows import exam_record_cells
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.exam import (
    ExamRecord,
    Forecast,
    ForecastCondition,
    ForecastStep,
    ForecastSteps,
    Missing,
)
from edge_runtime.contracts.result import (
    Condition,
    DrGrade,
    EyeReading,
    Findings,
    Measurement,
    ScreeningResult,
)
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import Evidence, Exam, PhotographFile
from edge_runtime.stages import PhotographDone
from tests.edge_runtime.cli.command_line import opened_once, sample_eye

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle() -> BundleManifest:
    return opened_once().bundle.manifest


@pytest.fixture(scope="module")
def every_model(bundle: BundleManifest) -> BundleManifest:
    """The manifest of a bundle that holds models for findings and forecasts as well."""
    models = dict.fromkeys((*bundle.models, "findings", "forecast"), bundle.models["anatomy"])
    return bundle.model_copy(update={"models": models, "horizons_years": [1.0, 5.0]})


@pytest.fixture(scope="module")
def result() -> ScreeningResult:
    exam = Exam("e", (PhotographFile("a.jpg", sample_eye()),))
    done = [e for e in opened_once().screen(exam) if isinstance(e, PhotographDone)]
    return done[0].result


def a_measurement() -> Measurement:
    return Measurement(value=1.0, unit="1", interval_90=(0.5, 1.5), evidence=Evidence.DRAWN)


def test_a_result_of_the_bundle_fits_the_bundles_columns(
    result: ScreeningResult, bundle: BundleManifest
) -> None:
    columns = photograph_columns(bundle)

    row = cells(contract_dict(result), columns)

    table = pa.Table.from_pylist([row], schema=pa.schema(list(columns.items())))
    assert table.to_pylist()[0]["quality.probability"] == result.quality.probability


def test_a_result_with_everything_fits_the_columns_of_every_model(
    result: ScreeningResult, every_model: BundleManifest
) -> None:
    evidence = Evidence.INTERNAL
    findings = Findings(
        dr_grade=DrGrade(probabilities=(0.6, 0.1, 0.1, 0.1, 0.1), referable=0.3, evidence=evidence),
        maculopathy=Condition(probability=0.1, evidence=evidence),
        glaucoma_suspicion=Condition(probability=0.1, evidence=evidence),
        retinal_age_years=a_measurement(),
        hba1c_percent=a_measurement(),
        egfr_ml_min_1_73m2=a_measurement(),
        sbp_mmhg=a_measurement(),
    )
    eye = EyeReading(laterality=None, source="unknown")
    timings = dict.fromkeys((*result.timings_ms, "findings", "forecast", "write"), 1.0)
    full = result.model_copy(update={"findings": findings, "eye": eye, "timings_ms": timings})

    row = cells(contract_dict(full), photograph_columns(every_model))

    assert row["findings.dr_grade.probabilities.0"] == 0.6
    assert row["findings.retinal_age_years.interval_90.1"] == 1.5
    assert row["eye.laterality"] is None


def test_a_forecast_is_named_by_its_condition_and_horizon(every_model: BundleManifest) -> None:
    step = ForecastStep(value=0.03, evidence=Evidence.DRAWN)
    none = ForecastStep(missing_because=Missing.UNGRADABLE, sentence="No eye.")
    record = ExamRecord.model_validate(
        {
            "schema": "foreseye.exam/1",
            "exam_id": "e",
            "photographs": [],
            "forecast": [
                Forecast(
                    condition=ForecastCondition.STROKE,
                    horizon_years=5.0,
                    cumulative_incidence=0.03,
                    interval_90=(0.01, 0.05),
                    steps=ForecastSteps(age_sex=step, covariates=step, photographs=none),
                    step="covariates",
                    evidence=Evidence.DRAWN,
                )
            ],
        }
    )

    row = exam_record_cells(record, exam_columns(every_model))

    assert row["forecast.stroke.5y.cumulative_incidence"] == 0.03
    assert row["forecast.stroke.5y.interval_90.0"] == 0.01
    assert row["forecast.stroke.5y.steps.photographs.missing_because"] == "ungradable"


def test_a_value_without_a_column_is_never_dropped(bundle: BundleManifest) -> None:
    with pytest.raises(ValueError, match=r"no column for quality\.mood"):
        cells({"quality": {"mood": 0.5}}, photograph_columns(bundle))


def test_no_json_path_is_named_like_what_every_row_has(every_model: BundleManifest) -> None:
    for columns in (photograph_columns(every_model), exam_columns(every_model)):
        assert len(columns) == len({name.lower() for name in columns})
        assert {"path", "status", "error", "schema", "use"} <= set(columns)

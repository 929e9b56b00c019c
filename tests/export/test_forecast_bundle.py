"""A forecast from training to exam.json: a tiny run, exported, added to the reference bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.exam import ForecastCondition, Missing
from edge_runtime.domain import Exam, Person, PhotographFile, Sex
from edge_runtime.errors import GoldenMismatch
from edge_runtime.forecast.covariates import NAMES
from edge_runtime.models import check_golden
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from edge_runtime.stages import ExamDone, ForecastRead
from export.errors import ExportError
from export.forecast import exported_forecast
from export.forecast_bundle import FORECAST_FILE, add_forecast
from export.signing_key import public_key
from training.forecast.train import train_forecast
from training.run_settings import RunSettings

pytestmark = pytest.mark.slow

RECIPE = """
model = "forecast"
image_size_px = 512
drawn_seed = 5
weight_decay = 1e-3
oracle_futures = 4
[cpu]
train_people = 1000
tune_people = 1000
oracle_people = 1000
width = 8
batch_size = 512
total_steps = 6
warm_up_steps = 2
learning_rate = 1e-3
ema_decay = 0.5
evaluate_every_steps = 3
patience_evaluations = 10
interval_steps = 6
"""
PERSON = Person(age_years=61.0, sex=Sex.F, covariates={"sbp_mmhg": 150.0, "has_stroke": 1.0})


def trained(folder: Path, knows: str = "covariates") -> Path:
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE, encoding="ascii")
    train_forecast(folder / "run", RunSettings("cpu", recipe), knows=knows)
    return folder / "run"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("forecast"))


@pytest.fixture(scope="module")
def pipeline(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    out = tmp_path_factory.mktemp("bundle") / "with-forecast"
    key = Ed25519PrivateKey.generate()
    add_forecast(open_bundle(None), run, out, key, lambda _: None, people=1000, futures=4)
    opened = Pipeline.open(Settings(bundle=str(out), trusted_keys=public_key(key)))
    yield opened
    opened.close()


def test_the_bundle_says_what_the_forecast_is_and_was_judged_on(pipeline: Pipeline) -> None:
    manifest = pipeline.bundle.manifest
    entry = manifest.models["forecast"]

    assert manifest.horizons_years == [1.0, 2.0, 3.0, 5.0, 10.0]
    assert manifest.learned_spans is not None
    assert manifest.learned_spans["age_years"] == [(6.0, 17.0), (40.0, 80.0)]
    assert manifest.reference_population
    assert manifest.data_statement.models["forecast"][0].people["train"] == 1000
    assert entry.parity["fp32"].largest_difference <= 1e-5
    found = {m.name for m in entry.metrics}
    assert {"expected_c", "interval_coverage", "interval_score", "e90"} <= found
    assert all(m.baseline is not None for m in entry.metrics if m.name == "expected_c")
    assert len(pipeline.bundle.read(FORECAST_FILE)) < 300_000


def test_an_exam_gets_its_forecasts(pipeline: Pipeline) -> None:
    sample = pipeline.bundle.manifest.golden[0].photograph
    photograph = PhotographFile("a.jpg", pipeline.bundle.read(sample))

    events = list(pipeline.screen(Exam("one", (photograph,), PERSON)))

    (done,) = (e for e in events if isinstance(e, ExamDone))
    (read,) = (e for e in events if isinstance(e, ForecastRead))
    assert done.record.forecast == read.forecast
    assert len(read.forecast) == 10 * 5
    stroke = [f for f in read.forecast if f.condition is ForecastCondition.STROKE]
    assert {f.missing_because for f in stroke} == {Missing.ALREADY_PRESENT}
    dementia = [f for f in read.forecast if f.condition is ForecastCondition.DEMENTIA]
    values = [f.cumulative_incidence for f in dementia]
    assert values == sorted(v for v in values if v is not None)
    assert all(f.step == "covariates" and f.steps and not f.steps.photographs for f in dementia)


def test_an_exam_without_photographs_that_can_be_read_is_forecast_too(pipeline: Pipeline) -> None:
    events = list(pipeline.screen(Exam("two", (PhotographFile("b.jpg", b"none"),), PERSON)))

    assert any(isinstance(e, ForecastRead) for e in events)


def test_other_weights_do_not_pass_the_golden_person(pipeline: Pipeline) -> None:
    bundle, model = pipeline.bundle, pipeline.loaded["forecast"]
    graph = onnx.load_from_string(bundle.read(FORECAST_FILE))
    for tensor in graph.graph.initializer:
        if len(tensor.dims) == 2:
            array = onnx.numpy_helper.to_array(tensor)
            tensor.CopyFrom(onnx.numpy_helper.from_array(array + np.float32(0.05), tensor.name))

    changed = replace(model, backend=OnnxRuntimeCpu(graph.SerializeToString(), threads=1))

    with pytest.raises(GoldenMismatch):
        check_golden(bundle, {**pipeline.loaded, "forecast": changed})


def test_a_resumed_run_trains_no_further(run: Path) -> None:
    before = (run / "hazards" / "weights.safetensors").read_bytes()

    trained(run.parent)

    assert (run / "hazards" / "weights.safetensors").read_bytes() == before


def test_a_run_that_was_told_the_true_signs_never_ships(tmp_path: Path) -> None:
    told = trained(tmp_path, "signs")

    with pytest.raises(ExportError, match="never ships"):
        exported_forecast(told, FORECAST_FILE, lambda _: None)


def test_the_graph_takes_one_person_and_many(pipeline: Pipeline) -> None:
    for number in (1, 3, 700):
        inputs = {
            "covariate_ND": np.full((number, len(NAMES)), 50.0, np.float32),
            "known_ND": np.ones((number, len(NAMES)), np.float32),
        }
        assert pipeline.loaded["forecast"].run(inputs)["hazard_NKT"].shape == (number, 10, 10)

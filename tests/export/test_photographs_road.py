"""Forecasts from photographs, from drawn eyes to exam.json: tiny runs through every real step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.exam import ForecastCondition, Missing
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import USE, Evidence, Exam, Eye, Person, PhotographFile, Sex
from edge_runtime.names import FolderNames
from edge_runtime.pipeline import Pipeline
from edge_runtime.results import write_exam
from edge_runtime.settings import Settings
from edge_runtime.stages import ForecastRead, PhotographDone
from export.errors import ExportError
from export.forecast_bundle import add_forecast
from export.signing_key import public_key
from training.drawn.cohort.drawing import draw_cohort, finish, prepare
from training.drawn.cohort.record import Wish
from training.errors import CohortError, RecipeError
from training.forecast.judging_bundle import ceiling_of, controls_of
from training.forecast.train import train_forecast
from training.run_settings import RunSettings
from training.signs.donors import load_donors
from training.signs.judged import write_judged
from training.signs.judging import judged_photographs
from training.signs.train import DONORS, train_signs

pytestmark = pytest.mark.slow

SIGNS = """
model = "signs"
image_size_px = 64
start = "random"
weight_decay = 1e-3
beside = 0.3
look = 0.1
[cpu]
frozen_stages = 0
width = 8
batch_size = 4
total_steps = 4
warm_up_steps = 1
learning_rate = 1e-3
ema_decay = 0.5
evaluate_every_steps = 2
patience_evaluations = 9
judged_photographs = 8
"""
FORECAST = """
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
PERSON = Person(age_years=61.0, sex=Sex.F, covariates={"sbp_mmhg": 150.0})


def settings(folder: Path, recipe: str) -> RunSettings:
    path = folder / "recipe.toml"
    path.write_text(recipe, encoding="ascii")
    return RunSettings("cpu", path)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a drawn cohort, a run that reads signs, and the forecasts that know them."""
    work = tmp_path_factory.mktemp("photographs")
    wish = Wish(
        people=24, visits=1, shots=1, preset="clinic", seed=9, side_px=256, masks=False, require=""
    )
    with prepare(work / "cohort", wish) as cohort:
        list(draw_cohort(cohort, 1))
        finish(cohort)
    train_signs([work / "cohort"], work / "signs", settings(work, SIGNS))
    donors = load_donors(work / "signs" / DONORS)
    forecast = settings(work, FORECAST)
    train_forecast(work / "forecast", forecast, knows="photographs", donors=donors)
    train_forecast(work / "ceiling", forecast, knows="signs")
    train_forecast(
        work / "control", forecast, knows="photographs", control="shuffled", donors=donors
    )
    return work


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def bundle(work: Path, key: Ed25519PrivateKey) -> Path:
    out = work / "bundle"
    add_forecast(
        open_bundle(None), work / "forecast", out, key, lambda _: None,
        signs=work / "signs", people=1000, futures=4,
    )  # fmt: skip
    return out


@pytest.fixture(scope="module")
def pipeline(bundle: Path, key: Ed25519PrivateKey) -> Iterator[Pipeline]:
    opened = Pipeline.open(Settings(bundle=str(bundle), trusted_keys=public_key(key)))
    yield opened
    opened.close()


def samples(pipeline: Pipeline) -> tuple[PhotographFile, ...]:
    return tuple(
        PhotographFile(Path(sample.photograph).name, pipeline.bundle.read(sample.photograph))
        for sample in pipeline.bundle.manifest.golden
    )


def told(pipeline: Pipeline, person: Person = PERSON) -> ForecastRead:
    events = pipeline.screen(Exam("one", samples(pipeline), person))
    return next(event for event in events if isinstance(event, ForecastRead))


def test_the_bundle_says_what_reads_signs_and_from_whom_it_learned(pipeline: Pipeline) -> None:
    manifest = pipeline.bundle.manifest

    assert manifest.models["signs"].parity["fp32"].largest_difference <= 1e-3
    assert manifest.models["signs"].evidence is Evidence.DRAWN
    (counts,) = manifest.data_statement.models["signs"]
    assert counts.evidence_kind == "drawn"
    assert counts.people["train"] > 0
    assert counts.photographs["train"] > counts.people["train"]


def test_photographs_are_a_step_of_their_own_or_say_why_not(pipeline: Pipeline) -> None:
    dementia = [f for f in told(pipeline).forecast if f.condition is ForecastCondition.DEMENTIA]

    for forecast in dementia:
        assert forecast.steps is not None
        step = forecast.steps.photographs
        assert step is not None
        assert (step.value is None) == (step.missing_because is Missing.OUT_OF_DISTRIBUTION)


def test_the_eye_tells_of_the_body(pipeline: Pipeline) -> None:
    events = list(pipeline.screen(Exam("one", samples(pipeline), PERSON)))

    results = [event.result for event in events if isinstance(event, PhotographDone)]
    for result in results:
        assert result.findings is not None
        assert result.findings.retinal_age_years is not None
        assert "forecast" in result.timings_ms
        ScreeningResult.model_validate_json(result.to_json())


def test_a_mirrored_right_eye_called_left_gives_the_same_forecast(pipeline: Pipeline) -> None:
    (right,) = (p for p in samples(pipeline) if "_OD" in p.name)
    picture = cv2.imdecode(np.frombuffer(right.content, np.uint8), cv2.IMREAD_COLOR)

    def png(picture_HWC: np.ndarray) -> bytes:
        return cv2.imencode(".png", picture_HWC)[1].tobytes()

    pair = (
        PhotographFile("right.png", png(picture), Eye.OD),
        PhotographFile("left.png", png(picture[:, ::-1]), Eye.OS),
    )
    signs = []
    for file in pair:
        done = [
            e for e in pipeline.screen(Exam("x", (file,), PERSON)) if isinstance(e, PhotographDone)
        ]
        assert done[0].signs is not None
        signs.append(done[0].signs)

    assert signs[0].sign_S == pytest.approx(signs[1].sign_S, abs=0.02)
    assert signs[0].attention_SHW == pytest.approx(signs[1].attention_SHW[..., ::-1], abs=1e-3)


def test_maps_are_written_at_the_photographs_size_and_old_ones_go(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    exam = Exam("one", samples(pipeline), PERSON)

    written = write_exam(tmp_path, FolderNames(), pipeline.screen(exam), maps=True)
    maps = sorted(tmp_path.glob("*/evidence_*.png"))

    strange = told(pipeline).weight_KS is None
    assert bool(maps) is not strange
    for path in maps:
        result = json.loads((path.parent / "result.json").read_text(encoding="utf-8"))
        shape = result["photograph"]["height_px"], result["photograph"]["width_px"]
        assert cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).shape == shape
    assert written.record.use == USE
    write_exam(tmp_path, FolderNames(), pipeline.screen(exam))
    assert not list(tmp_path.glob("*/evidence_*.png"))


def test_what_photographs_bring_is_judged_and_sealed(
    work: Path, bundle: Path, key: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORESEYE_TRUSTED_KEYS", public_key(key))
    monkeypatch.setattr("training.forecast.judging.LEAST_PEOPLE", 5)
    monkeypatch.setattr("training.signs.gains.LEAST_PEOPLE", 5)
    monkeypatch.setattr("training.signs.subgroups.LEAST_PEOPLE", 5)
    monkeypatch.setattr("training.outcomes.figures.LEAST_EVENTS", 1)

    cohorts = [(work / "cohort", role) for role in Role]
    controls = controls_of([work / "control"])
    judged = judged_photographs(bundle, cohorts, ceiling_of(work / "ceiling"), controls)
    path = write_judged(work, judged)
    add_forecast(
        open_bundle(None), work / "forecast", work / "sealed", key, lambda _: None,
        signs=work / "signs", judged=path, people=1000, futures=4,
    )  # fmt: skip

    manifest = open_bundle(work / "sealed", (public_key(key),)).manifest
    assert "evaluation-forecast.json" in (manifest.evaluations or [])
    assert "evaluation-forecast.html" in manifest.files
    sealed = manifest.models["forecast"].metrics
    names = {metric.name for metric in sealed}
    assert {
        "agreement_with_true_signs",
        "gain_of_a_strangers_photographs",
        "gain_of_control_shuffled",
    } <= names
    assert any("photographs" in m.subgroup["known"] for m in sealed if m.subgroup)
    parts = {name for metric in sealed for name in metric.subgroup or {}}
    assert {"sex", "pigmentation", "camera"} <= parts


def test_figures_of_other_models_are_not_sealed(
    work: Path, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    other = tmp_path / "photographs.json"
    shutil.copy(work / "photographs.json", other)
    told = json.loads(other.read_text(encoding="utf-8"))
    other.write_text(json.dumps({**told, "signs_sha256": "0" * 64}), encoding="utf-8")

    with pytest.raises(ExportError, match="other models"):
        add_forecast(
            open_bundle(None), work / "forecast", tmp_path / "out", key, lambda _: None,
            signs=work / "signs", judged=other, people=1000, futures=4,
        )  # fmt: skip
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("signs", [None, "signs"])
def test_signs_go_with_a_forecast_that_knows_them_and_no_other(
    signs: str | None, work: Path, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    run = work / ("forecast" if signs is None else "ceiling")

    with pytest.raises(ExportError, match="--signs"):
        add_forecast(
            open_bundle(None), run, tmp_path / "out", key, lambda _: None,
            signs=None if signs is None else work / signs,
        )  # fmt: skip


def test_a_forecast_that_was_not_told_the_true_signs_is_no_ceiling(work: Path) -> None:
    with pytest.raises(CohortError, match="not told"):
        ceiling_of(work / "forecast")


def test_a_control_never_ships(work: Path, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="control"):
        add_forecast(
            open_bundle(None), work / "control", tmp_path / "out", key, lambda _: None,
            signs=work / "signs",
        )  # fmt: skip


def test_a_forecast_from_photographs_needs_readings(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="readings"):
        train_forecast(tmp_path / "run", settings(tmp_path, FORECAST), knows="photographs")


def test_a_cohort_without_its_truth_teaches_no_signs(work: Path, tmp_path: Path) -> None:
    cohort = tmp_path / "cohort"
    shutil.copytree(work / "cohort", cohort)
    (cohort / "truth.parquet").unlink()

    with pytest.raises(CohortError, match="truth"):
        train_signs([cohort], tmp_path / "run", settings(tmp_path, SIGNS))

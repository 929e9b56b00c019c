"""A findings model goes the whole road: bundle, pipeline, files, tables, wire and command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.batch.columns import photograph_columns
from edge_runtime.bundle.opening import open_bundle
from edge_runtime.cli import measuring
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Exam, Eye, PhotographFile
from edge_runtime.errors import BundleUnsupported, GoldenMismatch
from edge_runtime.forecast.signs import BODY
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.fundus.preprocess import network_image
from edge_runtime.models import check_golden, load_models
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Limits, Settings
from edge_runtime.stages import (
    AnatomyRead,
    BiomarkersRead,
    ExamDone,
    FindingsRead,
    ForecastRead,
    PhotographDone,
    QualityRead,
    StageEvent,
)
from edge_runtime.wire import records
from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.cli.command_line import foreseye_afresh, sample_eye
from tests.edge_runtime.findings_bundle import (
    BIAS,
    IMAGE_SIZE_PX,
    MARGIN,
    THRESHOLDS,
    MadeBundle,
    bundle_with_findings,
    findings_graph,
)
from tests.edge_runtime.service.live_server import live_server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def both_eyes() -> Exam:
    files = [PhotographFile(f"{eye.value}.jpg", sample_eye(eye), eye) for eye in Eye]
    return Exam("both", (*files, PhotographFile("card.png", grey_card())))


@pytest.fixture(scope="module")
def events(findings_pipeline: Pipeline, both_eyes: Exam) -> list[StageEvent]:
    return list(findings_pipeline.screen(both_eyes))


@pytest.fixture(scope="module")
def results(events: Sequence[StageEvent]) -> list[ScreeningResult]:
    return [event.result for event in events if isinstance(event, PhotographDone)]


def grey_card() -> bytes:
    encoded, content = cv2.imencode(".png", np.full((300, 400, 3), 127, np.uint8))
    assert encoded
    return content.tobytes()


def test_findings_come_after_the_measurements_for_each_gradable_eye(
    events: Sequence[StageEvent],
):
    stages = [type(event) for event in events]

    one_eye = [QualityRead, AnatomyRead, BiomarkersRead, FindingsRead, PhotographDone]
    of_eyes = [stage for stage in stages if stage not in (ForecastRead, ExamDone)]
    assert of_eyes == [*one_eye, *one_eye, QualityRead, PhotographDone]
    assert [e.index for e in events if isinstance(e, FindingsRead)] == [0, 1]


def test_the_result_holds_what_was_told_and_how_long_it_took(
    events: Sequence[StageEvent], results: Sequence[ScreeningResult]
):
    told = [event.findings for event in events if isinstance(event, FindingsRead)]

    assert [result.findings for result in results] == [*told, None]
    assert [result.timings_ms.get("findings", 0.0) > 0 for result in results] == [True, True, False]
    assert results[0].models["findings"].backend == "onnxruntime-cpu"


def test_result_json_is_as_the_contract_says(results: Sequence[ScreeningResult]):
    shown = json.loads(results[0].to_json())["findings"]

    assert set(shown) == {"dr_grade", "maculopathy", *(value.name for value in BODY)}
    grade = shown["dr_grade"]
    assert set(grade) == {"probabilities", "referable", "referable_threshold", "evidence"}
    assert sum(grade["probabilities"]) == pytest.approx(1.0, abs=1e-3)
    assert grade["referable"] == pytest.approx(sum(grade["probabilities"][2:]))
    assert grade["referable_threshold"] == THRESHOLDS["referable"]
    assert set(shown["maculopathy"]) == {"probability", "threshold", "evidence"}


def test_a_photograph_that_is_not_gradable_has_no_findings(results: Sequence[ScreeningResult]):
    assert not results[-1].quality.gradable
    assert "findings" not in json.loads(results[-1].to_json())


def test_each_model_sees_the_photograph_at_its_own_size_and_margin(
    findings_pipeline: Pipeline, results: Sequence[ScreeningResult]
):
    anatomy_px = findings_pipeline.bundle.manifest.models["anatomy"].preprocessing.image_size_px
    photograph = read_photograph(sample_eye(), "a.jpg", Limits(), wanted_side_px=anatomy_px)
    field = find_field_of_view(photograph)
    assert field is not None
    seen = network_image(photograph, field, IMAGE_SIZE_PX, MARGIN)
    models = load_models(findings_pipeline.bundle, Settings(threads=1))

    outputs = models["findings"].run({"image_NHWC": seen.image_HWC[None]})

    found = results[0].findings
    assert found is not None
    assert found.dr_grade is not None
    assert found.dr_grade.probabilities == pytest.approx(outputs["dr_grade_NK"][0], abs=1e-6)


def test_a_bundle_without_findings_says_nothing_of_them(findings_pipeline: Pipeline):
    reference = open_bundle(None).manifest
    if "findings" in reference.models:
        models = {n: m for n, m in reference.models.items() if n != "findings"}
        reference = reference.model_copy(update={"models": models})

    names = photograph_columns(reference)

    assert not [name for name in names if name.startswith("findings")]
    with_findings = photograph_columns(findings_pipeline.bundle.manifest)
    assert "findings.dr_grade.referable_threshold" in with_findings
    assert "findings.maculopathy.probability" in with_findings


def test_weights_that_give_other_findings_are_refused(
    findings_pipeline: Pipeline,
):
    models = load_models(findings_pipeline.bundle, Settings(threads=1))
    other = findings_graph((*BIAS[:1], 2.0, *BIAS[2:]))
    model = models["findings"]
    backend = OnnxRuntimeCpu(other, threads=1)

    with pytest.raises(GoldenMismatch, match="findings on"):
        check_golden(
            findings_pipeline.bundle, {**models, "findings": replace(model, backend=backend)}
        )


def test_labels_that_nobody_knows_are_refused_when_the_bundle_is_opened(tmp_path: Path):
    labels = [*(f"dr_grade_{grade}" for grade in range(5)), "cataract"]
    made = bundle_with_findings(tmp_path / "b", labels=labels, thresholds={})
    bundle = open_bundle(made.folder, [made.key])

    with pytest.raises(BundleUnsupported, match="cataract"):
        load_models(bundle, Settings(threads=1))


def test_findings_cross_the_wire_as_the_pipeline_gave_them(
    findings_pipeline: Pipeline, both_eyes: Exam, results: Sequence[ScreeningResult]
):
    exam = Exam("wire", both_eyes.photographs[:1])

    with live_server(findings_pipeline) as live, ScreeningClient(live.address) as client:
        sent = list(client.screen(exam))
        described = client.describe_bundle()

    (event,) = (each for each in sent if isinstance(each, records.FindingsRead))
    assert event.findings == results[0].findings
    assert {model.name for model in described.models} == set(findings_pipeline.models)


def test_a_batch_has_a_column_for_each_finding(
    findings_bundle: MadeBundle, tmp_path: Path, results: Sequence[ScreeningResult]
):
    folder = tmp_path / "photographs"
    folder.mkdir()
    (folder / "eye.jpg").write_bytes(sample_eye())
    (folder / "card.png").write_bytes(grey_card())

    told = foreseye_afresh(
        "batch", folder, "--out", tmp_path / "out", environment=findings_bundle.environment
    )

    assert told.code == 0, told.err
    parts = (tmp_path / "out" / "photographs").glob("part-*.parquet")
    rows = {row["path"]: row for part in parts for row in pq.ParquetFile(part).read().to_pylist()}
    found = results[0].findings
    assert found is not None
    assert found.dr_grade is not None
    assert found.maculopathy is not None
    eye, card = rows["eye.jpg"], rows["card.png"]
    assert eye["findings.dr_grade.referable"] == pytest.approx(found.dr_grade.referable, abs=1e-5)
    assert eye["findings.maculopathy.evidence"] == "internal"
    assert eye["timings_ms.findings"] > 0
    assert {card[name] for name in card if name.startswith("findings.")} == {None}
    header = (tmp_path / "out" / "photographs.csv").read_text().splitlines()[0]
    assert "findings.dr_grade.probabilities.4" in header


def test_the_operator_reads_findings_with_their_cut_and_evidence(
    findings_bundle: MadeBundle, tmp_path: Path
):
    photograph = tmp_path / "eye.jpg"
    photograph.write_bytes(sample_eye())

    told = foreseye_afresh(
        "screen",
        photograph,
        "--out",
        tmp_path / "out",
        environment=findings_bundle.environment,
    )

    assert told.code == 0, told.err
    assert told.out.count("referable DR") == 1
    row = told.out[told.out.index("referable DR") :].splitlines()[:2]  # a narrow terminal wraps
    words = " ".join(" ".join(row).replace("\u2502", " ").split())
    assert "at or above the cut" in words
    assert "0.31)" in words
    assert "internal" in words


def test_a_description_says_the_labels_and_how_each_cut_was_chosen(findings_bundle: MadeBundle):
    told = foreseye_afresh("bundle", "describe", environment=findings_bundle.environment)

    assert told.code == 0, told.err
    assert "findings, cut of referable: drawn by lot" in told.out
    assert "224 px" in told.out


def test_the_bench_times_findings_beside_their_bare_graph(findings_pipeline: Pipeline):
    exam = Exam("bench", (PhotographFile("eye.jpg", sample_eye()),))

    spreads = measuring.pipeline_spreads(findings_pipeline, exam, 1)
    floors = measuring.session_run_floors(findings_pipeline, 1, 1)

    assert "findings" in spreads["stages_ms"]  # type: ignore[operator]
    assert set(floors) == set(findings_pipeline.models)

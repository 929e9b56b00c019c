"""A tiny cohort of drawn eyes, judged with the reference bundle from photographs to the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge_runtime.bundle.opening import reference_bundle_path
from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_tables import write_manifest
from edge_runtime.contracts.evaluation import EVALUATION_FILE, Evaluation
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import Evidence
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from training.cli import app
from training.drawn.sample_eyes import write_sample_eyes
from training.evaluation.cases import write_cases
from training.evaluation.evaluating import PAGE_FILE, Judged, evaluate_bundles
from training.evaluation.page import evaluation_page
from training.evaluation.planning import cohort_rows
from training.evaluation.prediction import LINES_FILE, append_line, read_predictions
from training.evaluation.written_masks import judge_written

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
PEOPLE = {1: "tune", 2: "test"}


@dataclass(frozen=True)
class Evaluated:
    """The cohort, the folder that was written, and what came of it."""

    cohort: Path
    rows: list[ManifestRow]
    out: Path
    judged: Judged


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    opened = Pipeline.open(Settings(threads=1))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Evaluated:
    cohort = tmp_path_factory.mktemp("cohort")
    rows = [row for seed, role in PEOPLE.items() for row in drawn_rows(cohort, seed, role)]
    (cohort / "9").mkdir()
    (cohort / "9" / "note.jpg").write_text("no photograph", encoding="utf-8")
    broken = {"photograph": "9/note.jpg", "person_id": "9", "eye": None}
    kept = {"vessel": None, "arteriole": None, "venule": None, "disc": None, "cup": None}
    rows.append(rows[-1].model_copy(update={**broken, **kept}))
    write_manifest(rows, cohort / "cohort.csv")
    out = tmp_path_factory.mktemp("evaluation")
    read = cohort_rows(cohort, out, cohort / "cohort.csv", None)
    judged = evaluate_bundles([pipeline], read, cohort, out, Role.TEST, copies=False)
    return Evaluated(cohort, read, out, judged)


def drawn_rows(cohort: Path, seed: int, role: str) -> Iterator[ManifestRow]:
    for path in write_sample_eyes(cohort / str(seed), seed, masks=True, side_px=600):
        folder, stem = path.parent.name, path.stem
        masks = ("vessel", "arteriole", "venule", "disc", "cup")
        yield ManifestRow(
            set="DRAWN",
            person_id=str(seed),
            eye=stem.rpartition("_")[2],
            photograph=f"{folder}/{path.name}",
            role=role,
            fold=0,
            evidence_kind="drawn",
            terms="drawn by the project",
            dr_grade=0,
            **{name: f"{folder}/{stem}_{name}.png" for name in masks},
        )


def metric(evaluation: Evaluation, name: str) -> Metric:
    return next(m for ms in evaluation.metrics.values() for m in ms if m.name == name)


def test_the_network_beats_every_baseline_on_a_drawn_eye(evaluated: Evaluated):
    evaluation = evaluated.judged.evaluation

    for name in ("vessel_f1", "vessel_auc", "disc_dice", "cup_dice"):
        found = metric(evaluation, name)
        beside = [b.value for b in found.beside or []]
        assert found.baseline is not None
        assert found.value > max([found.baseline, *beside]), name
        assert (found.people, found.photographs) == (1, 2)
        assert found.evidence is Evidence.DRAWN
        assert found.split == "test"


def test_what_cannot_be_read_is_counted(evaluated: Evaluated):
    (judged_set,) = evaluated.judged.evaluation.sets

    assert (judged_set.people, judged_set.photographs) == (2, 3)
    assert (judged_set.read, judged_set.ungradable, judged_set.unreadable) == (2, 0, 1)
    accepted = metric(evaluated.judged.evaluation, "share_accepted")
    assert accepted.value == pytest.approx(2 / 3)
    assert accepted.refused == 1


def test_what_the_bundle_does_not_say_is_missing_with_a_reason(evaluated: Evaluated):
    reasons = {m.name: m.reason for m in evaluated.judged.evaluation.missing}

    if "findings" not in evaluated.judged.evaluation.bundles[0].models:
        assert reasons["referable_auc"] == "the bundle holds no findings model"
    assert "age and sex" in reasons["age_and_sex"]


def test_the_file_comes_back_as_it_was_written(evaluated: Evaluated):
    text = (evaluated.out / EVALUATION_FILE).read_text(encoding="utf-8")

    read = Evaluation.model_validate_json(text)

    assert contract_dict(read) == contract_dict(evaluated.judged.evaluation)
    assert read.to_json() + "\n" == text
    assert (evaluated.out / PAGE_FILE).read_text(encoding="utf-8") == evaluation_page(read)


def test_a_killed_evaluation_goes_on_where_it_was(
    evaluated: Evaluated, pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first, *_, last = read_predictions(evaluated.out)
    append_line(first, tmp_path)
    append_line(last, tmp_path)
    screened: list[str] = []
    really = Pipeline.screen

    def counted(self: Pipeline, exam: Any) -> Any:
        screened.extend(file.name for file in exam.photographs)
        return really(self, exam)

    monkeypatch.setattr(Pipeline, "screen", counted)
    again = evaluate_bundles(
        [pipeline], evaluated.rows, evaluated.cohort, tmp_path, Role.TEST, copies=False
    )

    assert len(screened) == 1
    assert not (tmp_path / LINES_FILE).exists()
    assert again.evaluation.metrics == evaluated.judged.evaluation.metrics


def test_what_screen_would_write_is_kept_for_every_photograph_that_was_read(evaluated: Evaluated):
    results = sorted((evaluated.out / "screened").rglob("result.json"))

    assert len(results) == 2
    for result in results:
        names = {path.name for path in result.parent.iterdir()}
        assert {"vessels_probability.png", "arteries_veins.png", "disc_cup.png"} <= names


def test_an_evaluation_against_itself_differs_by_nothing(
    evaluated: Evaluated, pipeline: Pipeline, tmp_path: Path
):
    shutil.copytree(evaluated.out, tmp_path / "again")

    judged = evaluate_bundles(
        [pipeline],
        evaluated.rows,
        evaluated.cohort,
        tmp_path / "again",
        Role.TEST,
        against=evaluated.out,
        copies=False,
    )

    comparison = judged.evaluation.comparison
    assert comparison is not None
    assert all(pair.difference == 0.0 for pair in comparison.differences)


def test_the_page_holds_no_photograph_and_nothing_from_elsewhere(evaluated: Evaluated):
    page = (evaluated.out / PAGE_FILE).read_text(encoding="utf-8")

    assert "<img" not in page
    assert "<script" not in page
    assert "data:image" not in page
    assert not [link for link in page.split('href="')[1:] if link.startswith(("http", "//"))]
    assert page.count("<svg") >= 4


def test_cases_are_shown_locally_with_overlays(evaluated: Evaluated):
    page = write_cases(
        evaluated.judged.predictions, evaluated.rows, evaluated.cohort, evaluated.out
    )

    text = page.read_text(encoding="utf-8")
    assert text.count("<img") >= 4
    assert "note.jpg" in text
    assert all((page.parent / f"{n:03d}.jpg").is_file() for n in range(2))


def test_bundles_and_results_are_not_judged_in_one_call(tmp_path: Path):
    line = ["evaluate", str(reference_bundle_path()), "--data", str(tmp_path)]

    assert CliRunner().invoke(app, line).exit_code == 2
    both = [*line, "--results", str(tmp_path)]
    assert CliRunner().invoke(app, both).exit_code == 2


@pytest.mark.browser
def test_the_page_opens_in_a_browser_without_a_word_of_complaint(evaluated: Evaluated):
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        if os.environ.get("FORESEYE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"FORESEYE_REQUIRE_BROWSER=1 and there is no {CHROMIUM}")
        pytest.skip(f"no {CHROMIUM} (apt-get install chromium)")
    said: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((evaluated.out / PAGE_FILE).as_uri())
        assert page.locator("h1").inner_text().startswith("How well")
        width = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert said == []
    assert width <= 390


@pytest.mark.photographs
def test_a_folder_of_screen_is_judged_as_its_bundle_is(data_folder: Path, tmp_path: Path):
    with closing(Pipeline.open(Settings(threads=1))) as pipeline:
        rows = cohort_rows(data_folder, tmp_path, None, ["DRISHTI_GS"])
        judged = evaluate_bundles([pipeline], rows, data_folder, tmp_path, copies=False)

    written = judge_written(data_folder, tmp_path / "screened", Role.TEST.value)

    of_bundle = {m.name: m.value for m in judged.evaluation.metrics["anatomy"]}
    of_folder = {m.name: m.value for m in written}
    assert of_folder["disc_dice"] == of_bundle["disc_dice"]
    assert of_folder["cdr_vertical_error"] == of_bundle["cdr_vertical_error"]

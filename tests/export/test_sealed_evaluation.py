"""What a bundle seals of its evaluations."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.evaluation import (
    EVALUATION_FILE,
    Evaluation,
    JudgedBundle,
    JudgedSet,
    Plot,
    Series,
)
from export.errors import ExportError
from export.model_card import model_card
from export.sealed_evaluation import sealed_evaluation
from training.evaluation.figures import FIGURES

COUNTS = {"people": 5, "photographs": 10}


def an_evaluation(split: str, value: float, set_name: str = "DRISHTI_GS") -> Evaluation:
    def metric(subgroup: dict[str, str] | None) -> Metric:
        return Metric(
            name="disc_dice",
            value=value,
            interval_95=(value - 0.1, value + 0.1),
            set=set_name,
            role="test",
            split=split,
            subgroup=subgroup,
            baseline=0.5,
            baseline_name="a usual disc",
            evidence="internal",
            **COUNTS,
        )

    parts = [metric({"camera": "A"}), metric({"copy": "telephone"})]
    judged = JudgedBundle(
        bundle={"name": "b", "version": "1.0.0", "sha256": "0" * 64},
        models={"anatomy": {"backend": "onnxruntime-cpu", "precision": "fp32"}},
    )
    plot = Plot(
        kind="roc",
        model="anatomy",
        title="ROC",
        set=set_name,
        x_label="x",
        y_label="y",
        series=[Series(name="line", x=[0.0, 1.0], y=[0.0, 1.0])],
        **COUNTS,
    )
    return Evaluation(
        split=split,
        made_with={"foreseye": "0.1.0"},
        bundles=[judged],
        sets=[JudgedSet(set=set_name, terms="", read=10, ungradable=0, unreadable=0, **COUNTS)],
        metrics={"anatomy": [metric(None)]},
        subgroups={"anatomy": parts},
        missing=[],
        definitions={figure.name: figure.definition for figure in FIGURES},
        plots=[plot],
        notes=[],
    )


def written(folder: Path, evaluation: Evaluation) -> Path:
    folder.mkdir()
    (folder / EVALUATION_FILE).write_text(evaluation.to_json(), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_every_split_is_sealed_beside_the_bundles_own(tmp_path: Path):
    files = [
        written(tmp_path / "cv", an_evaluation("cv", 0.7)),
        written(tmp_path / "out", an_evaluation("external", 0.6)) / EVALUATION_FILE,
        written(tmp_path / "more", an_evaluation("external", 0.61, "CHASEDB1")),
    ]

    sealed = sealed_evaluation(an_evaluation("test", 0.8), files)

    whole = [m for m in sealed.metrics["anatomy"] if m.subgroup is None]
    assert [(m.split, m.value) for m in whole] == [
        ("test", 0.8),
        ("cv", 0.7),
        ("external", 0.6),
        ("external", 0.61),
    ]
    assert sealed.evaluations == [
        "evaluation.json",
        "evaluation-cv.json",
        "evaluation-external.json",
        "evaluation-external-2.json",
    ]
    assert set(sealed.evaluations) | {sealed.page} <= set(sealed.files)
    assert b"evaluation-cv.html" in sealed.files[sealed.page]


@pytest.mark.slow
def test_a_set_that_two_judged_is_told_of_by_the_first(tmp_path: Path):
    files = [
        written(tmp_path / "new", an_evaluation("cv", 0.9)),
        written(tmp_path / "old", an_evaluation("cv", 0.7)),
        written(tmp_path / "more", an_evaluation("cv", 0.6, "SRAHIM_DR")),
    ]

    sealed = sealed_evaluation(an_evaluation("test", 0.8), files)

    whole = [(m.set, m.split, m.value) for m in sealed.metrics["anatomy"] if m.subgroup is None]
    assert whole == [
        ("DRISHTI_GS", "test", 0.8),
        ("DRISHTI_GS", "cv", 0.9),
        ("SRAHIM_DR", "cv", 0.6),
    ]
    old = Evaluation.model_validate_json(sealed.files["evaluation-cv-2.json"])
    assert (old.sets, old.plots, old.subgroups["anatomy"]) == ([], [], [])
    assert old.notes == ["Told by another evaluation, and left out here: DRISHTI_GS."]


def test_only_defects_and_copies_are_named_among_the_parts(tmp_path: Path):
    sealed = sealed_evaluation(an_evaluation("test", 0.8), [])

    parts = [m.subgroup for m in sealed.metrics["anatomy"] if m.subgroup]
    assert parts == [{"copy": "telephone"}]


def test_figures_of_other_weights_on_a_role_are_refused(tmp_path: Path):
    other = written(tmp_path / "other", an_evaluation("test", 0.99))

    with pytest.raises(ExportError, match="judged on test"):
        sealed_evaluation(an_evaluation("test", 0.8), [other])


def test_models_that_no_photographs_judge_keep_their_figures():
    manifest = open_bundle(None).manifest
    sealed = sealed_evaluation(an_evaluation("test", 0.8), [])

    models, _ = sealed.beside(manifest.models, manifest.measured_quality)

    assert models["anatomy"].metrics == sealed.metrics["anatomy"]
    for name in ("forecast", "progression"):
        assert models[name].metrics == manifest.models[name].metrics != []


def test_what_is_no_evaluation_is_refused(tmp_path: Path):
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")

    with pytest.raises(ExportError, match="no evaluation"):
        sealed_evaluation(an_evaluation("test", 0.8), [tmp_path / "x.json"])


def test_the_card_says_which_figures_are_not_of_these_weights():
    manifest = open_bundle(None).manifest
    anatomy = manifest.models["anatomy"]
    metrics = [m for split in ("test", "cv") for m in an_evaluation(split, 0.8).metrics["anatomy"]]
    judged = manifest.model_copy(
        update={
            "models": {"anatomy": anatomy.model_copy(update={"metrics": metrics})},
            "evaluation_page": "evaluation.html",
        }
    )

    card = model_card(judged)

    assert "those are not the weights in this bundle" in card
    assert "| DRISHTI_GS | cv |  | disc_dice | 0.800 | 0.700 to 0.900 | 5 / 10 |" in card
    assert "`evaluation.html`" in card

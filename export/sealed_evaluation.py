"""What a bundle seals of its evaluations: the metrics, their files, and the pages for people.

Beside the draft's own evaluation stand those of cross-validation and of left-out sets, which were
measured on other bundles that the same command made; their split says so wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from edge_runtime.contracts.bundle import MeasuredQuality, Metric, ModelEntry, ModelName
from edge_runtime.contracts.evaluation import EVALUATION_FILE, Evaluation
from export.errors import ExportError
from training.evaluation.evaluating import PAGE_FILE
from training.evaluation.page import evaluation_page

OF_OTHER_BUNDLES = ("cv", "external")
"""Splits that may be judged on other bundles than the one that is sealed."""

OUTCOMES_FILE, OUTCOMES_PAGE = "evaluation-forecast.json", "evaluation-forecast.html"
"""Forecasts by what came to people: sealed with the forecast, and no photograph's evaluation."""

SEALED_PARTS = ("defect", "copy")
"""Subgroups that bundle.json names; the others are in the evaluation's own file."""


@dataclass(frozen=True)
class SealedEvaluation:
    """What goes into a bundle."""

    metrics: dict[ModelName, list[Metric]]
    """By model, the bundle's own first; those of `quality` belong to `measured_quality`."""
    files: dict[str, bytes]
    page: str
    """For `evaluation_page` of bundle.json."""
    evaluations: list[str]
    """For `evaluations` of bundle.json."""

    def beside(
        self, models: dict[ModelName, ModelEntry], quality: MeasuredQuality | None
    ) -> tuple[dict[ModelName, ModelEntry], MeasuredQuality | None]:
        """Return the bundle's models and quality gate with these metrics and no others.

        A model that no evaluation of photographs judges (forecast, simulated visits) keeps its own.
        """
        measured = {
            name: entry.model_copy(update={"metrics": self.metrics[name]})
            if name in self.metrics
            else entry
            for name, entry in models.items()
        }
        if quality is not None:
            quality = quality.model_copy(update={"metrics": self.metrics.get("quality", [])})
        return measured, quality


def sealed_evaluation(own: Evaluation, others: Sequence[Path]) -> SealedEvaluation:
    """Return what a bundle seals of its own evaluation and of others' files.

    Where two of one split judged the same set, the first tells of it and the later does not.
    Raises ExportError for a file that is no evaluation, or that judged other weights on a role.
    """
    read = _each_set_once([_read(path) for path in others])
    names = _names(read)
    pages = {_page(name): other for name, other in names.items()}
    files = {EVALUATION_FILE: _bytes(own), PAGE_FILE: evaluation_page(own, pages).encode()}
    for name, other in names.items():
        files[name] = _bytes(other)
        files[_page(name)] = evaluation_page(other).encode()
    metrics: dict[ModelName, list[Metric]] = {}
    for evaluation in (own, *read):
        for model, of_model in evaluation.metrics.items():
            parts = [m for m in evaluation.subgroups.get(model, []) if _is_sealed(m)]
            metrics.setdefault(model, []).extend([*of_model, *parts])
    return SealedEvaluation(metrics, files, PAGE_FILE, [EVALUATION_FILE, *names])


def evaluation_in(path: Path) -> Evaluation:
    """Return the evaluation of a file or folder. Raises ExportError where there is none."""
    file = path / EVALUATION_FILE if path.is_dir() else path
    try:
        return Evaluation.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise ExportError(f"{file} is no evaluation: {error}") from None


def _read(path: Path) -> Evaluation:
    evaluation = evaluation_in(path)
    if evaluation.split not in OF_OTHER_BUNDLES:
        raise ExportError(
            f"{path} was judged on {evaluation.split}: only a bundle's own weights may be, and "
            f"these are others; {' and '.join(OF_OTHER_BUNDLES)} can be sealed"
        )
    return evaluation


def _each_set_once(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    told: dict[str, set[str]] = {}
    once = []
    for evaluation in evaluations:
        before = told.setdefault(evaluation.split, set())
        judged = {m.set for of_model in evaluation.metrics.values() for m in of_model}
        once.append(_without(evaluation, judged & before))
        before |= judged
    return once


def _without(evaluation: Evaluation, sets: set[str]) -> Evaluation:
    if not sets:
        return evaluation

    def kept(metrics: dict[ModelName, list[Metric]]) -> dict[ModelName, list[Metric]]:
        return {
            model: [m for m in of_model if m.set not in sets] for model, of_model in metrics.items()
        }

    note = f"Told by another evaluation, and left out here: {', '.join(sorted(sets))}."
    return evaluation.model_copy(
        update={
            "sets": [judged for judged in evaluation.sets if judged.set not in sets],
            "metrics": kept(evaluation.metrics),
            "subgroups": kept(evaluation.subgroups),
            "plots": [plot for plot in evaluation.plots if plot.set not in sets],
            "notes": [*evaluation.notes, note],
        }
    )


def _names(evaluations: Sequence[Evaluation]) -> dict[str, Evaluation]:
    """Return the evaluations by file: evaluation-cv.json, then evaluation-cv-2.json."""
    names: dict[str, Evaluation] = {}
    for evaluation in evaluations:
        number = 1 + sum(other.split == evaluation.split for other in names.values())
        suffix = "" if number == 1 else f"-{number}"
        names[f"evaluation-{evaluation.split}{suffix}.json"] = evaluation
    return names


def _page(file: str) -> str:
    return file.removesuffix(".json") + ".html"


def _bytes(evaluation: Evaluation) -> bytes:
    return (evaluation.to_json() + "\n").encode()


def _is_sealed(metric: Metric) -> bool:
    return any(name in SEALED_PARTS for name in metric.subgroup or {})

"""One run of `foreseye-train quality`: measure, fit, judge, write."""

from __future__ import annotations

import json
from pathlib import Path

from edge_runtime.fundus.quality_weights import QualityWeights
from training.errors import RecipeError
from training.quality.cross_validation import cross_validated, fold_gates
from training.quality.examples import measured_examples
from training.quality.fit import fit_quality
from training.quality.report import quality_report
from training.recipe import FOLDS

WEIGHTS, REPORT = "quality.json", "report.json"


def train_quality(
    data_folder: Path, run: Path, fold: int | None, cross_validate: bool
) -> dict[str, object]:
    """Return the report, and write it and the weights into the run's folder.

    With `cross_validate` the gate of each fold k is written too, into the folder `fold<k>` of the
    run: the same as a run with `--fold k`. Raises RecipeError for a fold that there is not,
    ManifestError or CohortError where the photographs are not as their table says.
    """
    if fold is not None and (cross_validate or fold not in range(FOLDS)):
        raise RecipeError(f"fold must be 0 to {FOLDS - 1} and alone, got {fold}")
    examples = list(measured_examples(data_folder, fold, judge_all=cross_validate))
    weights = fit_quality(examples)
    report: dict[str, object] = {"fold": fold, **quality_report(weights, examples)}
    if cross_validate:
        gates = fold_gates(examples)
        for gate in gates:
            of_fold = {"fold": gate.fold, **quality_report(gate.weights, gate.examples)}
            _write(run / f"fold{gate.fold}", gate.weights, of_fold)
        report["cross_validation"] = cross_validated(gates)
    _write(run, weights, report)
    return report


def _write(folder: Path, weights: QualityWeights, report: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_text(weights.to_json(), encoding="utf-8")
    (folder / REPORT).write_text(json.dumps(report, indent=2), encoding="utf-8")

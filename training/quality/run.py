"""One run of `foreseye-train quality`: measure, fit, judge, write."""

from __future__ import annotations

import json
from pathlib import Path

from training.errors import RecipeError
from training.quality.cross_validation import cross_validated
from training.quality.examples import measured_examples
from training.quality.fit import fit_quality
from training.quality.report import quality_report
from training.recipe import FOLDS

WEIGHTS, REPORT = "quality.json", "report.json"


def train_quality(
    data_folder: Path, run: Path, fold: int | None, cross_validate: bool
) -> dict[str, object]:
    """Return the report, and write it and the weights into the run's folder.

    Raises RecipeError for a fold that there is not, ManifestError or CohortError where the
    photographs are not as their table says.
    """
    if fold is not None and fold not in range(FOLDS):
        raise RecipeError(f"fold must be 0 to {FOLDS - 1}, got {fold}")
    examples = list(measured_examples(data_folder, fold))
    weights = fit_quality(examples)
    report = {"fold": fold, **quality_report(weights, examples)}
    if cross_validate:
        report["cross_validation"] = cross_validated(examples)
    run.mkdir(parents=True, exist_ok=True)
    (run / WEIGHTS).write_text(weights.to_json(), encoding="utf-8")
    (run / REPORT).write_text(json.dumps(report, indent=2), encoding="utf-8")
    return report

"""Judges a draft bundle through the whole pipeline, on people that it did not learn from."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.evaluation import Evaluation
from edge_runtime.pipeline import Pipeline
from training.evaluation.evaluating import evaluate_bundles


def judge_draft(pipeline: Pipeline, rows: Sequence[ManifestRow], data: Path) -> Evaluation:
    """Return the evaluation of a draft, as `foreseye-train evaluate` would make it.

    A draft that held out a fold or left out sets is judged on those. What is written on the way is
    not kept. Raises CohortError when nobody is left to judge on, and as `evaluate_bundles`.
    """
    with tempfile.TemporaryDirectory() as out:
        return evaluate_bundles([pipeline], rows, data, Path(out)).evaluation
